/// What a summary says of the moment at which it is made.
public struct Moment: Sendable {
  /// How long the trace has gone on, in nanoseconds.
  public var duration: UInt64
  /// Bytes that wait to be received, by where they are received from; those of other ends are not known.
  public var unread: [ReceivingEnd: UInt64]
  /// Threads that wait for others; nil if that cannot be told.
  public var blocked: [BlockedThread]?

  /// Describes a moment.
  public init(duration: UInt64, unread: [ReceivingEnd: UInt64] = [:], blocked: [BlockedThread]? = nil) {
    self.duration = duration
    self.unread = unread
    self.blocked = blocked
  }
}
