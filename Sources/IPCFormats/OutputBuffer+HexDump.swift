/// Bytes on one line of a dump.
private let lineWidth = 16

/// Columns of a full line: two digits a byte, a space between, one more in the middle.
private let hexWidth = 3 * lineWidth

extension OutputBuffer {
  /// Appends a canonical hex dump, as of `hexdump -C`, each line indented by a tab and ended by a newline.
  mutating func appendHexDump(_ bytes: UnsafeRawBufferPointer) {
    for offset in stride(from: 0, to: bytes.count, by: lineWidth) {
      let end = min(offset + lineWidth, bytes.count)
      let line = UnsafeRawBufferPointer(rebasing: bytes[offset..<end])
      append("\t")
      appendHex(UInt64(offset), width: 8)
      append("  ")
      appendHexColumns(line)
      append("  |")
      append(upTo: lineWidth) { place in
        for (index, byte) in line.enumerated() {
          place[index] = (0x20...0x7e).contains(byte) ? byte : UInt8(ascii: ".")
        }
        return line.count
      }
      append("|\n")
    }
  }

  /// Appends two groups of eight bytes; the spaces that a short line leaves keep its ASCII in line.
  private mutating func appendHexColumns(_ line: UnsafeRawBufferPointer) {
    append(upTo: hexWidth) { place in
      place.initialize(repeating: UInt8(ascii: " "), count: hexWidth)
      for (index, byte) in line.enumerated() {
        let column = 3 * index + (index < lineWidth / 2 ? 0 : 1)
        place[column] = hexDigits.utf8Start[Int(byte >> 4)]
        place[column + 1] = hexDigits.utf8Start[Int(byte & 0xf)]
      }
      return hexWidth
    }
  }
}
