import IPCFormats
import IPCModel

extension OutputBuffer {
  /// Appends what the channel of an event is called where transfers are added up: a path, a terminal, a port, a signal;
  /// nothing if the event has no such name.
  ///
  /// Of two ports the lower one names both directions: a server's is lower than those that are given out to clients.
  mutating func appendChannelName(of event: borrowing Event, texts: borrowing TextTable) {
    let fields = event.kind.row.channel
    if let text = fields.text {
      append(textOf: event, at: text, texts)
    } else if let ports = fields.ports, let source = event.value(at: ports.source),
      let destination = event.value(at: ports.destination)
    {
      let address = source < destination ? ports.sourceAddress : ports.destinationAddress
      if append(textOf: event, at: address, texts) { append(":") }
      appendDecimal(min(source, destination))
    }
  }

  /// Appends a text as it is; false if the event does not have it.
  @discardableResult
  private mutating func append(
    textOf event: borrowing Event, at position: Int, _ texts: borrowing TextTable
  ) -> Bool {
    guard let text = event.value(at: position) else { return false }
    texts.withBytes(of: TextID(rawValue: UInt32(truncatingIfNeeded: text))) { append($0) }
    return true
  }
}
