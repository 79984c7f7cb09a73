/// Several measurements of the same thing.
struct Samples: ExpressibleByArrayLiteral {
  private(set) var values: [Double] = []

  init(arrayLiteral elements: Double...) { values = elements }

  init(_ values: some Sequence<Double>) { self.values = Array(values) }

  mutating func append(_ value: Double) { values.append(value) }

  /// The middle one, or the mean of the two in the middle; not a number if there are none.
  var median: Double {
    guard !values.isEmpty else { return .nan }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  var least: Double { values.min() ?? .nan }
  var greatest: Double { values.max() ?? .nan }

  /// What these take beyond others of the same rounds.
  func beyond(_ base: Samples) -> Samples { Samples(zip(values, base.values).map { $0 - $1 }) }

  /// How many times `base` these are: the medians' ratio, and the ratios of each round.
  func ratio(to base: Samples) -> Ratio {
    Ratio(
      value: median / base.median,
      rounds: Samples(zip(values, base.values).map { $0 / $1 }))
  }
}
