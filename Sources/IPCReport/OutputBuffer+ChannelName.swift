import ByteOutput
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
      append(textOf: event, text, texts)
    } else if let ports = fields.ports, let source = event[ports.source.number],
      let destination = event[ports.destination.number]
    {
      let address = (source < destination ? ports.source : ports.destination).address
      if append(textOf: event, address, texts) { append(":") }
      appendDecimal(min(source, destination))
    }
  }

  /// Appends a text as it is; false if the event does not have it.
  @discardableResult
  private mutating func append(
    textOf event: borrowing Event, _ key: MetaKey<TextID>, _ texts: borrowing TextTable
  ) -> Bool {
    guard let text = event[key] else { return false }
    texts.withBytes(of: text) { append($0) }
    return true
  }
}
