/// The last line of ipcdump's diagnostics.
struct ClosingLine {
  var captured: Int
  var lost: Int

  /// Finds it behind whatever else was said.
  init?(in diagnostics: String) {
    for line in diagnostics.split(separator: "\n").reversed() {
      guard let match = line.wholeMatch(of: /(\d+) events? captured, (\d+) lost/),
        let captured = Int(match.1), let lost = Int(match.2)
      else { continue }
      self.captured = captured
      self.lost = lost
      return
    }
    return nil
  }
}
