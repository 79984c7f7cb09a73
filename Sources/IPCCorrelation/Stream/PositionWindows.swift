import DequeModule

/// Which writes must have put the bytes of some positions there, by counting.
///
/// Of writes at the same time it is only known between which positions each lies. Where those that lie between two
/// positions are as many bytes as there is room for, no other write's byte is there: the window is closed.
extension PositionMatcher {
  typealias Window = Range<Int64>

  /// Writes that are counted at most.
  private static var countedWrites: Int { 8 }

  /// Positions around one that are filled by known writes.
  ///
  /// Every pair of a loose write's start and a loose write's limit is tried, of the first 8 that reach beyond the position.
  func closedWindow(around position: Int64, in queue: borrowing WriteQueue) -> Window? {
    let first = queue.writes.firstIndex { !$0.span.isTight && !$0.isInFlight && $0.span.limit > position }
    guard let first else { return nil }
    var loose = InlineArray<8, Int>(repeating: 0)
    var count = 0
    for index in first..<queue.writes.count where count < Self.countedWrites {
      if queue.writes[index].span.isTight || queue.writes[index].isInFlight { continue }
      loose[count] = index
      count += 1
    }
    for from in 0..<count where lowest(queue.writes[loose[from]].span) <= position {
      for to in 0..<count where queue.writes[loose[to]].span.limit > position {
        let start = lowest(queue.writes[loose[from]].span)
        let window = start..<queue.writes[loose[to]].span.limit
        if isClosed(window, in: queue) { return window }
      }
    }
    return nil
  }

  /// Whether all of a write's bytes lie in a window.
  func liesIn(_ window: Window, _ write: StreamWrite) -> Bool {
    !write.isInFlight && lowest(write.span) >= window.lowerBound && write.span.limit <= window.upperBound
  }

  /// Whether everything in a window that lies before a position has been read, so that writes can be compared with what
  /// comes there.
  func isInOrder(upTo position: Int64, in window: Window, _ queue: borrowing WriteQueue) -> Bool {
    var taken: Int64 = 0
    for index in queue.writes.indices {
      let write = queue.writes[index]
      if write.span.isTight {
        taken += write.span.overlap(window.lowerBound, position)
      } else if liesIn(window, write) {
        taken += Int64(write.consumed)
      }
    }
    return taken == position - window.lowerBound
  }

  /// What guesses that have taken bytes of the writes in a window leave in doubt.
  func doubts(of window: Window, in queue: borrowing WriteQueue) -> Inference {
    var doubts = Inference()
    for index in queue.writes.indices
    where !queue.writes[index].inference.isEmpty && !queue.writes[index].span.isTight {
      if liesIn(window, queue.writes[index]) { doubts.formUnion(queue.writes[index].inference) }
    }
    return doubts
  }

  private func isClosed(_ window: Window, in queue: borrowing WriteQueue) -> Bool {
    var known: Int64 = 0
    for index in queue.writes.indices {
      let write = queue.writes[index]
      if write.span.isTight {
        known += write.span.overlap(window.lowerBound, window.upperBound)
      } else if liesIn(window, write) {
        known += Int64(write.count)
      } else if write.isInFlight, write.span.start < window.upperBound {
        return false
      }
    }
    return known == Int64(window.count)
  }

  /// What a write is not before: everything before ``settledLimit`` is others'.
  private func lowest(_ span: StreamSpan) -> Int64 { max(span.start, settledLimit ?? span.start) }
}
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
