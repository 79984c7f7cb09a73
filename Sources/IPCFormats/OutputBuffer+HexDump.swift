/// Bytes on one line of a dump.
private let lineWidth = 16

/// Columns of a full line: two digits a byte, a space between, one more in the middle.
private let hexWidth = 3 * lineWidth

/// Where a line's ASCII begins, behind the columns and `  |`; the line ends with `|` and a newline.
private let asciiStart = hexWidth + 3

extension OutputBuffer {
  /// Appends a canonical hex dump, as of `hexdump -C`, each line indented by a tab and ended by a newline.
  mutating func appendHexDump(_ bytes: UnsafeRawBufferPointer) {
    for offset in stride(from: 0, to: bytes.count, by: lineWidth) {
      append("\t")
      appendHex(UInt64(offset), width: 8)
      append("  ")
      let line = UnsafeRawBufferPointer(rebasing: bytes[offset..<min(offset + lineWidth, bytes.count)])
      append(upTo: asciiStart + lineWidth + 2) { place in
        // The spaces that a short line leaves keep its ASCII in line.
        if line.count < lineWidth { place.initialize(repeating: UInt8(ascii: " "), count: hexWidth) }
        Self.putColumns(of: line, at: place)
        place[hexWidth] = UInt8(ascii: " ")
        place[hexWidth + 1] = UInt8(ascii: " ")
        place[hexWidth + 2] = UInt8(ascii: "|")
        place[asciiStart + line.count] = UInt8(ascii: "|")
        place[asciiStart + line.count + 1] = UInt8(ascii: "\n")
        return asciiStart + line.count + 2
      }
    }
  }

  /// Writes the digits, each byte's with the space or spaces behind them, and the ASCII.
  @inline(__always)
  private static func putColumns(of line: UnsafeRawBufferPointer, at place: UnsafeMutablePointer<UInt8>) {
    let digits = hexDigits.utf8Start
    var column = 0
    for index in 0..<line.count {
      let byte = line[index]
      place[column] = digits[Int(byte >> 4)]
      place[column + 1] = digits[Int(byte & 0xf)]
      place[column + 2] = UInt8(ascii: " ")
      column += 3
      if index == lineWidth / 2 - 1 {
        place[column] = UInt8(ascii: " ")
        column += 1
      }
      place[asciiStart + index] = (0x20...0x7e).contains(byte) ? byte : UInt8(ascii: ".")
    }
  }
}
