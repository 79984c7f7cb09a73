/// A protocol that channels speak.
///
/// A new one is a case here and its row in a file of `Protocols/`.
public enum ChannelProtocol: UInt8, CaseIterable, Sendable {
  case amqp, dbus, dns, http, http2, json, memcache, mqtt, mysql, postgres, redis, smtp, ssh, tls

  /// What is known of it.
  var row: ProtocolRow { ProtocolRow.registry[Int(rawValue)] }
}

/// What is known of a protocol before anything is decoded: how it begins, and where it is usual.
struct ProtocolRow: Sendable {
  /// Ports of TCP at which it usually listens.
  var tcpPorts: [UInt16] = []
  /// Ports of UDP at which it usually listens.
  var udpPorts: [UInt16] = []
  /// Whether what follows in a channel is still of the protocol, though it does not look like it: the middle of a long
  /// answer.
  var lasts = false
  /// How a message begins; nil if nothing tells it.
  var beginning: ProtocolBeginning?
  /// Whether a unix socket of this name, the last part of a path, usually speaks it.
  var isSocketName: (@Sendable (Slice<UnsafeBufferPointer<UInt8>>) -> Bool)?

  /// The rows by the protocols' raw values.
  static let registry: [ProtocolRow] = ChannelProtocol.allCases.map { row(of: $0) }

  private static func row(of known: ChannelProtocol) -> ProtocolRow {
    switch known {
    case .amqp: .amqp
    case .dbus: .dbus
    case .dns: .dns
    case .http: .http
    case .http2: .http2
    case .json: .json
    case .memcache: .memcache
    case .mqtt: .mqtt
    case .mysql: .mysql
    case .postgres: .postgres
    case .redis: .redis
    case .smtp: .smtp
    case .ssh: .ssh
    case .tls: .tls
    }
  }
}

/// How the bytes of an event begin if they begin a message of a protocol.
struct ProtocolBeginning: Sendable {
  /// What the first byte can be: by that, nearly all that is of no protocol is known without a look at the others.
  let firstBytes: [UInt8]
  /// Whether bytes begin a message, the first of which is one of these.
  let begins: @Sendable (UnsafeRawBufferPointer) -> Bool

  init(_ firstBytes: [UInt8], _ begins: @escaping @Sendable (UnsafeRawBufferPointer) -> Bool) {
    self.firstBytes = firstBytes
    self.begins = begins
  }

  /// A message that begins with one of some characters.
  init(_ firstBytes: StaticString, _ begins: @escaping @Sendable (UnsafeRawBufferPointer) -> Bool) {
    self.init(firstBytes.withUTF8Buffer { Array($0) }, begins)
  }

  /// A message that begins with a word.
  init(word: StaticString) {
    self.init(word.withUTF8Buffer { Array($0.prefix(1)) }) { hasPrefix(word, $0) }
  }
}

/// Protocols of which only the usual ports are known.
extension ProtocolRow {
  static let amqp = ProtocolRow(tcpPorts: [5672])
  static let dns = ProtocolRow(udpPorts: [53])
  static let memcache = ProtocolRow(tcpPorts: [11211])
  static let mqtt = ProtocolRow(tcpPorts: [1883])
  static let smtp = ProtocolRow(tcpPorts: [25, 587])
}

/// Whether bytes begin with a word.
func hasPrefix(_ word: StaticString, _ content: UnsafeRawBufferPointer) -> Bool {
  word.withUTF8Buffer { content.starts(with: $0) }
}
