import IPCModel

/// A thread that waits for another process to read or to write.
public struct BlockedThread: Sendable {
  /// What a thread waits for.
  public enum Operation: Sendable {
    /// That there is something to read.
    case read
    /// That there is room to write.
    case write
  }

  /// Who waits.
  public var thread: Endpoint
  /// See ``Operation``.
  public var operation: Operation
  /// Kind of the channel.
  public var kind: Kind
  /// Inode of the waiting thread's own end.
  public var inode: UInt64
  /// What receivers read from, whichever side waits; nil if it is not known.
  public var receiver: ReceivingEnd?
  /// How long it has not run, in nanoseconds; nil if the kernel does not tell.
  public var duration: UInt64?
  /// Processes that could end the wait, because they hold the other end.
  public var others: [Endpoint]

  /// Describes a thread.
  public init(
    thread: Endpoint, operation: Operation, kind: Kind, inode: UInt64, receiver: ReceivingEnd?,
    duration: UInt64?, others: [Endpoint]
  ) {
    self.thread = thread
    self.operation = operation
    self.kind = kind
    self.inode = inode
    self.receiver = receiver
    self.duration = duration
    self.others = others
  }
}
