import IPCModel
import IPCProtocols

/// Which port a synthetic connection has at its server's end: by it, Wireshark finds what to show the contents as.
enum ServerPort {
  /// First port that an end has which is no server's.
  static let firstOfClients: UInt16 = 49_152
  /// Port behind the last of those.
  static let endOfClients: UInt16 = 64_000
  /// Ports among those at which Wireshark expects something (IRC).
  static let taken: UInt16 = 57_000

  /// Port of D-Bus, for which Wireshark knows none.
  static let dbus: UInt16 = 64_100
  /// Port of JSON, for which Wireshark knows none.
  static let json: UInt16 = 64_101

  /// Port of syslog.
  static let syslog: UInt16 = 514

  /// Port of a kind's channels of which nothing else is known; Wireshark expects nothing there.
  static func of(_ kind: Kind) -> UInt16 { 64_000 + UInt16(kind.rawValue) }

  /// Port of a protocol.
  static func of(_ known: ChannelProtocol) -> UInt16 {
    switch known {
    case .amqp: 5672
    case .dbus: dbus
    case .dns: 53
    case .http, .http2: 80
    case .json: json
    case .memcache: 11211
    case .mqtt: 1883
    case .mysql: 3306
    case .postgres: 5432
    case .redis: 6379
    case .smtp: 25
    case .ssh: 22
    case .tls: 443
    }
  }

  /// What Wireshark calls other dissectors that it finds by a port.
  private static let others: [(name: StaticString, port: UInt16)] = [
    ("9p", 564), ("cql", 9042), ("couchbase", 11210), ("distcc", 3632), ("elasticsearch", 9300),
    ("epmd", 4369), ("ftp", 21), ("gearman", 4730), ("git", 9418), ("imap", 143), ("irc", 6667),
    ("jdwp", 9009), ("kafka", 9092), ("ldap", 389), ("pop", 110), ("rsync", 873), ("rtsp", 554),
    ("sip", 5060), ("stun", 3478), ("syslog", syslog), ("telnet", 23), ("vnc", 5900), ("x11", 6000),
    ("xmpp", 5222),
  ]

  /// Port of a dissector, by Wireshark's name of it; nil if no port leads to it.
  static func of(dissector name: [UInt8]) -> UInt16? {
    if matches("dbus", name) { return dbus }
    for known in ChannelProtocol.allCases {
      if let dissector = Dissector.of(known).name, matches(dissector, name) { return of(known) }
    }
    return others.first { matches($0.name, name) }?.port
  }

  /// Whether a name stands for contents that are of no protocol, which are shown so anyway.
  static func isPlain(dissector name: [UInt8]) -> Bool {
    [Dissector.text, .data].contains { $0.name.map { matches($0, name) } ?? false }
  }

  private static func matches(_ word: StaticString, _ name: [UInt8]) -> Bool {
    word.withUTF8Buffer { $0.elementsEqual(name) }
  }
}

/// What the first bytes of a channel say of it that Wireshark needs to know before it sees them.
enum ConnectionStart {
  /// Words that protocols begin with; three of their bytes are enough.
  private static let words: [(word: StaticString, known: ChannelProtocol)] = [
    ("PRI * HTTP/2.0", .http2), ("HTTP/1.", .http), ("GET /", .http), ("POST /", .http), ("PUT /", .http),
    ("HEAD /", .http), ("DELETE /", .http), ("OPTIONS ", .http), ("SSH-2.0", .ssh),
  ]

