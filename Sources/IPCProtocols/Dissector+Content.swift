extension Dissector {
  /// Tells by the first bytes what they are; nil if they could be anything.
  init?(content: UnsafeRawBufferPointer) {
    guard let first = content.first else { return nil }
    switch first {
    case UInt8(ascii: "l"), UInt8(ascii: "B"): self.init(ifDBus: content)
    case UInt8(ascii: "{"), UInt8(ascii: "["): self.init(ifJSON: content)
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): self.init(ifWord: content)
    case 0x16: self.init(ifTLS: content)
    default: return nil
    }
  }

  /// Whether bytes are lines of text, as far as a look at the first ones tells.
  static func isText(_ content: UnsafeRawBufferPointer) -> Bool {
    content.prefix(64).allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) || $0 == 0x1B }
  }

  /// A message's header: byte order, type, flags and the version of the protocol, which is 1 (D-Bus specification,
  /// "Message Format").
  private init?(ifDBus content: UnsafeRawBufferPointer) {
    guard content.count >= 16, (1...4).contains(content[1]), content[2] < 8, content[3] == 1 else {
      return nil
    }
    self = .dbus
  }

  private init?(ifJSON content: UnsafeRawBufferPointer) {
    func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
    guard let last = content.last(where: { !isSpace($0) }),
      last == UInt8(ascii: "}") || last == UInt8(ascii: "]"),
      let second = content.dropFirst().first(where: { !isSpace($0) })
    else { return nil }
    let beginnings: StaticString = "\"{[]}-0123456789tfn"
    guard beginnings.withUTF8Buffer({ $0.contains(second) }) else { return nil }
    self = .json
  }

  private static let methods: [StaticString] = [
    "GET ", "POST ", "PUT ", "HEAD ", "DELETE ", "OPTIONS ", "PATCH ", "CONNECT ", "HTTP/1.",
  ]

  private init?(ifWord content: UnsafeRawBufferPointer) {
    func begins(_ word: StaticString) -> Bool { word.withUTF8Buffer { content.starts(with: $0) } }
    if begins("PRI * HTTP/2.0") {
      self = .http2
    } else if begins("SSH-") {
      self = .ssh
    } else if Self.methods.contains(where: begins) {
      self = .http
    } else {
      return nil
    }
  }

  /// A handshake's record: type, and 3 as the version's first number (RFC 8446, section 5.1).
  private init?(ifTLS content: UnsafeRawBufferPointer) {
    guard content.count >= 6, content[1] == 3, content[2] <= 4 else { return nil }
    self = .tls
  }
}
