/// Bytes on one line of a dump.
private let lineWidth = 16

extension OutputBuffer {
  /// Appends a canonical hex dump, as of `hexdump -C`, each line indented by a tab and ended by a newline.
  mutating func appendHexDump(_ bytes: UnsafeRawBufferPointer) {
    for offset in stride(from: 0, to: bytes.count, by: lineWidth) {
      let end = min(offset + lineWidth, bytes.count)
      append("\t")
      appendHex(UInt64(offset), width: 8)
      append("  ")
      appendHexColumns(UnsafeRawBufferPointer(rebasing: bytes[offset..<end]))
      append("  |")
      append(upTo: lineWidth) { place in
        for index in offset..<end {
          let isPrintable = (0x20...0x7e).contains(bytes[index])
          place[index - offset] = isPrintable ? bytes[index] : UInt8(ascii: ".")
        }
        return end - offset
      }
      append("|\n")
    }
  }

  /// Appends two groups of eight bytes; where the last line has no more bytes, spaces keep its ASCII in line.
  private mutating func appendHexColumns(_ line: UnsafeRawBufferPointer) {
    for index in 0..<lineWidth {
      if index > 0 { append(index == lineWidth / 2 ? "  " : " ") }
      if index < line.count { appendHex(UInt64(line[index]), width: 2) } else { append("  ") }
    }
  }
}
