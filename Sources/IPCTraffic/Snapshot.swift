import IPCModel

/// What the kernel says at the time of a summary.
public struct Snapshot: Sendable {
  /// How long the trace has gone on, in nanoseconds.
  public var duration: UInt64
  /// Bytes that wait to be received, by where they are received from; those of other ends are not known.
  public var unread: [ReceivingEnd: UInt64]
  /// Threads that wait for others; nil if that is unknown.
  public var blocked: [BlockedThread]?

  /// Describes a snapshot.
  public init(duration: UInt64, unread: [ReceivingEnd: UInt64] = [:], blocked: [BlockedThread]? = nil) {
    self.duration = duration
    self.unread = unread
    self.blocked = blocked
  }
}

/// What a receiver reads from: a pipe, or its socket.
public struct ReceivingEnd: Hashable, Sendable {
  /// Kind of the channel.
  public let kind: Kind
  /// Inode, as stat(2) gives it.
  public let inode: UInt64

  /// Names an end.
  public init(kind: Kind, inode: UInt64) {
    self.kind = kind
    self.inode = inode
  }

  /// What an event was received from; nil if that is unknown.
  init?(of event: borrowing Event) {
    guard let key = event.kind.row.channel.receiver, let inode = event[key] else { return nil }
    self.init(kind: event.kind, inode: inode)
  }
}

/// A thread that waits for other processes to read or to write.
public struct BlockedThread: Sendable {
  /// What a thread waits for.
  public enum Operation: Sendable {
    /// That there is something to read.
    case read
    /// That there is room to write.
    case write
  }

  /// One channel at which it waits.
  public struct Wait: Sendable {
    /// See ``Operation``.
    public var operation: Operation
    /// Kind of the channel.
    public var kind: Kind
    /// Inode of the waiting thread's own end.
    public var inode: UInt64
    /// What receivers read from, whichever side waits; nil if it is not known.
    public var receiver: ReceivingEnd?
    /// Processes that could end the wait, because they have the other end open; nil if that is unknown.
    public var others: [Endpoint]?

    /// Describes a channel.
    public init(
      _ operation: Operation, kind: Kind, inode: UInt64, receiver: ReceivingEnd?, others: [Endpoint]?
    ) {
      self.operation = operation
      self.kind = kind
      self.inode = inode
      self.receiver = receiver
      self.others = others
    }
  }

  /// Who waits.
  public var thread: Endpoint
  /// Whether it waits until an operation is possible (poll), and not in the operation itself.
  public var isPolling: Bool
  /// How long it has not run, in nanoseconds; nil if the kernel does not say.
  public var duration: UInt64?
  /// The channels at which it waits: any of them ends a poll, one of them holds anything else up.
  public var waits: [Wait]
  /// Other things that would end it, such as timers and connections.
  public var otherCount: Int

  /// Describes a thread.
  public init(
    thread: Endpoint, isPolling: Bool, duration: UInt64?, waits: [Wait], otherCount: Int = 0
  ) {
    self.thread = thread
    self.isPolling = isPolling
    self.duration = duration
    self.waits = waits
    self.otherCount = otherCount
  }
}
