/// Which word somebody has meant.
package enum Spelling {
  /// The word that is nearest to a misspelled one; nil if none is near.
  ///
  /// - Parameters:
  ///   - word: What was typed.
  ///   - candidates: What there is, the most usual first.
  package static func nearest(to word: some StringProtocol, among candidates: some Sequence<String>)
    -> String?
  {
    let typed = Array(word.lowercased().utf8)
    guard !typed.isEmpty else { return nil }
    var best: (name: String, distance: Int, excess: Int)?
    for candidate in candidates {
      let name = Array(candidate.lowercased().utf8)
      let distance = isPart(typed, of: name) ? 1 : distance(typed, name, below: best?.distance)
      // Two letters are one mistake away from too much.
      guard distance <= (typed.count < 3 ? 0 : max(1, min(typed.count, name.count) / 3)) else { continue }
      let excess = abs(name.count - typed.count)
      if let best, (best.distance, best.excess) <= (distance, excess) { continue }
      best = (candidate, distance, excess)
    }
    return best?.name
  }

  /// Whether a word begins or ends another one, and is long enough for that to be no chance.
  private static func isPart(_ word: [UInt8], of name: [UInt8]) -> Bool {
    word.count >= 3 && word.count < name.count
      && (name.starts(with: word) || name.suffix(word.count) == word[...])
  }

  /// How many letters have to be put in, left out, changed, or exchanged with their neighbour.
  ///
  /// - Parameter limit: What a difference of lengths alone makes as much or more need not be looked at; nil for no limit.
  private static func distance(_ word: [UInt8], _ name: [UInt8], below limit: Int?) -> Int {
    let least = abs(word.count - name.count)
    if let limit, least > limit { return least }
    // Optimal string alignment: the last two rows of the table are enough.
    var before: [Int] = []
    var last = Array(0...name.count)
    for (row, letter) in word.enumerated() {
      var current = [row + 1]
      for (column, other) in name.enumerated() {
        var cost = min(last[column] + (letter == other ? 0 : 1), last[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, letter == name[column - 1], word[row - 1] == other {
          cost = min(cost, before[column - 1] + 1)
        }
        current.append(cost)
      }
      (before, last) = (last, current)
    }
    return last[name.count]
  }
}
