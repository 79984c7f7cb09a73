/// SSH: what both sides say first (RFC 4253, section 4.2).
extension ProtocolRow {
  static let ssh = ProtocolRow(tcpPorts: [22], lasts: true) { hasPrefix("SSH-", $0) }
}

/// TLS: a handshake's record has its type, and 3 as the version's first number (RFC 8446, section 5.1).
extension ProtocolRow {
  static let tls = ProtocolRow(tcpPorts: [443, 8443], lasts: true) { content in
    content.count >= 6 && content[0] == 0x16 && content[1] == 3 && content[2] <= 4
  }
}
