import BasicContainers
import DequeModule

/// Contents of writes, for reads that have none of their own.
extension StreamChannel {
  /// Bytes of contents above which those of older writes are let go of: no pipe and no socket holds so much by default.
  private static var keptContents: Int { 64 << 20 }

  // MARK: - The writes' contents

  /// Gives writes the contents that came behind their record.
  ///
  /// - Parameter piece: What has come, from the record's first byte on; stays the caller's.
  func give(_ piece: ContentArena.Piece, toWritesOf record: UInt64, _ arena: inout ContentArena) {
    var isFull = contentCount + piece.length > Self.keptContents
    for index in writes.indices {
      if writes[index].content.record == record {
        writes[index].content.isAwaited = false
        let part = piece.slice(from: writes[index].content.start, count: writes[index].count)
        if part.length == 0 { continue }
        arena.retain(part)
        contentCount += part.length
        writes[index].content.piece = part
      } else if isFull, !writes[index].content.piece.isNone {
        // Somebody reads without being seen.
        discard(writes[index].content.piece)
        writes[index].content.piece = .none
        isFull = contentCount + piece.length > Self.keptContents
      }
    }
  }

  /// Lets go of contents.
  func discard(_ piece: ContentArena.Piece) {
    contentCount -= piece.length
    discarded.append(piece)
  }

  /// Contents of what nobody has read of a write, as far as they are known.
  func unreadContent(of write: StreamWrite) -> ContentArena.Piece {
    let isCertain = write.consumed == 0 || !(write.isInferred || isUncertain || isAstray)
    guard isCertain, !write.content.piece.isNone else { return .none }
    return write.content.piece.slice(from: write.consumed, count: write.remaining)
  }

  /// What was passed with what nobody has read of a write.
  func unreadItems(of write: StreamWrite) -> PassedItems? { write.consumed == 0 ? kept[write.passed] : nil }

  // MARK: - Reads without a buffer

  /// Whether the record may still come of another thread that was before a read or its writers; bytes that can be
  /// compared would tell.
  func mayBeOvertaken(_ read: StreamRead) -> Bool {
    read.isSpliced && (hasSeveralReaders || writers.hasSeveral && read.filled < read.count)
  }

  /// Whether a divided read still has to wait for the contents of its writes.
  func mustWait(_ read: StreamRead, for shares: borrowing Shares) -> Bool {
    for share in shares.indices {
      guard let index = shares[share].write, shares[share].offset + shares[share].count > read.filled else {
        continue
      }
      if writes[index].isInFlight || writes[index].content.isAwaited { return true }
    }
    return false
  }

  /// How much is known of the bytes that a read without a buffer has got.
  enum Knowledge {
    /// Nothing: what seemed to be them may be others.
    case nothing
    /// Those that lay in the pipe when the splice began.
    case backlog
    /// Those, and the others' places in their writes.
    case all
  }

  /// Tells how much is known of the bytes of a divided read.
  ///
  /// - Parameter content: What lay in the pipe of them.
  func knowledge(
    of read: StreamRead, dividedAs shares: borrowing Shares, content: UnsafeRawBufferPointer?
  ) -> Knowledge {
    if hasPositions { return .all }
    if read.isDisputed { return .nothing }
    // Which of several readers has taken which of several writes, the bytes would have to tell.
    if hasSeveralReaders, writers.hasSeveral { return .backlog }
    // A write that is not known may have come before those that are.
    if isAstray || hasGap(shares) { return .backlog }
    if read.emptied, available > 0, writes.contains(where: { isLeftOver($0, by: read) }) {
      isAstray = true
      return .backlog
    }
    guard let content else { return .all }
    for index in shares.indices where isContradicted(shares[index], by: content) {
      isAstray = true
      return .nothing
    }
    return .all
  }

  private func hasGap(_ shares: borrowing Shares) -> Bool {
    for index in shares.indices where shares[index].write == nil { return true }
    return false
  }

  /// Whether a share's bytes are others than its write's.
  private func isContradicted(_ share: Share, by content: UnsafeRawBufferPointer) -> Bool {
    guard let index = share.write, !share.isInferred, share.offset < content.count else { return false }
    let received = UnsafeRawBufferPointer(rebasing: content.dropFirst(share.offset).prefix(share.count))
    let write = writes[index]
    return write.fingerprint.compare(with: received, consumed: share.start, count: write.count) == .different
  }

  /// Whether a write seems unread although a read has found the stream empty: its bytes have gone to somebody unseen.
  private func isLeftOver(_ write: StreamWrite, by read: StreamRead) -> Bool {
    // The rest of a packet is discarded, and an urgent byte is passed.
    write.remaining > 0 && !write.isInFlight && write.end < read.time && !write.isPacket && !write.isUrgent
  }
}
