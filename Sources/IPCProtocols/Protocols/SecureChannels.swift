/// SSH: what both sides say first (RFC 4253, section 4.2).
extension ProtocolRow {
  static let ssh = ProtocolRow(tcpPorts: [22], lasts: true, beginning: ProtocolBeginning(word: "SSH-"))
}

/// TLS: a handshake's record has its type, and 3 as the version's first number (RFC 8446, section 5.1).
extension ProtocolRow {
  static let tls = ProtocolRow(
    tcpPorts: [443, 8443], lasts: true,
    beginning: ProtocolBeginning([0x16]) { content in
      content.count >= 6 && content[1] == 3 && content[2] <= 4
    })
}