  /// The protocol that bytes are the beginning of, though not enough of them to be sure; nil if they are of none.
  static func protocolBegun(by content: UnsafeRawBufferPointer) -> ChannelProtocol? {
    guard let first = content.first else { return nil }
    // A record of TLS has a type, and 3 as the version's first number (RFC 8446, section 5.1).
    if content.count >= 3, first == 0x16, content[1] == 3, content[2] <= 4 { return .tls }
    if content.count >= 3 {
      for (word, known) in words where word.withUTF8Buffer({ $0.starts(with: content.prefix($0.count)) }) {
        return known
      }
      if isServerPreface(content) { return .http2 }
    }
    guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return nil }
    guard let second = content.dropFirst().first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else {
      return content.count == 1 ? .json : nil
    }
    return second == UInt8(ascii: "\"") || first == UInt8(ascii: "[") && second == UInt8(ascii: "{")
      ? .json : nil
  }

  /// Whether a datagram is a message for the system's log, which begins with its priority: `<30>` (RFC 3164, section 4.1.1).
  static func isLogMessage(_ content: UnsafeRawBufferPointer) -> Bool {
    let digits = content.dropFirst().prefix { (0x30...0x39).contains($0) }
    return content.first == UInt8(ascii: "<") && (1...3).contains(digits.count)
      && digits.endIndex < content.endIndex && content[digits.endIndex] == UInt8(ascii: ">")
  }

  /// Whether who sends these first bytes of a channel is the server: it greets, or answers what came before the trace.
  static func isOfServer(_ known: ChannelProtocol, _ content: UnsafeRawBufferPointer) -> Bool {
    guard let first = content.first else { return false }
    switch known {
    case .mysql, .smtp, .ssh: return true
    case .http: return begins("HTTP/", content)
    // Of a handshake's record, the sixth byte tells a server's greeting (RFC 8446, section 4).
    case .tls: return content.count > 5 && content[5] == 2
    case .json: return begins("{\"QMP\"", content)
    case .redis: return "+-$:".utf8.contains(first)
    // What only a server sends ("Message Formats" in PostgreSQL's manual).
    case .postgres: return "RKZT12NVtn".utf8.contains(first)
    case .http2: return isServerPreface(content)
    case .amqp, .dbus, .dns, .memcache, .mqtt: return false
    }
  }

  /// Whether a server of HTTP/2 begins, which need not wait for its client: settings of six bytes each, on the connection
  /// itself (RFC 9113, sections 3.4 and 6.5).
  private static func isServerPreface(_ content: UnsafeRawBufferPointer) -> Bool {
    guard content.count >= 9, content[0] == 0, content[1] == 0, content[2].isMultiple(of: 6) else {
      return false
    }
    return content[3] == 4 && content[4...8].allSatisfy { $0 == 0 }
  }

  /// Whether Wireshark finds a protocol at whatever port it is spoken: HTTP and TLS, if the first segment has enough of
  /// them.
  static func isRecognized(at port: UInt16, _ content: UnsafeRawBufferPointer) -> Bool {
    [ServerPort.of(.http), ServerPort.of(.tls)].contains(port) && content.count >= 16
  }

  private static func begins(_ word: StaticString, _ content: UnsafeRawBufferPointer) -> Bool {
    word.withUTF8Buffer { content.starts(with: $0) }
  }
}

/// The text by which both ends of D-Bus authenticate before they exchange messages, and which Wireshark cannot read
/// (D-Bus specification, "Authentication Protocol").
enum DBusHandshake {
  /// Whether the first bytes of a channel begin it: the client sends a zero, alone or with what follows.
  static func begins(with content: UnsafeRawBufferPointer) -> Bool {
    content.first == 0 && (content.count == 1 || content.dropFirst().starts(with: "AUTH".utf8))
  }

  /// Where in what an end sends the first message begins; nil if all of it is still text.
  ///
  /// - Parameter text: Whether text may come before; else only a whole header is believed.
  static func firstMessage(in content: UnsafeRawBufferPointer, afterText text: Bool) -> Int? {
    if isHeader(content, whole: !text) { return 0 }
    guard text else { return nil }
    // No line of it is longer than 16 KiB (`MAX_BUFFER` of libdbus), and most come with a few others.
    let searched = content.prefix(64 << 10)
    var start = 0
    while let end = searched[start...].firstIndex(of: UInt8(ascii: "\n")) {
      start = end + 1
      if isHeader(UnsafeRawBufferPointer(rebasing: content[start...]), whole: false) { return start }
    }
    return nil
  }

  /// Whether a message's header begins here, as far as bytes are there: byte order, type, flags, version.
  private static func isHeader(_ content: UnsafeRawBufferPointer, whole: Bool) -> Bool {
    guard content.count >= (whole ? 16 : 2) else { return false }
    guard content[0] == UInt8(ascii: "l") || content[0] == UInt8(ascii: "B") else { return false }
    guard (1...4).contains(content[1]) else { return false }
    return content.count < 4 || content[2] < 8 && content[3] == 1
  }
}
