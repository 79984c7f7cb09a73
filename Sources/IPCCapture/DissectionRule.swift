import IPCModel

/// What the user says a channel carries.
public struct DissectionRule: Sendable, Equatable {
  /// Channels that a rule is about.
  public enum Channels: Sendable, Equatable {
    /// All of them.
    case all
    /// Those of some kinds.
    case kinds(Set<Kind>)
    /// Those with an end at this port.
    case port(UInt16)
    /// Those of this path or name, as events show it; `./` before a name that has no other slash may be added.
    case named([UInt8])
  }

  /// See ``Channels``.
  public let channels: Channels
  /// Wireshark's name of the dissector.
  public let dissector: [UInt8]

  /// What may stand before a relative path.
  private static let here = Array("./".utf8)

  /// Creates a rule.
  public init(_ channels: Channels, dissector: String) {
    self.channels = channels
    self.dissector = Array(dissector.utf8)
  }

  /// Creates a rule for a protocol, as ipcdump or Wireshark names it; nil if neither knows the name.
  ///
  /// - Parameters:
  ///   - channels: The channels whose contents are in it.
  ///   - name: Behind a `+`, it is the name of a dissector of the user's own.
  public init?(_ channels: Channels, protocol name: String) {
    if name.hasPrefix("+") {
      self.init(channels, dissector: String(name.dropFirst()))
    } else if let dissector = ProtocolNames.dissector(named: name) {
      self.init(channels, dissector: dissector)
    } else {
      return nil
    }
  }

  /// Whether the rule's protocol is D-Bus, which Wireshark has no dissector's name for.
  var isDBus: Bool { dissector.elementsEqual(ProtocolNames.dbus.utf8) }

  /// Whether Wireshark can be told so in a capture of ``CaptureForm/streams``, where only a port tells it.
  public var isOfPort: Bool {
    ServerPort.of(dissector: dissector) != nil || ServerPort.isPlain(dissector: dissector)
  }

  /// Whether the rule is about an event's channel.
  func applies(to event: borrowing Event, _ fields: ChannelFields, texts: borrowing TextTable) -> Bool {
    switch channels {
    case .all: return true
    case .kinds(let kinds): return kinds.contains(event.kind)
    case .port(let port):
      guard let ports = fields.ports else { return false }
      if event[ports.source.number] == UInt64(port) { return true }
      return event[ports.destination.number] == UInt64(port)
    case .named(let name):
      guard let key = fields.text, let text = event[key] else { return false }
      return texts.withBytes(of: text) { bytes in
        bytes.elementsEqual(name)
          || (name.starts(with: Self.here) && bytes.elementsEqual(name.dropFirst(Self.here.count)))
      }
    }
  }
}
