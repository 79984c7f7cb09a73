/// Columns of a line; the escape sequence of a space at its end may need three more.
private let lineWidth = 96

/// Columns of the longest escape sequence, `\x` and two digits.
private let escapeWidth = 4

extension OutputBuffer {
  /// Appends bytes as printable ASCII, each line indented by a tab and ended by a newline.
  ///
  /// Newline, carriage return, tab and backslash are escaped as `\n`, `\r`, `\t` and `\\`, everything else that is not
  /// printable, and a space at the end of a line, as `\x` and two digits. A line ends behind a `\n`, or where it is full;
  /// no escape sequence is cut. The lines without their tabs, put together, are the whole.
  mutating func appendASCII(_ bytes: UnsafeRawBufferPointer) {
    var index = 0
    while index < bytes.count {
      append("\t")
      append(upTo: lineWidth + escapeWidth) { place in
        var column = 0
        while index < bytes.count {
          let byte = bytes[index]
          if column + columns(of: byte) > lineWidth { break }
          column += write(byte, to: place + column)
          index += 1
          if byte == UInt8(ascii: "\n") { return column }
        }
        // A space at the end could not be seen, and would not survive being copied.
        if place[column - 1] == UInt8(ascii: " ") {
          column += write(escaped: UInt8(ascii: " "), to: place + column - 1) - 1
        }
        return column
      }
      append("\n")
    }
  }
}

/// The letter that stands behind the backslash for a byte; nil if there is none.
@inline(__always)
private func letter(for byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "\n"): UInt8(ascii: "n")
  case UInt8(ascii: "\r"): UInt8(ascii: "r")
  case UInt8(ascii: "\t"): UInt8(ascii: "t")
  case UInt8(ascii: "\\"): UInt8(ascii: "\\")
  default: nil
  }
}

@inline(__always)
private func isPlain(_ byte: UInt8) -> Bool { (0x20...0x7e).contains(byte) && byte != UInt8(ascii: "\\") }

private func columns(of byte: UInt8) -> Int {
  if isPlain(byte) { return 1 }
  return letter(for: byte) == nil ? escapeWidth : 2
}

/// Writes what stands for a byte, and gives the number of its columns.
private func write(_ byte: UInt8, to place: UnsafeMutablePointer<UInt8>) -> Int {
  if isPlain(byte) {
    place[0] = byte
    return 1
  }
  guard let letter = letter(for: byte) else { return write(escaped: byte, to: place) }
  place[0] = UInt8(ascii: "\\")
  place[1] = letter
  return 2
}

private func write(escaped byte: UInt8, to place: UnsafeMutablePointer<UInt8>) -> Int {
  place[0] = UInt8(ascii: "\\")
  place[1] = UInt8(ascii: "x")
  place[2] = hexDigits.utf8Start[Int(byte >> 4)]
  place[3] = hexDigits.utf8Start[Int(byte & 0xf)]
  return escapeWidth
}
