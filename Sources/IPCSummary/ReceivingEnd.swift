import IPCModel

/// What a receiver reads from: a pipe, or its socket.
public struct ReceivingEnd: Hashable, Sendable {
  /// Kind of the channel.
  public let kind: Kind
  /// Inode, as stat(2) tells it.
  public let inode: UInt64

  /// Names an end.
  public init(kind: Kind, inode: UInt64) {
    self.kind = kind
    self.inode = inode
  }

  /// What an event was received from; nil if nothing tells it.
  init?(of event: borrowing Event) {
    guard let key = event.kind.row.channel.receiver, let inode = event[key] else { return nil }
    self.init(kind: event.kind, inode: inode)
  }
}
