import DequeModule
import IPCModel

/// State of one direction of a byte stream: what was written and not yet read, and reads whose writers are not known
/// yet.
final class StreamChannel {
  let key: ChannelKey
  /// Longest write between whose bytes no other thread's can lie.
  let atomicLimit: Int
  /// Whether writes and reads are matched by where in the stream they lie.
  let hasPositions: Bool
  /// Path of a FIFO.
  var name: TextID?
  /// The two sockets.
  var ends = SocketEnds()

  /// Writes with unread bytes, and those that go on: in the order of arrival, or of their positions.
  var writes = UniqueDeque<StreamWrite>()
  /// Reads without known writers, in the order of arrival.
  var reads = UniqueDeque<StreamRead>()

  /// What was passed with ``writes`` and ``reads``.
  var kept = KeptItems()

  /// Unread bytes of all writes.
  private(set) var available = 0
  var inFlight = 0
  private var nextSerial: UInt64 = 0
  /// Number of writes at which finished ones in the middle are looked for.
  private(set) var crowd = 32
  /// Last write that has another source than the one before it.
  private var lastChange: UInt64 = 0
  /// Urgent bytes that nobody has taken or passed.
  var urgentCount = 0

  var writers = WriterHistory()
  /// The likely writer of what was written before the trace began.
  var initialWriter: Endpoint?
  /// Whether it was there when the trace began.
  var wasThere = false

  /// Whether a choice among unlike writes was made for want of proof, so that what follows is as uncertain.
  private(set) var isUncertain = false

  /// Whether it is in doubt which of a writer's bytes come next, until all are read.
  var isAstray = false
  /// What is known of it if it is spliced from.
  var splicing: Splicing?
  /// Bytes of the contents of ``writes``.
  var contentCount = 0
  /// Contents that are not needed any more, to be released.
  var discarded: [ContentArena.Piece] = []

  private(set) var reader: Int32?
  /// When a read last ended.
  private(set) var lastRead: UInt64 = 0
  /// Whether more than one thread has read.
  private(set) var hasSeveralReaders = false

  /// Bytes that were told as read before their write was known, and when.
  private var debt = 0
  private var debtTime: UInt64 = 0
  /// Bytes of a batch of messages that were read before the messages' own records came.
  private var surplus: (tid: Int32, count: Int)?

  var positions = StreamPositions()
  /// Writes in ``writes`` of which it is not known exactly where they lie.
  var unsettled = 0
  /// Position before which every write has been let go of.
  var settledLimit: Int64?
  /// Unsettled writes that reach a position; kept, so that a read allocates nothing.
  var reaching: [Int] = []

  /// Candidates for a position of a read; kept, so that a read allocates nothing.
  var tally = StreamTally()

  /// State of losses in which this channel was last in step.
  var lossGeneration: UInt64
  /// Whether a transfer has told about it; its name may come first.
  var isMet = false
  /// When a record last told about it.
  var lastTouched: UInt64 = 0

  init(key: ChannelKey, medium: any StreamMedium, lossGeneration: UInt64) {
    self.key = key
    self.lossGeneration = lossGeneration
    atomicLimit = medium.atomicLimit
    hasPositions = medium.hasPositions
  }

  /// Whether nothing is unread, going on or waited for.
  var isIdle: Bool { writes.isEmpty && reads.isEmpty }

  /// Whether all unread bytes are from one thread of one name.
  var isUniform: Bool { writes.isEmpty || lastChange <= writes[0].serial }

  /// Who may have written bytes whose write is not known.
  ///
  /// - Parameter isFromBefore: Whether they were written before the trace began.
  func likelyWriter(isFromBefore: Bool) -> Endpoint? {
    isFromBefore ? initialWriter : writers.sole ?? (hasPositions && wasThere ? initialWriter : nil)
  }

  // MARK: - Writes

  /// Adds a write that has ended, or goes on, and numbers it.
  func append(_ write: inout StreamWrite) {
    nextSerial += 1
    write.serial = nextSerial
    if let surplus, surplus.tid == write.source.tid {
      let paid = min(surplus.count, write.remaining)
      write.consumed += paid
      self.surplus = paid < surplus.count ? (surplus.tid, surplus.count - paid) : nil
    }
    if !writes.isEmpty, writes[writes.count - 1].source != write.source { lastChange = write.serial }
    if write.isInFlight { inFlight += 1 }
    available += write.remaining
    if hasPositions { insert(write) } else { writes.append(write) }
  }

  /// Ends the write that a thread has begun here.
  ///
  /// - Returns: Whether its beginning was known.
  func end(_ write: borrowing StreamWrite) -> Bool {
    let (tid, count) = (write.source.tid, write.count)
    guard inFlight > 0, let index = writes.lastIndex(where: { $0.isInFlight && $0.source.tid == tid })
    else { return false }
    available -= writes[index].remaining
    let consumed = writes[index].consumed
    writes[index].end = write.end
    writes[index].count = count
    if consumed > count, writes[index].isBatch {
      // What was read beyond the first message of a batch is of the next ones.
      writes[index].consumed = count
      surplus = (tid, consumed - count)
    } else if !hasPositions {
      // More was read than was written only if a read was given to the wrong one of several writers.
      writes[index].count = max(count, consumed)
      if consumed > count { isAstray = true }
    }
    writes[index].fingerprint = write.fingerprint
    writes[index].content = write.content
    writes[index].isPacket = write.isPacket
    writes[index].isLocal = write.isLocal
    writes[index].isUrgent = write.isUrgent
    writes[index].passed = write.passed
    writes[index].cameLate = write.cameLate
    writes[index].lossGeneration = write.lossGeneration
    available += writes[index].remaining
    inFlight -= 1
    if hasPositions { place(index, at: write.span) } else { dropFinished() }
    return true
  }

