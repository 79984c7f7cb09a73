/// When threads have read from a stream that is spliced from: of bytes that no buffer holds, only the order of the
/// reads tells which ones a read has got.
struct ReaderHistory {
  private static let remembered = 64

  /// When each thread's last read ended; bounded, the oldest goes first.
  private var ends: [(tid: Int32, end: UInt64)] = []

  /// When a thread's next read can have begun at the earliest.
  func earliestBegin(of tid: Int32) -> UInt64 { ends.first { $0.tid == tid }?.end ?? 0 }

  /// Whether another thread's read may have gone on when one began.
  func hasOther(than tid: Int32, after begin: UInt64) -> Bool {
    ends.contains { $0.tid != tid && $0.end > begin }
  }

  /// Remembers who read, and when that ended.
  mutating func note(_ tid: Int32, end: UInt64) {
    var end = end
    if let index = ends.firstIndex(where: { $0.tid == tid }) { end = max(end, ends.remove(at: index).end) }
    if ends.count == Self.remembered { ends.removeFirst() }
    ends.append((tid, end))
  }
}
