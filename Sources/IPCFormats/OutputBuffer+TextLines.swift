import Glibc

extension OutputBuffer {
  /// Appends the lines of a text, each indented by a tab, with everything in them escaped that could steer a terminal.
  ///
  /// A line ends at a newline, with or without a carriage return before it. Escapes are those of
  /// ``appendTerminalText(_:)``, but tabs stay: behind an indentation of one tab they reach the same columns as in the
  /// text. A single backslash at the end of the last line tells that the text does not end with a newline; backslashes
  /// of the text itself are always doubled.
  mutating func appendTextLines(_ bytes: UnsafeRawBufferPointer) {
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
