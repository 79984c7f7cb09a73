/// HTTP/1 (RFC 9112).
extension ProtocolRow {
  static let http = ProtocolRow(tcpPorts: [80, 8000, 8080], lasts: true) { content in
    // Nearly all that is none is told by its first byte.
    switch content.first {
    case UInt8(ascii: "C"), UInt8(ascii: "D"), UInt8(ascii: "G"), UInt8(ascii: "H"), UInt8(ascii: "O"),
      UInt8(ascii: "P"):
      beginnings.contains { hasPrefix($0, content) }
    default: false
    }
  }

  private static let beginnings: [StaticString] = [
    "GET ", "POST ", "PUT ", "HEAD ", "DELETE ", "OPTIONS ", "PATCH ", "CONNECT ", "HTTP/1.",
  ]
}

/// HTTP/2: the client's preface (RFC 9113, section 3.4).
extension ProtocolRow {
  static let http2 = ProtocolRow(lasts: true) { hasPrefix("PRI * HTTP/2.0", $0) }
}
