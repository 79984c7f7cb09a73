import IPCModel

/// Chooses how Wireshark shows payloads: as the user says, else by their first bytes, else as the channel's before, else
/// by port.
package struct DissectorChoice {
  /// What was chosen.
  package enum Outcome: Equatable {
    case known(Dissector)
    /// The dissector of a rule, by its position.
    case rule(Int)
  }

  package let rules: [DissectionRule]
  private var memory = DissectorMemory()

  package init(rules: [DissectionRule]) { self.rules = rules }

  package mutating func dissector(
    of event: borrowing Event, _ fields: ChannelFields, content: UnsafeRawBufferPointer,
    texts: borrowing TextTable
  ) -> Outcome {
    for index in rules.indices {
      if rules[index].applies(to: event, fields, texts: texts) { return .rule(index) }
    }
    let channel = key(of: event, fields)
    if let dissector = Dissector(content: content) {
      if dissector.isKept { memory[channel] = dissector }
      return .known(dissector)
    }
    if let dissector = memory[channel] { return .known(dissector) }
    if let dissector = byPort(event, fields) { return .known(dissector) }
    return .known(Dissector.isText(content) ? .text : .data)
  }

  /// One direction of a channel; 0 if there is nothing to tell it by.
  private func key(of event: borrowing Event, _ fields: ChannelFields) -> UInt64 {
    guard let receiver = fields.receiver, var key = event[receiver], key != 0 else { return 0 }
    if let ports = fields.ports {
      if let port = event[ports.source.number] { key = key &* 65_537 &+ port }
      if let port = event[ports.destination.number] { key = key &* 65_537 &+ port }
    }
    return key &* 16 &+ UInt64(event.kind.rawValue)
  }

  private func byPort(_ event: borrowing Event, _ fields: ChannelFields) -> Dissector? {
    guard let ports = fields.ports, let source = event[ports.source.number],
      let destination = event[ports.destination.number]
    else { return nil }
    if event.kind == .loopbackTCP { return Dissector(tcpPort: destination) ?? Dissector(tcpPort: source) }
    return Dissector(udpPort: destination) ?? Dissector(udpPort: source)
  }
}
