import IPCFormats
import IPCModel

/// What the channel of an event is called where transfers are added up: a path, a terminal, a port, a signal.
struct ChannelNames: Sendable {
  /// Where a kind keeps its name, by positions in ``KindRow/fields``.
  private struct Places: Sendable {
    let name: Int?
    let ports: (source: Int, destination: Int)?
    let addresses: (source: Int, destination: Int)?
  }

  /// By the kind's position in the registry.
  private let places: [Places]

  init() {
    places = KindRow.registry.map { row in
      func position(_ names: Set<String>) -> Int? {
        row.fields.firstIndex { names.contains($0.name.description) }
      }
      func pair(_ source: String, _ destination: String) -> (Int, Int)? {
        guard let source = position([source]), let destination = position([destination]) else { return nil }
        return (source, destination)
      }
      return Places(
        name: position(["pipe_name", "path", "tty_name", "name"]),
        ports: pair("src_port", "dst_port"), addresses: pair("src_addr", "dst_addr"))
    }
  }

  /// Appends the name; nothing if the event has none.
  ///
  /// Of two ports the lower one names both directions: a server's is lower than those that are given out to clients.
  func append(of event: borrowing Event, texts: borrowing TextTable, to output: inout OutputBuffer) {
    let places = places[Int(event.kind.rawValue)]
    if let name = places.name, let value = event.value(at: name) {
      append(value, texts, to: &output)
    } else if let ports = places.ports, let source = event.value(at: ports.source),
      let destination = event.value(at: ports.destination)
    {
      let isSources = source < destination
      if let addresses = places.addresses,
        let address = event.value(at: isSources ? addresses.source : addresses.destination)
      {
        append(address, texts, to: &output)
        output.append(":")
      }
      output.appendDecimal(min(source, destination))
    }
  }

  private func append(_ text: UInt64, _ texts: borrowing TextTable, to output: inout OutputBuffer) {
    texts.withBytes(of: TextID(rawValue: UInt32(truncatingIfNeeded: text))) { output.append($0) }
  }
}
