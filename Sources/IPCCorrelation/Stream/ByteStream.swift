import BasicContainers
import DequeModule
import IPCModel

/// One direction of a byte stream: what was written and not yet read, and the reads whose writers are not known yet.
final class ByteStream {
  let key: ChannelKey
  /// How its reads are matched with its writes. Never another one, so that no use of it counts a reference.
  let matcher: Matcher
  /// Writes with unread bytes, and those that go on.
  var queue = WriteQueue()
  /// Reads without known writers, in the order of arrival.
  var reads = UniqueDeque<StreamRead>()
  var writers = WriterHistory()
  var readers = ReaderHistory()
  /// What is known of it if it is spliced from.
  var splicing: Splicing?
  /// Its name, or those of its two sockets.
  var ends = StreamEnds()
  /// Who held it when the trace began; nil if it was not there.
  var initialHolders: InitialHolders?
  /// Whether a transfer has told about it; its name may come first.
  var isMet = false
  /// When a record last told about it.
  var lastTouched: UInt64 = 0

  init(key: ChannelKey, matcher: Matcher, initialHolders: InitialHolders?) {
    self.key = key
    self.matcher = matcher
    self.initialHolders = initialHolders
  }

  /// Whether nothing is unread, going on or waited for.
  var isIdle: Bool { queue.isEmpty && reads.isEmpty }

  /// Whether a divided read still has to wait for the contents of its writes.
  func mustWait(_ read: StreamRead, for shares: borrowing Shares) -> Bool {
    for share in shares.indices {
      guard let index = shares[share].write, shares[share].offset + shares[share].count > read.filled else {
        continue
      }
      if queue.writes[index].isInFlight || queue.writes[index].content.isAwaited { return true }
    }
    return false
  }

  /// Gives the bytes of a division back that cannot be finished.
  func giveBack(_ shares: borrowing Shares) {
    for index in shares.indices {
      if let write = shares[index].write { queue.giveBack(shares[index].count, to: write) }
    }
  }

  /// Contents of what nobody has read of a write, as far as they are known.
  func unreadContent(of write: StreamWrite) -> ContentArena.Piece {
    let isCertain = write.consumed == 0 || !write.isInferred && matcher.doubt.isEmpty
    guard isCertain, !write.content.piece.isNone else { return .none }
    return write.content.piece.slice(from: write.consumed, count: write.remaining)
  }

  /// What was passed with what nobody has read of a write.
  func unreadItems(of write: StreamWrite) -> PassedItems? {
    write.consumed == 0 ? queue.ancillary[write.passed] : nil
  }

  /// What contradicts the invariants of its state, a line each.
  var violations: [String] {
    let order: WriteQueue.Order =
      switch matcher {
      case .order: .serials
      case .position: .positions
      }
    return queue.violations(areInOrderOf: order).map { "stream \(key): \($0)" }
  }
}
