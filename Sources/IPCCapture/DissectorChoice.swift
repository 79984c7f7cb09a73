import IPCModel
import IPCProtocols

/// Chooses how Wireshark shows payloads: as the user says, else by the protocol that the channel speaks, else as text or
/// bytes.
struct DissectorChoice {
  /// What was chosen.
  enum Outcome: Equatable {
    case known(Dissector)
    /// The dissector of a rule, by its position.
    case rule(Int)
  }

  let rules: [DissectionRule]
  private var sniffer = ProtocolSniffer()

  init(rules: [DissectionRule]) { self.rules = rules }

  mutating func dissector(
    of event: borrowing Event, _ fields: ChannelFields, content: UnsafeRawBufferPointer,
    texts: borrowing TextTable
  ) -> Outcome {
    for index in rules.indices {
      if rules[index].applies(to: event, fields, texts: texts) { return .rule(index) }
    }
    if let known = sniffer.sniff(event, content: content) { return .known(.of(known)) }
    return .known(Self.isText(content) ? .text : .data)
  }

  /// Whether bytes are lines of text, as far as a look at the first ones tells.
  private static func isText(_ content: UnsafeRawBufferPointer) -> Bool {
    content.prefix(64).allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) || $0 == 0x1B }
  }
}

/// What Wireshark is asked to show a payload as.
enum Dissector: Equatable {
  /// A protocol's.
  case of(ChannelProtocol)
  case text, data

  /// Wireshark's name of it; nil for D-Bus, which it finds by the link type alone.
  var name: StaticString? {
    switch self {
    case .text: "data-text-lines"
    case .data: "data"
    case .of(.amqp): "amqp"
    case .of(.dbus): nil
    case .of(.dns): "dns"
    case .of(.http): "http"
    case .of(.http2): "http2"
    case .of(.json): "json"
    case .of(.memcache): "memcache"
    case .of(.mqtt): "mqtt"
    case .of(.mysql): "mysql"
    case .of(.postgres): "pgsql"
    case .of(.redis): "resp"
    case .of(.smtp): "smtp"
    case .of(.ssh): "ssh"
    case .of(.tls): "tls"
    }
  }

  /// Number of D-Bus among the link types of Wireshark's own (`WTAP_ENCAP_DBUS`, wiretap/wtap.h).
  static let dbusEncapsulation: UInt32 = 146
  /// Table of dissectors by those numbers.
  static let encapsulationTable: StaticString = "wtap_encap"
}
