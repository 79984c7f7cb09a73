/// A word of an expression, and where it stands.
struct WhereToken: Equatable {
  /// What a token is.
  enum Form: Equatable {
    /// A field, an operator in letters, or a literal without quotation marks.
    case word(String)
    /// A literal in quotation marks.
    case quoted(String)
    /// An operator, a parenthesis or a comma.
    case symbol(String)
    /// Behind the last word.
    case end
  }

  let form: Form
  /// The character that it begins at, the first being 1.
  let column: Int

  /// What a reader calls it.
  var name: String {
    switch form {
    case .word(let text), .symbol(let text): "'\(text)'"
    case .quoted(let text): "\"\(text)\""
    case .end: "the end"
    }
  }

  func isSymbol(_ text: String) -> Bool { form == .symbol(text) }

  /// Whether it is a keyword, which may be written in capitals, too.
  func isKeyword(_ text: String) -> Bool {
    if case .word(let word) = form { word.lowercased() == text } else { false }
  }
}

extension WhereToken {
  private static let symbols = [
    "==", "!=", "<=", ">=", "!~", "&&", "||", "=", "<", ">", "~", "(", ")", ",", "!", "{", "}",
  ]
  /// What ends a word without quotation marks; other signs may be part of paths, addresses and globs.
  private static let stops: Set<Character> = [
    "=", "<", ">", "~", "(", ")", ",", "!", "&", "|", "\"", "'", "{", "}",
  ]

  /// Takes an expression apart.
  static func tokens(of expression: String) throws(WhereError) -> [WhereToken] {
    let characters = Array(expression)
    var tokens: [WhereToken] = []
    var index = 0
    while index < characters.count {
      let column = index + 1
      let character = characters[index]
      if character.isWhitespace {
        index += 1
      } else if character == "\"" || character == "'" {
        tokens.append(WhereToken(form: .quoted(try quoted(characters, from: &index)), column: column))
      } else if let symbol = symbols.first(where: { characters[index...].starts(with: $0) }) {
        tokens.append(WhereToken(form: .symbol(symbol), column: column))
        index += symbol.count
      } else if stops.contains(character) {
        throw WhereError(
          "'\(character)' means nothing here; 'and' and 'or' can be written && and ||", at: column)
      } else {
        let word = characters[index...].prefix { !$0.isWhitespace && !stops.contains($0) }
        tokens.append(WhereToken(form: .word(String(word)), column: column))
        index += word.count
      }
    }
    return tokens + [WhereToken(form: .end, column: characters.count + 1)]
  }

  /// Reads a literal up to its closing mark. A backslash before that mark means the mark itself; any other is kept for the
  /// glob or the regular expression.
  private static func quoted(_ characters: [Character], from index: inout Int) throws(WhereError) -> String {
    let mark = characters[index], column = index + 1
    var text = ""
    index += 1
    while index < characters.count, characters[index] != mark {
      if characters[index] == "\\", index + 1 < characters.count, characters[index + 1] == mark { index += 1 }
      text.append(characters[index])
      index += 1
    }
    guard index < characters.count else {
      throw WhereError("the text that begins here has no closing \(mark)", at: column)
    }
    index += 1
    return text
  }
}
