import IPCModel

/// What is odd about an edge.
public enum EdgeLint: Sendable, Equatable {
  /// Nobody has received what was sent, or nobody does although somebody could.
  case neverRead
  /// The reader waits for the end of a pipe whose write end somebody else keeps open.
  case leakedWriteEnd
  /// A loop reads single bytes.
  case singleBytes
  /// What is sent waits longer and longer, or there is more and more of it.
  case growingQueue
  /// A client connects again and again in vain; with how many times.
  case retries(UInt64)

  /// What stands beside the edge.
  public var text: String {
    switch self {
    case .neverRead: "never read"
    case .leakedWriteEnd: "write end leaked"
    case .singleBytes: "reads single bytes"
    case .growingQueue: "queue grows"
    case .retries(let count): "\(Figure.count(count)) retries"
    }
  }

  /// Transfers of single bytes in a second that make a loop.
  private static let loop: UInt64 = 100
  /// Looks, or seconds, in a row that make something lasting.
  static let persistence = 5
  /// Connections in vain that make a client one that retries.
  static let retryCount: UInt64 = 3
  /// A delay below which nobody minds that it grows, in nanoseconds.
  private static let shortDelay: UInt64 = 10_000_000

  /// What is odd about a conversation.
  ///
  /// - Parameters:
  ///   - rate: What its last second had.
  ///   - isDelivered: Whether anybody received it.
  static func of(
    _ pace: EdgePace, _ rate: EdgePace.Second, kind: Kind, isDelivered: Bool, unread: UInt64?
  ) -> [EdgeLint] {
    var lints: [EdgeLint] = []
    if !isDelivered || (unread ?? 0 > 0 && pace.standstills >= persistence) { lints.append(.neverRead) }
    if kind.row.carriesBytes, kind != .pty, rate.singles >= loop, rate.singles * 10 >= rate.messages * 9 {
      lints.append(.singleBytes)
    }
    let isSlower = pace.slowdowns >= persistence && rate.leastDelay ?? 0 >= shortDelay
    if isSlower || (pace.growths >= persistence && unread ?? 0 > 0) { lints.append(.growingQueue) }
    return lints
  }
}
