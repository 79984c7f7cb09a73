/// JSON: an object or array that ends with the event (RFC 8259).
extension ProtocolRow {
  static let json = ProtocolRow(beginning: ProtocolBeginning("{[") { isWhole($0) })

  private static func isWhole(_ content: UnsafeRawBufferPointer) -> Bool {
    func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
    guard let last = content.last(where: { !isSpace($0) }),
      last == UInt8(ascii: "}") || last == UInt8(ascii: "]"),
      let second = content.dropFirst().first(where: { !isSpace($0) })
    else { return false }
    let beginnings: StaticString = "\"{[]}-0123456789tfn"
    return beginnings.withUTF8Buffer { $0.contains(second) }
  }
}
