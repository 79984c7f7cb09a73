/// How long things took, counted by powers of ten and their thirds: the bounds are the same for all, so that rows, and hosts, can be
/// added up.
struct DelayBuckets: Equatable {
  /// Upper bounds in nanoseconds: 1 µs to 100 s.
  static let bounds: [UInt64] = {
    var bounds: [UInt64] = []
    var unit: UInt64 = 1000
    while unit <= 10_000_000_000 {
      bounds += [unit, 3 * unit]
      unit *= 10
    }
    return bounds + [unit]
  }()

  /// By bound, and behind them what took longer.
  private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
  /// All of them.
  private(set) var count: UInt64 = 0
  /// Nanoseconds of all of them.
  private(set) var sum: UInt64 = 0

  /// Counts what took so many nanoseconds.
  mutating func add(_ delay: UInt64) {
    let place = Self.bounds.firstIndex { delay <= $0 } ?? Self.bounds.count
    counts[place] += 1
    count += 1
    sum = sum.addingReportingOverflow(delay).overflow ? .max : sum + delay
  }
}
