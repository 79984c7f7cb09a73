/// What is known of where one direction of a connection stands, in positions of 64 bits.
///
/// The kernel counts in 32 bits and begins anywhere. A later connection with the same addresses begins elsewhere.
struct StreamPositions {
  private var reference: Int64?
  /// Position from which on writes have been traced.
  private(set) var origin: Int64?
  /// When the present connection was first seen, if it was not the first one.
  private(set) var birth: UInt64 = 0

  /// Position up to which readers have got, if one was seen.
  private(set) var readLimit: Int64?

  /// A position in 64 bits: the one that is nearest to the last one.
  mutating func unwrap(_ position: UInt32) -> Int64 {
    // High enough for all that may lie before it.
    guard let reference else {
      let first = Int64(position) + 1 << 40
      self.reference = first
      return first
    }
    let next = reference + Int64(Int32(truncatingIfNeeded: position &- UInt32(truncatingIfNeeded: reference)))
    self.reference = next
    return next
  }

  /// Where a write's bytes lie: between the position before it and the one after it, with those of threads that wrote
  /// at the same time.
  mutating func span(ofWrite count: Int, after: UInt32, before: UInt32) -> StreamSpan {
    let limit = unwrap(after)
    let distance = max(Int64(count), Int64(after &- before))
    return StreamSpan(start: limit - distance, limit: limit, isTight: distance == Int64(count))
  }

  /// Where the bytes of a write may lie that has only begun.
  mutating func span(ofBeginning count: Int, at before: UInt32) -> StreamSpan {
    let start = unwrap(before)
    return StreamSpan(start: start, limit: start + Int64(count), isTight: false)
  }

  /// Learns where a write was, or where it begins.
  mutating func note(writtenFrom start: Int64) { origin = min(origin ?? start, start) }

  /// Learns how far readers have got.
  mutating func note(readTo limit: Int64) { readLimit = max(readLimit ?? limit, limit) }

  /// Learns that another connection has taken the same addresses.
  mutating func beginAnew(at time: UInt64) {
    self = StreamPositions()
    birth = time
  }
}
