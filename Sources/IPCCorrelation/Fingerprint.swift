import Glibc
import RecordLayout

/// First and last bytes of a write, by which it is recognised in what a reader received.
struct Fingerprint: Sendable {
  /// How a fingerprint compares with received bytes.
  enum Verdict {
    /// Every byte that could be compared is equal.
    case equal
    /// The bytes are another write's.
    case different
    /// There was nothing to compare.
    case unknown
  }

  private static let capacity = Int(IPC_PREFIX_LIMIT + IPC_SUFFIX_LIMIT)

  private var bytes: InlineArray<64, UInt8> = .init(repeating: 0)
  // Narrow, because writes carry them about.
  private var prefixCount: UInt8 = 0
  private var suffixCount: UInt8 = 0

  private var prefix: Int { Int(prefixCount) }
  private var suffix: Int { Int(suffixCount) }

  /// Fingerprint of which nothing is known.
  init() {}

  /// Takes the bytes behind a write's record.
  ///
  /// - Parameters:
  ///   - captured: Prefix and suffix, in a row.
  ///   - suffix: How many of them are the suffix.
  init(_ captured: UnsafeRawBufferPointer, suffix: Int) {
    let count = min(captured.count, Self.capacity)
    withUnsafeMutableBytes(of: &bytes) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: captured.baseAddress, count: count))
    }
    suffixCount = UInt8(min(suffix, count))
    prefixCount = UInt8(count) - suffixCount
  }

  /// Fingerprint of the last byte alone.
  ///
  /// - Parameter count: Bytes of the whole write.
  func last(of count: Int) -> Fingerprint {
    var last = Fingerprint()
    guard suffix > 0 || prefix == count, prefix + suffix > 0 else { return last }
    last.bytes[0] = bytes[prefix + suffix - 1]
    last.prefixCount = 1
    return last
  }

  /// Forgets the last bytes: what it stands for is cut.
  mutating func dropSuffix() { suffixCount = 0 }

  /// First bytes of the write, for showing what nobody has read.
  func withPrefix<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
    withUnsafeBytes(of: bytes) { body(UnsafeRawBufferPointer(rebasing: $0[..<prefix])) }
  }

  /// Compares the first bytes alone, which lie together even if others' lie among the rest.
  func comparePrefix(with received: UnsafeRawBufferPointer, consumed: Int) -> Verdict {
    let count = min(prefix - consumed, received.count)
    if count <= 0 { return .unknown }
    return isEqual(to: received, from: consumed, count: count) ? .equal : .different
  }

  /// Bytes that come next which are the write's for certain, if those of the prefix are: all if the last ones lie
  /// where they would if no others lay in between.
  func verifiedCount(in received: UnsafeRawBufferPointer, consumed: Int, count: Int) -> Int {
    if compare(with: received, consumed: consumed, count: count) == .equal, count - consumed <= received.count
    {
      return count - consumed
    }
    return max(0, min(prefix - consumed, received.count))
  }

  /// Compares with received bytes.
  ///
  /// - Parameters:
  ///   - received: Bytes that the reader got from some position on.
  ///   - consumed: Bytes of the write that went before that position.
  ///   - count: Bytes of the whole write.
  func compare(with received: UnsafeRawBufferPointer, consumed: Int, count: Int) -> Verdict {
    let first = comparePrefix(with: received, consumed: consumed)
    let end = count - consumed
    guard first != .different, suffix > 0, end - suffix >= 0, end <= received.count else { return first }
    let last = UnsafeRawBufferPointer(rebasing: received[(end - suffix)..<end])
    return isEqual(to: last, from: prefix, count: suffix) ? .equal : .different
  }

  /// Whether the first of other bytes are those from a position on.
  ///
  /// - Parameter count: How many are compared; there are as many of both.
  private func isEqual(to other: UnsafeRawBufferPointer, from position: Int, count: Int) -> Bool {
    precondition(position >= 0 && count <= other.count && position + count <= Self.capacity)
    return withUnsafeBytes(of: bytes) { bytes in
      guard let own = bytes.baseAddress, let other = other.baseAddress else { return true }
      return memcmp(own + position, other, count) == 0
    }
  }
}
