import ByteOutput
import Glibc

// What lines of text show of contents; see ``ContentStyle``.

// MARK: - Hex dump

/// Bytes on one line of a dump.
private let dumpWidth = 16

/// Columns of a full line: two digits a byte, a space between, one more in the middle.
private let hexWidth = 3 * dumpWidth

/// Where a line's ASCII begins, behind the columns and `  |`; the line ends with `|` and a newline.
private let asciiStart = hexWidth + 3

extension OutputBuffer {
  /// Appends a canonical hex dump, as of `hexdump -C`, each line indented by a space and ended by a newline.
  ///
  /// A tab, which indents other contents, would make it wider than a terminal of 80 columns.
  package mutating func appendHexDump(_ bytes: UnsafeRawBufferPointer) {
    for offset in stride(from: 0, to: bytes.count, by: dumpWidth) {
      append(" ")
      appendHex(UInt64(offset), width: 8)
      append("  ")
      let line = UnsafeRawBufferPointer(rebasing: bytes[offset..<min(offset + dumpWidth, bytes.count)])
      append(upTo: asciiStart + dumpWidth + 2) { place in
        // The spaces that a short line leaves keep its ASCII in line.
        if line.count < dumpWidth { place.initialize(repeating: UInt8(ascii: " "), count: hexWidth) }
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
      if index == dumpWidth / 2 - 1 {
        place[column] = UInt8(ascii: " ")
        column += 1
      }
      place[asciiStart + index] = (0x20...0x7e).contains(byte) ? byte : UInt8(ascii: ".")
    }
  }
}

// MARK: - ASCII

/// Columns of a line; the escape sequence of a space at its end may need three more.
private let asciiWidth = 96

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
      append(upTo: asciiWidth + escapeWidth) { place in
        var column = 0
        while index < bytes.count {
          let byte = bytes[index]
          if column + columns(of: byte) > asciiWidth { break }
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

// MARK: - Lines

extension OutputBuffer {
  /// Appends the lines of a text, each indented by a tab, with everything in them escaped that could steer a terminal.
  ///
  /// A line ends at a newline, with or without a carriage return before it. Escapes are those of
  /// ``appendTerminalText(_:)``, but tabs stay: behind an indentation of one tab they reach the same columns as in the
  /// text. A single backslash at the end of the last line says that the text does not end with a newline; backslashes
  /// of the text itself are always doubled.
  package mutating func appendTextLines(_ bytes: UnsafeRawBufferPointer) {
    bytes.withMemoryRebound(to: UInt8.self) { text in
      var rest = text[...]
      while let start = UnsafeBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
        let newline = memchr(start, Int32(UInt8(ascii: "\n")), rest.count)
        let end =
          newline.map { rest.startIndex + (UnsafeRawPointer(start).distance(to: $0)) } ?? rest.endIndex
        var line = rest[..<end]
        if newline != nil, line.last == UInt8(ascii: "\r") { line.removeLast() }
        append("\t")
        appendLine(UnsafeBufferPointer(rebasing: line))
        append(newline == nil ? "\\\n" : "\n")
        rest = rest[min(end + 1, rest.endIndex)...]
      }
    }
  }

  private mutating func appendLine(_ text: UnsafeBufferPointer<UInt8>) {
    append(text, passing: { $0 == 0x09 || isPrintable($0) }) { output, sequence, bytes in
      output.appendEscape(of: sequence, bytes)
    }
  }
}
