import IPCModel

/// Which threads have written to a channel, and when.
struct WriterHistory {
  private static let remembered = 64

  /// The thread that wrote last, and when its write ended.
  private var last: (source: Endpoint, end: UInt64)?
  /// Before which each of several threads has not begun its present write; bounded, the oldest goes first.
  private var ends: [(tid: Int32, end: UInt64)] = []
  /// Whether more than one thread has written.
  private(set) var hasSeveral = false

  /// The only thread that ever wrote.
  var sole: Endpoint? { hasSeveral ? nil : last?.source }

  /// When a thread's next write can have begun at the earliest.
  func earliestBegin(of tid: Int32) -> UInt64 {
    if let last, last.source.tid == tid { return last.end }
    return ends.first { $0.tid == tid }?.end ?? 0
  }

  /// Remembers who wrote and when that ended.
  mutating func note(_ writer: Endpoint, end: UInt64) {
    if let last, last.source.tid != writer.tid {
      hasSeveral = true
      remember(last.end, of: last.source.tid)
    }
    last = (writer, end)
  }

  /// Remembers who has begun to write, and when.
  mutating func note(beginning writer: Endpoint, at time: UInt64) {
    guard let last, last.source.tid != writer.tid else { return }
    hasSeveral = true
    remember(time, of: writer.tid)
  }

  /// Learns from the kernel that more than one thread has written.
  mutating func noteSeveral() { hasSeveral = true }

  private mutating func remember(_ time: UInt64, of tid: Int32) {
    ends.removeAll { $0.tid == tid }
    if ends.count == Self.remembered { ends.removeFirst() }
    ends.append((tid, time))
  }
}
