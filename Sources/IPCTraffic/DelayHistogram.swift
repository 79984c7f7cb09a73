/// How long transfers took, in buckets that grow with the delay: 8 an octave, so that quantiles are wrong by a
/// sixteenth at most.
///
/// It has the buckets between the least and the greatest delay only, which are few, because the delays of most conversations are alike.
public struct DelayHistogram: Sendable {
  /// Binary digits of a delay that choose its bucket, behind the first.
  private static let precision = 3

  /// Number of delays.
  public private(set) var count: UInt64 = 0
  private var least = UInt64.max
  private var greatest: UInt64 = 0
  /// Bucket that the first of ``counts`` is of.
  private var firstBucket = 0
  private var counts: [UInt64] = []

  /// Creates a histogram without delays.
  public init() {}

  /// Adds a delay in nanoseconds; allocates only if it is shorter or longer than those before.
  public mutating func add(_ delay: UInt64) {
    let bucket = Self.bucket(of: delay)
    if counts.isEmpty { firstBucket = bucket }
    if bucket < firstBucket {
      counts.insert(contentsOf: repeatElement(0, count: firstBucket - bucket), at: 0)
      firstBucket = bucket
    } else if bucket - firstBucket >= counts.count {
      counts.append(contentsOf: repeatElement(0, count: bucket - firstBucket - counts.count + 1))
    }
    counts[bucket - firstBucket] += 1
    count += 1
    least = min(least, delay)
    greatest = max(greatest, delay)
  }

  /// The delay that so many of a thousand do not exceed, in nanoseconds; nil if there is none.
  ///
  /// - Parameter permille: 500 for the median.
  public func quantile(permille: UInt64) -> UInt64? {
    guard count > 0 else { return nil }
    let (groups, rest) = count.quotientAndRemainder(dividingBy: 1000)
    let rank = max(groups * permille + (rest * permille + 999) / 1000, 1)
    var passed: UInt64 = 0
    for index in counts.indices {
      passed += counts[index]
      if passed >= rank { return min(max(Self.middle(of: firstBucket + index), least), greatest) }
    }
    return greatest
  }

  /// Which bucket a delay falls into: up to 15 ns, its own.
  private static func bucket(of delay: UInt64) -> Int {
    let shift = max(63 - delay.leadingZeroBitCount - precision, 0)
    return (shift << precision) + Int(delay >> UInt64(shift))
  }

  /// The delay in the middle of a bucket.
  private static func middle(of bucket: Int) -> UInt64 {
    let shift = max((bucket >> precision) - 1, 0)
    let start = UInt64(bucket - (shift << precision)) << UInt64(shift)
    return start + (1 << UInt64(shift)) / 2
  }
}
