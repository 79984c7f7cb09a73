/// A pipe, and what the BPF programs remember of it (`struct channel`).
final class TracedPipe {
  let address: UInt64
  let inode: UInt64
  private(set) var head: UInt32 = 0
  private(set) var tail: UInt32 = 0
  private(set) var unread = 0

  /// CHANNEL_SEEN: the trace knows it, because it was born under its eyes or has sent a record.
  var isKnown: Bool
  /// CHANNEL_MULTI: a write has followed another thread's.
  var isShared = false
  var lastWriter: UInt32 = 0
  /// Whether somebody splices from it, so that writes bring their contents.
  var isSplicedFrom = false

  /// - Parameter unread: Bytes in it from before the trace; nil if the trace sees its birth.
  init(address: UInt64 = 0xffff_8880_0001_0000, inode: UInt64 = 42, unread: Int? = nil) {
    self.address = address
    self.inode = inode
    isKnown = unread == nil
    if let unread { put(unread) }
  }

  /// Accounts for bytes that have come in.
  func put(_ count: Int) {
    head &+= UInt32((count + 4095) / 4096)
    unread += count
  }

  /// Accounts for bytes that have gone out. More may go out than have come in while a write goes on.
  func take(_ count: Int) {
    unread -= count
    if unread <= 0 {
      tail = head
    } else if tail == head {
      tail = head &- 1
    }
  }
}
