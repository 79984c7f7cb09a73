import BasicContainers
import DequeModule

/// Urgent bytes of unix streams (MSG_OOB): each is a write of one byte.
extension StreamChannel {
  /// Adds the urgent byte of a write; an earlier one that nobody has taken becomes a normal byte (queue_oob,
  /// net/unix/af_unix.c).
  func appendUrgent(_ write: inout StreamWrite) {
    for index in writes.indices where writes[index].isUrgent { writes[index].isUrgent = false }
    urgentCount = 1
    append(&write)
  }

  /// Divides a read of the urgent byte.
  func attributeUrgent(isForced: Bool, into shares: inout Shares) -> Bool {
    if let index = writes.lastIndex(where: { $0.isUrgent && $0.remaining > 0 }) {
      urgentCount -= 1
      _ = take(Choice(index: index, isInferred: false), at: 0, atMost: 1, into: &shares)
      return true
    }
    if isForced { shares.append(Share(write: nil, offset: 0, count: 1, isInferred: true)) }
    return isForced
  }

  /// Discards the urgent byte if a read has gone past it; a reader that has asked for it has got it.
  func passUrgent(before shares: borrowing Shares) {
    var last: UInt64 = 0
    for index in shares.indices { last = max(last, shares[index].write.map { writes[$0].serial } ?? 0) }
    for index in writes.indices where writes[index].isUrgent && writes[index].serial <= last {
      urgentCount -= 1
      take(writes[index].remaining, from: index)
      // Its byte is gone, as that of any finished write.
      writes[index].isUrgent = false
    }
  }
}
