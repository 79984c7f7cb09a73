import DequeModule
import IPCModel

/// The last threads that sent from one end, and when each one's last send ended; bounded, the oldest goes first.
struct MessageSenders {
  private var entries: [(source: Endpoint, end: UInt64)] = []
  private static let limit = 64

  /// Whether more than one thread, or one under several names, has sent.
  private(set) var areSeveral = false

  /// The only thread that ever sent; nil if there is none or more than one.
  var sole: Endpoint? { entries.count == 1 ? entries[0].source.withoutDescriptor : nil }

  var isEmpty: Bool { entries.isEmpty }

  /// Whether any thread but this one is known to have sent.
  func contains(otherThan tid: Int32) -> Bool { entries.contains { $0.source.tid != tid } }

  /// When a thread's last send ended; 0 if it is not known.
  func lastEnd(of tid: Int32) -> UInt64 { entries.first { $0.source.tid == tid }?.end ?? 0 }

  /// Remembers who sent and when that ended.
  mutating func add(_ sender: Endpoint, end: UInt64) {
    if let index = entries.firstIndex(where: { $0.source.tid == sender.tid }) {
      if entries[index].source != sender { areSeveral = true }
      entries[index] = (sender, end)
      return
    }
    if !entries.isEmpty { areSeveral = true }
    // Two must stay, or the last one would look like the only one.
    if entries.count == Self.limit { entries.removeFirst() }
    entries.append((sender, end))
  }
}

/// Messages that were sent from one end before that was of interest: of their senders, the last ones are known, in their
/// order, but nothing of the messages.
struct PastMessages {
  private var runs: [(source: Endpoint, count: Int)] = []
  /// Runs that the kernel keeps (`PAST_RUNS`, bpf/record/past.h).
  private static let limit = 4

  var isEmpty: Bool { runs.isEmpty }

  /// Adds messages that came behind all others, and lets go of what cannot be unread.
  mutating func append(_ source: Endpoint, count: Int, unread: Int) {
    if runs.count == Self.limit { runs.removeFirst() }
    runs.append((source, count))
    var excess = runs.reduce(0) { $0 + $1.count } - unread
    while excess > 0, let first = runs.first {
      runs[0].count -= min(excess, first.count)
      excess -= first.count
      if runs[0].count == 0 { runs.removeFirst() }
    }
  }

  /// Takes the oldest message; nil if there is none.
  mutating func takeFirst() -> Endpoint? {
    guard let first = runs.first else { return nil }
    runs[0].count -= 1
    if runs[0].count == 0 { runs.removeFirst() }
    return first.source.withoutDescriptor
  }
}

/// Whether one or several have received from one end.
struct MessageReceivers {
  private var reader: Int32?
  private var target: UInt64 = 0

  /// Whether more than one thread has received.
  private(set) var hasSeveralThreads = false
  /// Whether more than one socket has.
  private(set) var hasSeveralSockets = false

  /// Remembers who received, and by which socket.
  mutating func add(_ tid: Int32, target: UInt64) {
    if let reader, reader != tid { hasSeveralThreads = true }
    reader = tid
    if self.target != 0, self.target != target { hasSeveralSockets = true }
    self.target = target
  }
}

/// A message that was reported as received before it was known as sent.
struct EarlyMessage {
  let count: Int
  /// Whether it may have been longer.
  let isFilled: Bool
  /// First bytes of it.
  let bytes: Fingerprint
  /// When it was received.
  let time: UInt64
}

/// The early messages of one sending end; bounded, the oldest goes first.
struct EarlyMessages {
  private var entries = Deque<EarlyMessage>()
  private static let limit = 4096

  var isEmpty: Bool { entries.isEmpty }

  /// Remembers one.
  mutating func append(_ message: EarlyMessage) {
    if entries.count == Self.limit { entries.removeFirst() }
    entries.append(message)
  }

  /// Takes from a sent message what may have been received of it early.
  mutating func settle(with message: inout SentMessage) {
    guard !entries.isEmpty else { return }
    let begin = message.begin
    while !message.isFinished,
      let index = entries.firstIndex(where: { early in
        guard early.time >= begin else { return false }
        let verdict = early.bytes.withPrefix {
          message.compare(count: early.count, isFilled: early.isFilled, bytes: $0)
        }
        return verdict != nil && verdict != .different
      })
    {
      let early = entries[index]
      if let length = message.length(ofReceived: early.count, isFilled: early.isFilled) {
        message.take(length, by: 0)
      }
      entries.remove(at: index)
    }
  }

  /// Forgets those that no send can settle any more.
  mutating func drop(before time: UInt64) {
    while let first = entries.first, first.time < time { entries.removeFirst() }
  }
}
