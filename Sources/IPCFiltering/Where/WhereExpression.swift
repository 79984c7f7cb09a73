import IPCModel
import PlainText

/// What `--where` asks of events, messages and calls, compiled once.
///
/// ```
/// expression = term { ("or" | "||") term }
/// term       = factor { ("and" | "&&") factor }
/// factor     = ("not" | "!") factor | "(" expression ")" | comparison
/// comparison = field [ operator literal | "in" "(" literal { "," literal } ")" ]
/// operator   = "==" | "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~" | "contains"
/// ```
///
/// What an event does not have is equal to nothing, so that `port == 80` lets no pipe through, and `port != 80` all of them.
/// Of a field of either end, one that is equal is enough, and `!=` asks that none is.
public struct WhereExpression: Sendable {
  /// As it was written.
  public let text: String
  let root: Node

  /// A part of the expression.
  indirect enum Node: Sendable {
    case and([Node])
    case or([Node])
    case not(Node)
    case comparison(WhereComparison)
  }

  /// Compiles an expression.
  public init(_ text: String) throws(WhereError) {
    self.text = text
    var parser = WhereParser(tokens: try WhereToken.tokens(of: text))
    root = try parser.expression()
    try parser.expectEnd()
  }

  /// Whether it asks for what only messages and calls have.
  public var asksForMessages: Bool { root.contains { $0.field.isOfMessages } }

  /// Whether it asks for captured bytes.
  public var needsContents: Bool { root.contains { $0.field.needsContents } }

  /// Names of all fields, for completions.
  public static var fieldNames: [String] { WhereField.names }
}

extension WhereExpression: Equatable {
  /// Equal if they were written alike.
  public static func == (one: WhereExpression, other: WhereExpression) -> Bool { one.text == other.text }
}

extension WhereExpression.Node {
  func contains(_ isWanted: (WhereComparison) -> Bool) -> Bool {
    switch self {
    case .and(let nodes), .or(let nodes): nodes.contains { $0.contains(isWanted) }
    case .not(let node): node.contains(isWanted)
    case .comparison(let comparison): isWanted(comparison)
    }
  }
}

/// One field beside what it is compared with.
struct WhereComparison: Sendable {
  enum Operator: Sendable {
    case equal, less, lessOrEqual, greater, greaterOrEqual, matches, contains
    /// The field itself: a flag that is set, any other that is there.
    case exists
  }

  let field: WhereField
  let operation: Operator
  /// One of them is enough.
  let literals: [WhereLiteral]
  /// For `~`.
  let pattern: RegularExpression?

  init(
    _ field: WhereField, _ operation: Operator, _ literals: [WhereLiteral] = [],
    pattern: RegularExpression? = nil
  ) {
    self.field = field
    self.operation = operation
    self.literals = literals
    self.pattern = pattern
  }
}
