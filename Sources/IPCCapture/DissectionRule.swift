import IPCModel

/// What the user says a channel carries.
public struct DissectionRule: Sendable, Equatable {
  /// Channels that a rule is about.
  public enum Channels: Sendable, Equatable {
    /// All of them.
    case all
    /// Those of a kind.
    case kind(Kind)
    /// Those with an end at this port.
    case port(UInt16)
    /// Those of this path or name.
    case named([UInt8])
  }

  /// See ``Channels``.
  public let channels: Channels
  /// Wireshark's name of the dissector.
  public let dissector: [UInt8]

  /// Creates a rule.
  public init(_ channels: Channels, dissector: String) {
    self.channels = channels
    self.dissector = Array(dissector.utf8)
  }

  /// Whether Wireshark can be told so in a capture of ``CaptureForm/streams``, where only a port tells it.
  public var isOfPort: Bool {
    ServerPort.of(dissector: dissector) != nil || ServerPort.isPlain(dissector: dissector)
  }

  /// Whether the rule is about an event's channel.
  func applies(to event: borrowing Event, _ fields: ChannelFields, texts: borrowing TextTable) -> Bool {
    switch channels {
    case .all: return true
    case .kind(let kind): return event.kind == kind
    case .port(let port):
      guard let ports = fields.ports else { return false }
      if event[ports.source.number] == UInt64(port) { return true }
      return event[ports.destination.number] == UInt64(port)
    case .named(let name):
      guard let key = fields.text, let text = event[key] else { return false }
      return texts.withBytes(of: text) { $0.elementsEqual(name) }
    }
  }
}
