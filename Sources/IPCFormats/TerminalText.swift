/// Lines that fit a terminal, by the columns that its characters take.
public enum TerminalText {
  /// Columns that a printable text takes.
  public static func width(of text: some StringProtocol) -> Int {
    text.unicodeScalars.reduce(0) { $0 + CharacterWidth.columns(of: $1) }
  }

  /// A text that takes no more than so many columns: what is too much is left out of its middle, in which paths differ least.
  package static func shortened(_ text: String, to columns: Int) -> String {
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
      used += CharacterWidth.columns(of: scalar)
      if used > columns { break }
      text.append(scalar)
    }
    return String(text)
  }
}
