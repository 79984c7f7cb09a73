import DequeModule
import IPCModel

/// State of one pipe: what was written and not yet read, and reads whose writers are not known yet.
final class PipeChannel {
  let key: ChannelKey
  /// Path of a FIFO.
  var name: TextID?

  /// Writes with unread bytes, and those that go on, in the order of arrival.
  private(set) var writes = Deque<PipeWrite>()
  /// Reads without known writers, in the order of arrival.
  var reads = Deque<PipeRead>()

  /// Unread bytes of all writes.
  private(set) var available = 0
  private(set) var inFlight = 0
  private var nextSerial: UInt64 = 0
  /// Number of writes at which finished ones in the middle are looked for.
  private var crowd = 32
  /// Last write that has another source than the one before it.
  private var lastChange: UInt64 = 0

  /// The thread that wrote last, and when its write ended.
  private var lastWriter: (source: Endpoint, end: UInt64)?
  /// Whether more than one thread has written.
  private(set) var hasSeveralWriters = false
  /// Before which each of several threads has not begun its present write; bounded, the oldest goes first.
  private var lastEnds: [(tid: Int32, end: UInt64)] = []
  private static let rememberedWriters = 64

  /// Whether a choice among unlike writes was made for want of proof, so that what follows is as uncertain.
  private(set) var isUncertain = false

  private var reader: Int32?
  /// Whether more than one thread has read.
  private(set) var hasSeveralReaders = false

  /// Bytes that were told as read before their write was known, and when.
  private var debt = 0
  private var debtTime: UInt64 = 0

  /// State of losses in which this channel was last in step.
  var lossGeneration: UInt64
  /// Whether a transfer has told about it; its name may come first.
  var isMet = false
  /// When a record last told about it.
  var lastTouched: UInt64 = 0

  init(key: ChannelKey, lossGeneration: UInt64) {
    self.key = key
    self.lossGeneration = lossGeneration
  }

  /// Whether nothing is unread, going on or waited for.
  var isIdle: Bool { writes.isEmpty && reads.isEmpty }

  /// Whether all unread bytes are from one thread of one name.
  var isUniform: Bool { writes.first.map { lastChange <= $0.serial } ?? true }

  /// The only thread that ever wrote here.
  var soleWriter: Endpoint? { hasSeveralWriters ? nil : lastWriter?.source }

  // MARK: - Writes

  /// Adds a write that has ended, or goes on.
  func append(_ write: PipeWrite) {
    var write = write
    nextSerial += 1
    write.serial = nextSerial
    if let last = writes.last, last.source != write.source { lastChange = write.serial }
    if write.isInFlight { inFlight += 1 }
    available += write.remaining
    writes.append(write)
  }

  /// Ends the write that a thread has begun here.
  ///
  /// - Returns: Whether its beginning was known.
  func end(_ write: PipeWrite) -> Bool {
    guard inFlight > 0,
      let index = writes.lastIndex(where: { $0.isInFlight && $0.source.tid == write.source.tid })
    else { return false }
    available -= writes[index].remaining
    let consumed = writes[index].consumed
    writes[index].end = write.end
    // More was read than was written only if a read was given to the wrong one of several writers.
    writes[index].count = max(write.count, consumed)
    writes[index].fingerprint = write.fingerprint
    writes[index].isPacket = write.isPacket
    available += writes[index].remaining
    inFlight -= 1
    dropFinished()
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

  /// When a thread's next write can have begun at the earliest.
  func earliestBegin(of tid: Int32) -> UInt64 {
    if let lastWriter, lastWriter.source.tid == tid { return lastWriter.end }
    return lastEnds.first { $0.tid == tid }?.end ?? 0
  }

  /// Remembers who wrote and when that ended.
  func note(writer: Endpoint, end: UInt64) {
    if let lastWriter, lastWriter.source.tid != writer.tid {
      hasSeveralWriters = true
      remember(lastWriter.end, of: lastWriter.source.tid)
    }
    lastWriter = (writer, end)
  }

  /// Learns from the kernel that more than one thread has written.
  func noteSeveralWriters() { hasSeveralWriters = true }

  /// Remembers who has begun to write, and when.
  func note(beginning writer: Endpoint, at time: UInt64) {
    guard let lastWriter, lastWriter.source.tid != writer.tid else { return }
    hasSeveralWriters = true
    remember(time, of: writer.tid)
  }

  private func remember(_ time: UInt64, of tid: Int32) {
    lastEnds.removeAll { $0.tid == tid }
    if lastEnds.count == Self.rememberedWriters { lastEnds.removeFirst() }
    lastEnds.append((tid, time))
  }

  /// Remembers who read.
  func note(reader tid: Int32) {
    if let reader, reader != tid { hasSeveralReaders = true }
    reader = tid
  }

  /// Takes bytes of a write.
  func take(_ count: Int, from index: Int) {
    writes[index].consumed += count
    available -= count
  }

  /// Learns that one of several writes was taken for want of proof: the others are no more certain afterwards.
  func noteGuess(among rivals: [Int]) {
    for rival in rivals { writes[rival].isInferred = true }
    // Of writes of different lengths, even where the next one begins is a guess then.
    isUncertain = isUncertain || rivals.contains { writes[$0].count != writes[rivals[0]].count }
  }

  /// Learns that all bytes have been read, so that what comes now begins anew.
  func noteEmpty() {
    if available == 0 { isUncertain = false }
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
    while let first = writes.first, first.remaining <= 0, !first.isInFlight { writes.removeFirst() }
    // Behind a write that waits for room, many others can come and go.
    if writes.count > crowd {
      writes.removeAll { $0.remaining <= 0 && !$0.isInFlight }
      crowd = 2 * writes.count + 32
    }
  }

  /// Removes all writes that ended before a time; `body` sees those with unread bytes.
  func dropEnded(before time: UInt64, _ body: (PipeWrite) -> Void) {
    writes.removeAll { write in
      guard !write.isInFlight, write.end < time else { return false }
      if write.remaining > 0 {
        available -= write.remaining
        body(write)
      }
      return true
    }
  }

  /// Removes everything; `body` sees writes with unread bytes.
  func dropAll(_ body: (PipeWrite) -> Void) {
    for write in writes where write.remaining > 0 { body(write) }
    writes.removeAll()
    available = 0
    inFlight = 0
  }

  // MARK: - Debt

  /// Notes bytes that were told as read although no write was known for them.
  func owe(_ count: Int, at time: UInt64) {
    debt += count
    debtTime = time
  }

  /// Settles the debt with a write that may have been meant.
  func settleDebt(with write: inout PipeWrite) {
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
