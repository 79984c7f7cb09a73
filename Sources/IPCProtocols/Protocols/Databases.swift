/// PostgreSQL: a client begins with a message without a type, which has its length and the version of the protocol or the
/// number of a request ("Message Formats" in PostgreSQL's manual).
extension ProtocolRow {
  static let postgres = ProtocolRow(
    tcpPorts: [5432], lasts: true, beginning: ProtocolBeginning([0]) { isStart($0) },
    isSocketName: { $0.starts(with: ".s.PGSQL.".utf8) })

  private static func isStart(_ content: UnsafeRawBufferPointer) -> Bool {
    guard content.count >= 8, content[1] == 0 else { return false }
    // Version 3.0 to 3.9; else requests to cancel, for TLS, and for GSSAPI.
    let code = content[4..<8].reduce(0) { $0 << 8 | UInt32($1) }
    return (196_608...196_617).contains(code) || (80_877_102...80_877_104).contains(code)
  }
}

/// MySQL.
extension ProtocolRow {
  static let mysql = ProtocolRow(
    tcpPorts: [3306],
    isSocketName: { $0.elementsEqual("mysqld.sock".utf8) || $0.elementsEqual("mysql.sock".utf8) })
}

/// Redis: a request is an array of strings, each behind its length (RESP, "Sending commands to a Redis server").
extension ProtocolRow {
  static let redis = ProtocolRow(
    tcpPorts: [6379], lasts: true, beginning: ProtocolBeginning("*") { isRequest($0) },
    isSocketName: { $0.starts(with: "redis".utf8) && $0.suffix(5).elementsEqual(".sock".utf8) })

  private static func isRequest(_ content: UnsafeRawBufferPointer) -> Bool {
    // The number of strings has few digits, and a string's length as well.
    guard let end = lineEnd(content, from: 1), end < 8 else { return false }
    if content.count <= end + 2 { return true }
    guard content[end + 2] == UInt8(ascii: "$") else { return false }
    return content.count == end + 3 || lineEnd(content, from: end + 3) != nil
  }

  /// Where a line ends that has nothing but digits, with CR and LF behind them; nil if it is another one.
  private static func lineEnd(_ content: UnsafeRawBufferPointer, from start: Int) -> Int? {
    guard let end = content[start...].firstIndex(where: { !(0x30...0x39).contains($0) }), end > start,
      end + 1 < content.count, content[end] == 0x0D, content[end + 1] == 0x0A
    else { return nil }
    return end
  }
}
