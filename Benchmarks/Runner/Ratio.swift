/// What something costs in terms of something else.
struct Ratio {
  /// Ratio of the medians.
  var value: Double
  /// Ratio of each round, whose extremes are the spread.
  var rounds: Samples

  /// `1.43 (1.40–1.47)`
  var text: String {
    "\(value.decimal) (\(rounds.least.decimal)–\(rounds.greatest.decimal))"
  }
}
