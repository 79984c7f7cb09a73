import IPCModel
import PlainText

/// Reads an expression by recursive descent.
struct WhereParser {
  private let tokens: [WhereToken]
  private var position = 0
  private var depth = 0

  /// Deeper than anybody writes, and shallow enough for any stack.
  private static let depthLimit = 200

  init(tokens: [WhereToken]) { self.tokens = tokens }

  private var next: WhereToken { tokens[position] }

  private mutating func advance() { if position < tokens.count - 1 { position += 1 } }

  // MARK: - Structure

  mutating func expression() throws(WhereError) -> WhereExpression.Node {
    var nodes = [try term()]
    while next.isKeyword("or") || next.isSymbol("||") {
      advance()
      nodes.append(try term())
    }
    return nodes.count == 1 ? nodes[0] : .or(nodes)
  }

  private mutating func term() throws(WhereError) -> WhereExpression.Node {
    var nodes = [try factor()]
    while next.isKeyword("and") || next.isSymbol("&&") {
      advance()
      nodes.append(try factor())
    }
    return nodes.count == 1 ? nodes[0] : .and(nodes)
  }

  private mutating func factor() throws(WhereError) -> WhereExpression.Node {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else {
      throw WhereError("more than \(Self.depthLimit) parentheses or nots within each other", at: next.column)
    }
    if next.isKeyword("not") || next.isSymbol("!") {
      advance()
      return .not(try factor())
    }
    guard next.isSymbol("(") else { return try comparison() }
    let opening = next.column
    advance()
    let inner = try expression()
    guard next.isSymbol(")") else {
      throw WhereError(
        next.form == .end
          ? "the parenthesis of column \(opening) is not closed"
          : "\(next.name) cannot stand here; expected 'and', 'or' or ')'", at: next.column)
    }
    advance()
    return inner
  }

  func expectEnd() throws(WhereError) {
    if next.form == .end { return }
    throw WhereError("\(next.name) cannot stand here; expected 'and', 'or' or the end", at: next.column)
  }

  // MARK: - Comparisons

  private mutating func comparison() throws(WhereError) -> WhereExpression.Node {
    let field = try self.field()
    let column = next.column
    if next.isKeyword("in") {
      advance()
      return .comparison(WhereComparison(field, .equal, try list(for: field)))
    }
    if next.isKeyword("contains") {
      advance()
      try requireText(field, "contains", at: column)
      return .comparison(WhereComparison(field, .contains, [try literal().value]))
    }
    guard case .symbol(let symbol) = next.form, symbol != ")", symbol != "&&", symbol != "||" else {
      return .comparison(WhereComparison(field, .exists))
    }
    advance()
    switch symbol {
    case "==", "=": return .comparison(try equal(field))
    case "!=": return .not(.comparison(try equal(field)))
    case "~": return .comparison(try matches(field, at: column))
    case "!~": return .not(.comparison(try matches(field, at: column)))
    case "<": return .comparison(try ordered(field, .less, at: column))
    case "<=": return .comparison(try ordered(field, .lessOrEqual, at: column))
    case ">": return .comparison(try ordered(field, .greater, at: column))
    case ">=": return .comparison(try ordered(field, .greaterOrEqual, at: column))
    default:
      throw WhereError(
        "'\(symbol)' compares nothing; expected ==, !=, <, <=, >, >=, ~, in or contains", at: column)
    }
  }

  private mutating func field() throws(WhereError) -> WhereField {
    guard case .word(let name) = next.form else {
      throw WhereError("expected a field, but there is \(next.name)", at: next.column)
    }
    let known = WhereField.named(name) ?? WhereField.named(name.lowercased())
    guard let known else {
      let nearest = Spelling.nearest(to: name, among: WhereField.names)
      throw WhereError(
        "'\(name)' is no field" + (nearest.map { "; did you mean '\($0)'?" } ?? "; --help where lists them"),
        at: next.column)
    }
    advance()
    return known
  }

  private mutating func literal() throws(WhereError) -> (value: WhereLiteral, column: Int) {
    let token = next
    switch token.form {
    case .word(let text):
      advance()
      return (WhereLiteral(text, isQuoted: false), token.column)
    case .quoted(let text):
      advance()
      return (WhereLiteral(text, isQuoted: true), token.column)
    case .symbol, .end: throw WhereError("expected a value, but there is \(token.name)", at: token.column)
    }
  }

  private mutating func list(for field: WhereField) throws(WhereError) -> [WhereLiteral] {
    guard next.isSymbol("(") || next.isSymbol("{") else {
      throw WhereError("'in' wants a list: \(field.name) in (a, b)", at: next.column)
    }
    let closing = next.isSymbol("(") ? ")" : "}"
    advance()
    var literals: [WhereLiteral] = []
    while true {
      literals.append(try value(for: field))
      if next.isSymbol(closing) { break }
      guard next.isSymbol(",") else {
        throw WhereError("\(next.name) cannot stand here; expected ',' or '\(closing)'", at: next.column)
      }
      advance()
    }
    advance()
    return literals
  }

  /// A literal that a field can be equal to.
  private mutating func value(for field: WhereField) throws(WhereError) -> WhereLiteral {
    let (literal, column) = try literal()
    let text = String(decoding: literal.text, as: UTF8.self)
    switch field.form {
    case .number where literal.number == nil:
      throw WhereError("'\(field.name)' is a number, and '\(text)' is none", at: column)
    case .duration where literal.number == nil:
      throw WhereError("'\(field.name)' is a time span such as 10ms, and '\(text)' is none", at: column)
    case .flag where text != "true" && text != "false":
      throw WhereError("'\(field.name)' is true or false", at: column)
    case .type where literal.kinds.isEmpty && literal.messageWord == nil && !literal.isGlob:
      let names = Kind.all.map { $0.row.name.description }
      let nearest = Spelling.nearest(to: text, among: names)
      throw WhereError(
        "'\(text)' is no type"
          + (nearest.map { "; did you mean \($0)?" } ?? "; there are \(names.joined(separator: ", "))"),
        at: column)
    default: return literal
    }
  }

  private mutating func equal(_ field: WhereField) throws(WhereError) -> WhereComparison {
    WhereComparison(field, .equal, [try value(for: field)])
  }

  private mutating func ordered(
    _ field: WhereField, _ operation: WhereComparison.Operator, at column: Int
  ) throws(WhereError) -> WhereComparison {
    guard [.number, .duration, .any].contains(field.form) else {
      throw WhereError(
        "'\(field.name)' has no order; it can be compared by ==, !=, ~, in and contains", at: column)
    }
    let (value, place) = try literal()
    guard value.number != nil else {
      throw WhereError("'\(String(decoding: value.text, as: UTF8.self))' is no number", at: place)
    }
    return WhereComparison(field, operation, [value])
  }

  private mutating func matches(_ field: WhereField, at column: Int) throws(WhereError) -> WhereComparison {
    try requireText(field, "~", at: column)
    let (value, place) = try literal()
    do throws(WhereError) {
      return WhereComparison(field, .matches, [value], pattern: try RegularExpression(value.text))
    } catch {
      throw WhereError("this is no regular expression: \(error.message)", at: place)
    }
  }

  private func requireText(_ field: WhereField, _ word: String, at column: Int) throws(WhereError) {
    guard [.text, .type, .any].contains(field.form) else {
      throw WhereError("'\(field.name)' is no text, which '\(word)' wants", at: column)
    }
  }
}
