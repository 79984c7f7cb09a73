/// HTTP/1 (RFC 9112).
extension ProtocolRow {
  static let http = ProtocolRow(
    tcpPorts: [80, 8000, 8080], lasts: true,
    beginning: ProtocolBeginning("CDGHOP") { content in beginnings.contains { hasPrefix($0, content) } })

  private static let beginnings: [StaticString] = [
    "GET ", "POST ", "PUT ", "HEAD ", "DELETE ", "OPTIONS ", "PATCH ", "CONNECT ", "HTTP/1.",
  ]
}

/// HTTP/2: the client's preface (RFC 9113, section 3.4).
extension ProtocolRow {
  static let http2 = ProtocolRow(lasts: true, beginning: ProtocolBeginning(word: "PRI * HTTP/2.0"))
}