  /// Closes writes of a thread whose ends were lost: it can be in one write only, and that is another one.
  func abandon(by tid: Int32) {
    guard inFlight > 0 else { return }
    for index in writes.indices where writes[index].isInFlight && writes[index].source.tid == tid {
      available -= writes[index].remaining
      writes[index].count = writes[index].consumed
      writes[index].end = writes[index].begin + 1
      inFlight -= 1
    }
  }

  /// Remembers who read, and when that ended.
  func note(reader tid: Int32, end: UInt64) {
    if let reader, reader != tid { hasSeveralReaders = true }
    reader = tid
    lastRead = max(lastRead, end)
  }

  /// Takes bytes of a write.
  func take(_ count: Int, from index: Int) {
    writes[index].consumed += count
    available -= count
  }

  /// Learns that one of several writes was taken for want of proof: the others are no more certain afterwards.
  func noteGuess(among rivals: [Int]) {
    for rival in rivals { writes[rival].isInferred = true }
    // Of writes of different lengths, even where the next one begins is a guess then, unless positions say it.
    if hasPositions { return }
    isUncertain = isUncertain || rivals.contains { writes[$0].count != writes[rivals[0]].count }
  }

  /// Begins anew if all bytes have been read that can have been there when a read ended.
  func noteEmpty(at time: UInt64) {
    guard isUncertain || isAstray else { return }
    if available != 0, writes.contains(where: { $0.remaining > 0 && $0.begin < time }) { return }
    isUncertain = false
    if debt == 0 { isAstray = false }
  }

  /// Gives bytes back that were taken on trial.
  func putBack(_ count: Int, to index: Int) {
    writes[index].consumed -= count
    available += count
  }

  /// Removes the rest of a packet that a shorter read has discarded.
  func discardRest(of index: Int) {
    take(writes[index].remaining, from: index)
  }

  /// Lets go of writes of which nothing is left.
  func dropFinished() {
    while !writes.isEmpty, writes[0].remaining <= 0, !writes[0].isInFlight { removeWrite(at: 0) }
    // Behind a write that waits for room, many others can come and go.
    if writes.count > crowd { removeCrowd { $0.remaining <= 0 && !$0.isInFlight } }
  }

  /// Lets go of finished writes in the middle.
  func removeCrowd(_ isOver: (StreamWrite) -> Bool) {
    removeWrites(isOver)
    crowd = 2 * writes.count + 32
  }

  /// Removes a write, and what is unread of it.
  func removeWrite(at index: Int) {
    noteRemoval(of: writes[index])
    // Unlike the one without a number, it copies nothing.
    if index == 0 { writes.removeFirst(1) } else { _ = writes.remove(at: index) }
  }

  /// Removes the writes that `isOver` says yes to, and what is unread of them.
  func removeWrites(_ isOver: (StreamWrite) -> Bool) {
    writes.removeAll { write in
      guard isOver(write) else { return false }
      noteRemoval(of: write)
      return true
    }
  }

  @inline(__always)
  private func noteRemoval(of write: StreamWrite) {
    kept.remove(write.passed)
    if !write.content.piece.isNone { discard(write.content.piece) }
    available -= write.remaining
    if write.isInFlight { inFlight -= 1 }
    if !write.span.isTight { unsettled -= 1 }
    if write.isUrgent, !hasPositions, write.remaining > 0 { urgentCount -= 1 }
  }

  /// Removes all writes that ended before a time; `body` sees those with unread bytes.
  func dropEnded(before time: UInt64, _ body: (StreamWrite) -> Void) {
    removeWrites { write in
      guard !write.isInFlight, write.end < time else { return false }
      if write.remaining > 0 { body(write) }
      return true
    }
  }

  /// Removes everything; `body` sees writes with unread bytes.
  func dropAll(_ body: (StreamWrite) -> Void) {
    // An empty queue would be copied.
    if writes.isEmpty { return }
    removeWrites { write in
      if write.remaining > 0 { body(write) }
      return true
    }
  }

  // MARK: - Debt

  /// Notes bytes that were told as read although no write was known for them.
  func owe(_ count: Int, at time: UInt64) {
    debt += count
    debtTime = time
    isAstray = true
  }

  /// Settles the debt with a write that may have been meant.
  func settleDebt(with write: inout StreamWrite) {
    guard debt > 0 else { return }
    if write.begin < debtTime {
      let paid = min(debt, write.remaining)
      write.consumed += paid
      debt -= paid
    } else {
      debt = 0
    }
  }
}
