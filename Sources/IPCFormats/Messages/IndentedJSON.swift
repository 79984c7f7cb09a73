/// JSON in lines that people can read.
package enum IndentedJSON {
  /// Most levels that are indented; deeper ones stay where these are.
  private static let depthLimit = 32

  /// A text with the JSON in it indented, if it has any: all of it, or what stands behind the empty line of a header.
  /// Nothing but white space between the values is changed.
  package static func lines(of bytes: UnsafeRawBufferPointer) -> [UInt8] {
    let start = self.start(in: bytes)
    guard start < bytes.count, let first = bytes[start...].first(where: { !isSpace($0) }),
      first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    else { return Array(bytes) }
    var lines = Array(bytes[..<start])
    append(UnsafeRawBufferPointer(rebasing: bytes[start...]), to: &lines)
    return lines
  }

  /// Where the body begins.
  private static func start(in bytes: UnsafeRawBufferPointer) -> Int {
    guard let first = bytes.first(where: { !isSpace($0) }), first != UInt8(ascii: "{"),
      first != UInt8(ascii: "[")
    else { return 0 }
    var index = 0
    while let newline = bytes[index...].firstIndex(of: 0x0A) {
      let rest = bytes[(newline + 1)...].prefix(2)
      if rest.first == 0x0A { return newline + 2 }
      if rest.elementsEqual([0x0D, 0x0A]) { return newline + 3 }
      index = newline + 1
    }
    return bytes.count
  }

  private static func append(_ bytes: UnsafeRawBufferPointer, to lines: inout [UInt8]) {
    var depth = 0
    var isInString = false
    var isEscaped = false
    var previous: UInt8 = 0
    func breakLine(_ lines: inout [UInt8]) {
      lines.append(0x0A)
      lines.append(contentsOf: repeatElement(0x20, count: 2 * min(max(depth, 0), depthLimit)))
    }
    for byte in bytes {
      if isInString {
        lines.append(byte)
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
        }
        previous = byte
        continue
      }
      if isSpace(byte) || byte == 0 { continue }
      let isFirst = previous == UInt8(ascii: "{") || previous == UInt8(ascii: "[")
      switch byte {
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if !isFirst { breakLine(&lines) }
      case _ where isFirst: breakLine(&lines)
      default: break
      }
      lines.append(byte)
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: ","): breakLine(&lines)
      case UInt8(ascii: ":"): lines.append(0x20)
      case UInt8(ascii: "\""): isInString = true
      default: break
      }
      previous = byte
    }
    lines.append(0x0A)
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }
}
