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

  /// The server of a connection.
  struct Server {
    /// The port by which Wireshark finds a dissector; nil if nothing is known.
    var port: UInt16?
    /// Whether it is who sent the first event.
    var isSource = false
    /// Whether the user asked for that port.
    var isAsked = false
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
    if event.kind.isUnix, let path = event[Kind.UnixSocket.path],
      let known = texts.withBytes(of: path, { sniffer.usual(atSocket: $0) })
    {
      return .known(.of(known))
    }
    return .known(Self.isText(content) ? .text : .data)
  }

  /// What a new channel's connection is shown as, by its first event, and who is the server.
  mutating func server(
    of event: borrowing Event, _ fields: ChannelFields, content: UnsafeRawBufferPointer,
    texts: borrowing TextTable
  ) -> Server {
    switch dissector(of: event, fields, content: content, texts: texts) {
    case .rule(let index):
      let port = ServerPort.of(dissector: rules[index].dissector)
      let known = ChannelProtocol.allCases.first { ServerPort.of($0) == port }
      let isSource = known.map { ConnectionStart.isOfServer($0, content) } ?? false
      return Server(port: port, isSource: isSource, isAsked: true)
    case .known(.of(let known)): return Server(known, content)
    case .known:
      if let known = ConnectionStart.protocolBegun(by: content) { return Server(known, content) }
      let isLog = event.kind.isDatagrams && ConnectionStart.isLogMessage(content)
      return Server(port: isLog ? ServerPort.syslog : nil)
    }
  }

  /// Whether bytes are lines of text, as far as a look at the first ones tells.
  private static func isText(_ content: UnsafeRawBufferPointer) -> Bool {
    content.prefix(64).allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) || $0 == 0x1B }
  }
}

extension DissectorChoice.Server {
  /// The server of a protocol whose first bytes these are.
  fileprivate init(_ known: ChannelProtocol, _ content: UnsafeRawBufferPointer) {
    self.init(port: ServerPort.of(known), isSource: ConnectionStart.isOfServer(known, content))
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
