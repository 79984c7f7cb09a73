import IPCModel
import PlainText

/// What `--where` asks of events, messages and calls, compiled once.
///
/// See ``grammar``. What an event does not have is equal to nothing, so that `port == 80` lets no pipe through, and `port != 80` all of them.
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

  init(_ text: String, _ root: Node) {
    self.text = text
    self.root = root
  }

  /// The same, with other names that a channel can have beside those that are compared with its name.
  ///
  /// - Parameter others: Further names of what a text stands for, and, if it has wildcards, further patterns.
  public func addingNames(_ others: (_ text: [UInt8], _ isGlob: Bool) -> [[UInt8]]) -> WhereExpression {
    WhereExpression(text, root.addingNames(others))
  }

  /// Whether it compares names of channels, which others may know by other names.
  public var comparesNames: Bool { root.comparisons.contains(where: \.comparesNames) }

  /// What must be shown besides for it to be true of anything.
  public enum Need: Sendable {
    /// Messages or calls, whichever.
    case messagesOrCalls
    /// Messages.
    case messages
    /// Calls.
    case calls
  }

  /// The first word that asks for what is not shown, and what it takes; nil if there is none.
  ///
  /// - Parameters:
  ///   - messages: Whether messages are shown instead of transfers.
  ///   - calls: Whether calls are.
  public func unmetNeed(messages: Bool, calls: Bool) -> (word: String, need: Need)? {
    for comparison in root.comparisons {
      guard let (word, need) = comparison.need else { continue }
      let isMet =
        switch need {
        case .messagesOrCalls: messages || calls
        case .messages: messages
        case .calls: calls
        }
      if !isMet { return (word, messages || calls ? need : .messagesOrCalls) }
    }
    return nil
  }

  /// Whether it asks for captured bytes.
  public var needsContents: Bool { root.comparisons.contains(where: \.field.needsContents) }

  /// Whether it asks for what the processes at both ends are.
  public var needsProcesses: Bool { root.comparisons.contains(where: \.field.needsProcesses) }

  /// Whether it asks for containers.
  var asksForContainers: Bool { root.comparisons.contains(where: \.field.asksForContainers) }

  /// How an expression is built.
  public static let grammar = """
    expression = term { ("or" | "||") term }
    term       = factor { ("and" | "&&") factor }
    factor     = ("not" | "!") factor | "(" expression ")" | comparison
    comparison = field [ operator value | "in" list ]
    list       = "(" value { "," value } ")" | "{" value { "," value } "}"
    operator   = "==" | "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~" | "contains"
    """

  /// Names of all fields, by what their values are.
  public static var fields: [(values: String, names: [String])] {
    [
      ("texts", [.text]), ("numbers", [.number]), ("numbers or texts", [.any]), ("time spans", [.duration]),
      ("flags", [.flag]), ("types", [.type] as [WhereField.Form]),
    ].map { values, forms in
      (
        values,
        WhereField.names.filter { name in WhereField.named(name).map { forms.contains($0.form) } ?? false }
      )
    }
  }

  /// Names of all fields, for completions.
  public static var fieldNames: [String] { WhereField.names }
}

extension WhereExpression: Equatable {
  /// Equal if they were written alike.
  public static func == (one: WhereExpression, other: WhereExpression) -> Bool { one.text == other.text }
}

extension WhereExpression.Node {
  fileprivate func addingNames(_ others: ([UInt8], Bool) -> [[UInt8]]) -> WhereExpression.Node {
    switch self {
    case .and(let nodes): .and(nodes.map { $0.addingNames(others) })
    case .or(let nodes): .or(nodes.map { $0.addingNames(others) })
    case .not(let node): .not(node.addingNames(others))
    case .comparison(let comparison): .comparison(comparison.addingNames(others))
    }
  }

  /// All comparisons, from left to right.
  var comparisons: [WhereComparison] {
    switch self {
    case .and(let nodes), .or(let nodes): nodes.flatMap(\.comparisons)
    case .not(let node): node.comparisons
    case .comparison(let comparison): [comparison]
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

  /// What has to be shown for it to be true of anything, by the word that says so; nil if transfers are enough.
  fileprivate var need: (word: String, need: WhereExpression.Need)? {
    if let need = field.need { return (field.name, need) }
    guard field.form == .type, operation == .equal, let literal = literals.first, literals.count == 1 else {
      return nil
    }
    switch literal.messageWord {
    case .message: return ("message", .messages)
    case .call: return ("call", .calls)
    case nil: return nil
    }
  }

  fileprivate var comparesNames: Bool { field.isName && operation == .equal }

  fileprivate func addingNames(_ others: ([UInt8], Bool) -> [[UInt8]]) -> WhereComparison {
    guard comparesNames else { return self }
    let more = literals.flatMap { literal in
      others(literal.text, literal.isGlob).filter { $0 != literal.text }.map {
        WhereLiteral(String(decoding: $0, as: UTF8.self), isQuoted: true)
      }
    }
    return WhereComparison(field, .equal, literals + more)
  }

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
