import Testing

extension Hook {
  /// Both in turn, for scenarios of which one run each is enough: behind the hooks, the handlers are the same.
  static let inTurn = (0..<64).map { allCases[$0 % allCases.count] }
}
