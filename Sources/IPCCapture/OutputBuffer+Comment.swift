import ByteOutput
import IPCFormats
import IPCModel

extension OutputBuffer {
  /// Appends both ends of an event in words, as `src 12(sh) → dst 13(cat) pipe`.
  mutating func appendEndWords(of event: borrowing Event) {
    append("src ")
    append(event.source)
    append(" → dst ")
    append(event.destination)
    append(" ")
    append(event.kind.row.name)
  }

  /// Appends what an event's channel is called, to stand behind the words of its ends.
  mutating func appendChannelWords(
    of event: borrowing Event, _ fields: ChannelFields, texts: borrowing TextTable
  ) {
    if let key = fields.text, let name = event[key] {
      append(" ")
      append(name.metaBits, .text, texts: texts, .terminal)
    }
    if let ports = fields.ports {
      append(ports.source, of: event, before: " ", texts: texts)
      append(ports.destination, of: event, before: " → ", texts: texts)
    }
  }

  /// Appends an event's kind, and by what its channel is told from others: its name or ports, else its inodes.
  mutating func appendChannelNumber(
    of event: borrowing Event, _ fields: ChannelFields, texts: borrowing TextTable
  ) {
    append(event.kind.row.name)
    guard case .textOrInodes(let key, let source, let destination) = fields.name, !event.hasName(key, texts)
    else { return appendChannelWords(of: event, fields, texts: texts) }
    append(" [")
    let first = event[source] ?? 0, second = event[destination] ?? 0
    appendDecimal(first == 0 ? second : first)
    if second != first, first != 0, second != 0 {
      append("]-[")
      appendDecimal(second)
    }
    append("]")
  }

  /// Appends what else is to be said of an event: what is not certain, and what is not there.
  mutating func appendRemarks(on event: borrowing Event) {
    if event.traits.hasInferred {
      append(", inferred ")
      appendInferred(event.traits)
    }
    if event.traits.contains(.undelivered) { append(", undelivered") }
    if event.traits.contains(.incomplete) { append(", truncated") }
  }

  /// Appends the words of a loss.
  mutating func appendWords(of loss: Loss) {
    append("lost ")
    appendDecimal(loss.count)
    append(" records of type ")
    append(loss.typeName)
    append(", ")
    appendDecimal(loss.bytes)
    append(" bytes")
  }

  private mutating func append(
    _ port: ChannelFields.Port, of event: borrowing Event, before separator: StaticString,
    texts: borrowing TextTable
  ) {
    guard let number = event[port.number] else { return }
    append(separator)
    if let text = event[port.address] { append(text.metaBits, .text, texts: texts, .terminal) }
    append(":")
    appendDecimal(number)
  }
}

extension Event {
  /// Whether a channel has a name, and is not only called `<anonymous>`.
  fileprivate func hasName(_ key: MetaKey<TextID>, _ texts: borrowing TextTable) -> Bool {
    guard let name = self[key] else { return false }
    return !texts.isEqual(name, to: ChannelName.anonymous)
  }
}
