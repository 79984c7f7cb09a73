/// Why an expression of `--where` is none: what is wrong, and where.
public struct WhereError: Error, Equatable, Sendable {
  /// What is wrong, and what helps.
  public let message: String
  /// The character that it begins at, the first being 1.
  public let column: Int

  /// One sentence for the user.
  public var sentence: String { "column \(column): \(message)" }

  init(_ message: String, at column: Int) {
    self.message = message
    self.column = column
  }
}
