/// Lines that fit a terminal, by the columns that its characters take.
public enum TerminalText {
  /// Columns that a printable text takes.
  public static func width(of text: some StringProtocol) -> Int {
    text.unicodeScalars.reduce(0) { $0 + width(of: $1) }
  }

  /// A text that takes no more than so many columns: what is too much is left out of its middle, in which paths differ least.
  static func shortened(_ text: String, to columns: Int) -> String {
    guard width(of: text) > columns else { return text }
    guard columns > 1 else { return String(repeating: "…", count: max(columns, 0)) }
    let rest = columns - 1
    // The end tells more: a file's name.
    let start = prefix(text.unicodeScalars, columns: rest / 2)
    let end = prefix(text.unicodeScalars.reversed(), columns: rest - width(of: start))
    return start + "…" + String(String.UnicodeScalarView(end.unicodeScalars.reversed()))
  }

  /// A line broken between words, so that none of its parts takes more than so many columns unless it is a single word.
  ///
  /// - Parameters:
  ///   - line: The line; blanks at its beginning stay.
  ///   - columns: Columns of the terminal.
  ///   - indentation: Columns that stay free before each part but the first.
  public static func wrapped(_ line: String, columns: Int, indentation: Int) -> [String] {
    guard width(of: line) > columns else { return [line] }
    var lines: [String] = []
    var current = String(line.prefix { $0 == " " })
    var isEmpty = true
    for word in line.split(separator: " ") {
      if !isEmpty, width(of: current) + 1 + width(of: word) > columns {
        lines.append(current)
        current = String(repeating: " ", count: indentation)
        isEmpty = true
      }
      current += isEmpty ? word : " \(word)"
      isEmpty = false
    }
    return lines + [current]
  }

  private static func prefix(_ scalars: some Sequence<Unicode.Scalar>, columns: Int) -> String {
    var text = String.UnicodeScalarView()
    var used = 0
    for scalar in scalars {
      used += width(of: scalar)
      if used > columns { break }
      text.append(scalar)
    }
    return String(text)
  }

  /// Columns of a character: two for those of East Asian writing and for pictures (UAX #11), none for marks on the one before.
  private static func width(of scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }
  }

  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF,
    0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
    0x1F900...0x1F9FF,
    0x20000...0x3FFFD,
  ]
}
