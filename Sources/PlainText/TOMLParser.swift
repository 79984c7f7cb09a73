/// Reads a TOML document (https://toml.io/en/v1.0.0), as much of it as ``TOMLEntry/entries(of:)`` says.
struct TOMLParser {
  private var rest: Substring.UnicodeScalarView
  private var place = TOMLPlace()

  init(_ bytes: [UInt8]) throws(TOMLError) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw TOMLError(message: "the file is not in UTF-8", place: TOMLPlace())
    }
    rest = Substring(text).unicodeScalars
    // A mark of the byte order may stand at the beginning.
    if rest.first == "\u{FEFF}" { rest.removeFirst() }
  }

  /// All keys, in their order.
  mutating func entries() throws(TOMLError) -> [TOMLEntry] {
    var entries: [TOMLEntry] = []
    while true {
      try skipLines()
      guard !rest.isEmpty else { return entries }
      let entry = try entry()
      if let before = entries.first(where: { $0.key == entry.key }) {
        throw TOMLError(
          message:
            "'\(entry.key)' is set already, in line \(before.place.line); an array takes several values",
          place: entry.place)
      }
      entries.append(entry)
      try expectEndOfLine()
    }
  }

  private mutating func entry() throws(TOMLError) -> TOMLEntry {
    let start = place
    if rest.first == "[" { throw failure("there are no tables here; set options without a table") }
    let key = try key()
    skipSpace()
    if rest.first == "." { throw failure("there are no dotted keys here; an option is one word") }
    guard rest.first == "=" else { throw failure("a key is followed by = and its value") }
    advance()
    skipSpace()
    guard rest.first == "[" else {
      return TOMLEntry(key: key, place: start, items: [try item()], isArray: false)
    }
    return TOMLEntry(key: key, place: start, items: try array(), isArray: true)
  }

  private mutating func key() throws(TOMLError) -> String {
    if rest.first == "\"" || rest.first == "'" { return try string() }
    let word = take { $0.isASCIIWord || $0 == "_" || $0 == "-" }
    guard !word.isEmpty else { throw failure("a line begins with a key") }
    return word
  }

  private mutating func array() throws(TOMLError) -> [TOMLEntry.Item] {
    var items: [TOMLEntry.Item] = []
    advance()
    while true {
      try skipLines()
      if rest.first == "]" { break }
      if rest.first == "[" { throw failure("there are no arrays in arrays here") }
      items.append(try item())
      try skipLines()
      if rest.first == "," {
        advance()
      } else if rest.first != "]" {
        throw failure("values of an array are followed by , or ]")
      }
    }
    advance()
    return items
  }

  // MARK: - Values

  private mutating func item() throws(TOMLError) -> TOMLEntry.Item {
    let start = place
    let value: TOMLValue
    switch rest.first {
    case "\"", "'": value = .text(try string())
    case "{": throw failure("there are no tables here")
    case nil, "\n", "\r", "#": throw failure("a value is missing")
    default: value = try word()
    }
    return TOMLEntry.Item(value: value, place: start)
  }

  /// A value without quotation marks.
  private mutating func word() throws(TOMLError) -> TOMLValue {
    let start = place
    let word = take { $0.isASCIIWord || "+-._:".unicodeScalars.contains($0) }
    switch word {
    case "true": return .flag(true)
    case "false": return .flag(false)
    default: break
    }
    if let number = Self.number(word) { return .number(number) }
    if word.first?.isNumber == true, word.dropFirst().contains(where: { $0 == "-" || $0 == ":" }) {
      throw TOMLError(message: "no option takes a date or time of day", place: start)
    }
    throw TOMLError(
      message: word.isEmpty
        ? "a value is missing" : "'\(word)' is no value; texts stand in quotation marks, as in \"\(word)\"",
      place: start)
  }

  /// A number without its underscores, each of which must stand between digits; nil if it is none.
  private static func number(_ word: String) -> String? {
    let parts = word.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.dropLast().allSatisfy({ $0.last?.isHexDigit == true }),
      parts.dropFirst().allSatisfy({ $0.first?.isHexDigit == true })
    else { return nil }
    let digits = parts.joined()
    if digits.hasPrefix("0x") { return UInt64(digits.dropFirst(2), radix: 16).map { "\($0)" } }
    let plain = digits.first == "+" || digits.first == "-" ? digits.dropFirst() : digits[...]
    let halves = plain.split(separator: ".", omittingEmptySubsequences: false)
    guard halves.count <= 2, halves.allSatisfy({ !$0.isEmpty && $0.allSatisfy { ("0"..."9").contains($0) } }),
      halves[0] == "0" || halves[0].first != "0"
    else { return nil }
    return digits.first == "+" ? String(plain) : digits
  }

  // MARK: - Strings

  private mutating func string() throws(TOMLError) -> String {
    let start = place
    guard let mark = rest.first else { throw failure("a text is missing") }
    advance()
    if rest.first == mark, rest.dropFirst().first == mark {
      throw TOMLError(message: "there are no texts of several lines here", place: start)
    }
    var text = String.UnicodeScalarView()
    while let scalar = rest.first, scalar != "\n", scalar != "\r" {
      if scalar == mark {
        advance()
        return String(text)
      }
      if scalar == "\\", mark == "\"" {
        text.append(try escape())
        continue
      }
      try requirePrintable(scalar)
      text.append(scalar)
      advance()
    }
    throw TOMLError(message: "a text that begins here has no end in its line", place: start)
  }

  private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
    "b": "\u{8}", "t": "\t", "n": "\n", "f": "\u{C}", "r": "\r", "\"": "\"", "\\": "\\",
  ]

  private mutating func escape() throws(TOMLError) -> Unicode.Scalar {
    let start = place
    advance()
    guard let letter = rest.first else { throw failure("a text ends behind \\") }
    advance()
    if let scalar = Self.escapes[letter] { return scalar }
    let count = letter == "u" ? 4 : letter == "U" ? 8 : 0
    var digits = ""
    while digits.count < count, let digit = rest.first, Character(digit).isHexDigit {
      digits.unicodeScalars.append(digit)
      advance()
    }
    guard count > 0, digits.count == count, let value = UInt32(digits, radix: 16),
      let scalar = Unicode.Scalar(value)
    else {
      throw TOMLError(
        message: "there is no such escape; \\\\ is a backslash, and nothing is escaped between '",
        place: start)
    }
    return scalar
  }

  // MARK: - Between values

  /// Skips blanks, comments and ends of lines.
  private mutating func skipLines() throws(TOMLError) {
    repeat {
      skipSpace()
      try skipComment()
    } while try skipEndOfLine()
  }

  private mutating func expectEndOfLine() throws(TOMLError) {
    skipSpace()
    try skipComment()
    if rest.isEmpty { return }
    guard try skipEndOfLine() else { throw failure("nothing may stand behind a value but a comment") }
  }

  private mutating func skipSpace() { _ = take { $0 == " " || $0 == "\t" } }

  private mutating func skipComment() throws(TOMLError) {
    guard rest.first == "#" else { return }
    while let scalar = rest.first, scalar != "\n", scalar != "\r" {
      try requirePrintable(scalar)
      advance()
    }
  }

  /// - Returns: Whether there was one.
  private mutating func skipEndOfLine() throws(TOMLError) -> Bool {
    if rest.first == "\r" {
      guard rest.dropFirst().first == "\n" else {
        throw failure("a carriage return stands before an end of line only")
      }
      advance()
    }
    guard rest.first == "\n" else { return false }
    rest.removeFirst()
    place = TOMLPlace(line: place.line + 1, column: 1)
    return true
  }

  private func requirePrintable(_ scalar: Unicode.Scalar) throws(TOMLError) {
    guard scalar == "\t" || (scalar.value >= 0x20 && scalar.value != 0x7F) else {
      throw failure("control characters are written as escapes")
    }
  }

  private mutating func take(while isTaken: (Unicode.Scalar) -> Bool) -> String {
    var text = String.UnicodeScalarView()
    while let scalar = rest.first, isTaken(scalar) {
      text.append(scalar)
      advance()
    }
    return String(text)
  }

  private mutating func advance() {
    rest.removeFirst()
    place.column += 1
  }

  private func failure(_ message: String) -> TOMLError { TOMLError(message: message, place: place) }
}

extension Unicode.Scalar {
  /// Whether it is a letter or digit of ASCII.
  fileprivate var isASCIIWord: Bool {
    switch self {
    case "a"..."z", "A"..."Z", "0"..."9": true
    default: false
    }
  }
}
