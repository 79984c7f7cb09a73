/// What is known of where one direction of a connection stands, in positions of 64 bits.
///
/// The kernel counts in 32 bits and begins anywhere. A later connection with the same addresses begins elsewhere.
struct StreamPositions {
  /// How much later a record must be than one with a higher position to be another connection's: a thread may be
  /// kept from its record for a while.
  private static let disorder: UInt64 = 50_000_000

  private var reference: Int64?
  private var written: (limit: Int64, time: UInt64)?
  private var read: (limit: Int64, time: UInt64)?
  /// Position from which on writes have been traced.
  private(set) var origin: Int64?
  /// When the present connection was first seen, if it was not the first one.
  private(set) var birth: UInt64 = 0

  /// Position up to which readers have got, if one was seen.
  var readLimit: Int64? { read?.limit }

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
  mutating func span(ofWrite count: Int, head: UInt32, tail: UInt32) -> StreamSpan {
    let limit = unwrap(head)
    let distance = max(Int64(count), Int64(head &- tail))
    return StreamSpan(start: limit - distance, limit: limit, isTight: distance == Int64(count))
  }

  /// Where the bytes of a write may lie that has only begun.
  mutating func span(ofBeginning count: Int, at tail: UInt32) -> StreamSpan {
    let start = unwrap(tail)
    return StreamSpan(start: start, limit: start + Int64(count), isTight: false)
  }

  /// Whether a write at a time cannot be of the connection that is known.
  func isContradicted(byWriteTo limit: Int64, at time: UInt64) -> Bool {
    written.map { limit < $0.limit && time > $0.time + Self.disorder } ?? false
  }

  /// Whether a read at a time cannot be of the connection that is known.
  func isContradicted(byReadTo limit: Int64, at time: UInt64) -> Bool {
    read.map { limit < $0.limit && time > $0.time + Self.disorder } ?? false
  }

  /// Whether one write can only have followed another one in a later connection.
  static func isLater(_ write: StreamWrite, than other: StreamWrite) -> Bool {
    write.end != .max && other.end != .max && write.end > other.end + disorder
  }

  /// Learns where a write was, or where it begins.
  mutating func note(writtenFrom start: Int64, to limit: Int64, at time: UInt64) {
    if let origin, origin <= start {} else { origin = start }
    if let written, written.limit >= limit { return }
    written = (limit, time)
  }

  /// Learns how far readers have got.
  mutating func note(readTo limit: Int64, at time: UInt64) {
    if time < birth { return }
    if let read, read.limit >= limit { return }
    read = (limit, time)
  }

  /// Learns that another connection has taken the same addresses.
  mutating func beginAnew(at time: UInt64) {
    self = StreamPositions()
    birth = time
  }
}
