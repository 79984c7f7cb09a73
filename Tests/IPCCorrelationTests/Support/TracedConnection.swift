import RecordLayout

@testable import IPCCorrelation

/// One direction of a unix or TCP connection, and what the BPF programs remember of it.
final class TracedConnection {
  let kind: ipc_kind
  /// The sending unix socket, or the hash of the two addresses.
  let address: UInt64
  let inode: UInt64
  /// The receiving unix socket.
  let peer: UInt64
  /// Inode of the sending TCP socket.
  private(set) var sourceInode: UInt64 = 81
  /// 0 until it is accepted.
  var peerInode: UInt64
  var sourceName: String?
  var destinationName: String?
  var isLocal = true
  /// SO_OOBINLINE of the receiver.
  var isInline = false

  /// write_seq and copied_seq.
  var written: UInt32
  var copied: UInt32
  /// Bytes that wait; urgent ones among them.
  private(set) var unread = 0

  /// CHANNEL_SEEN, for unix sockets.
  var isKnown: Bool
  /// CHANNEL_MULTI.
  var isShared = false
  var lastWriter: UInt32 = 0
  /// Whether somebody splices from it, so that writes bring their contents.
  var isSplicedFrom = false
  /// Whose names have been told.
  var isNameTold = false

  private init(
    _ kind: ipc_kind, address: UInt64, inode: UInt64, peer: UInt64, peerInode: UInt64, position: UInt32,
    isKnown: Bool
  ) {
    self.kind = kind
    self.address = address
    self.inode = inode
    self.peer = peer
    self.peerInode = peerInode
    self.isKnown = isKnown
    (written, copied) = (position, position)
  }

  /// - Parameter unread: Bytes in it from before the trace; nil if the trace sees its birth.
  static func unix(
    address: UInt64 = 0xffff_8881_0001_0000, inode: UInt64 = 71, peerInode: UInt64 = 72, unread: Int? = nil
  ) -> TracedConnection {
    let new = TracedConnection(
      IPC_KIND_UNIX_STREAM, address: address, inode: inode, peer: address + 0x1000, peerInode: peerInode,
      position: 0, isKnown: unread == nil)
    new.put(unread ?? 0)
    return new
  }

  /// - Parameter position: Where its sender begins to count.
  static func tcp(hash: UInt64 = 0x1234_5678_9abc_def0, position: UInt32 = 1000) -> TracedConnection {
    TracedConnection(
      IPC_KIND_LOOPBACK_TCP, address: hash, inode: 9, peer: 0, peerInode: 82, position: position,
      isKnown: true)
  }

  var isTCP: Bool { kind == IPC_KIND_LOOPBACK_TCP }

  /// Another connection takes the same addresses.
  func beginAnew(at position: UInt32) {
    sourceInode += 10
    peerInode += 10
    (written, copied) = (position, position)
    unread = 0
    isShared = false
    lastWriter = 0
  }

  /// Accounts for bytes that have come in.
  func put(_ count: Int) {
    written &+= UInt32(count)
    unread += count
  }

  /// Accounts for bytes that have gone out.
  func take(_ count: Int) {
    copied &+= UInt32(count)
    unread = max(0, unread - count)
  }
}
