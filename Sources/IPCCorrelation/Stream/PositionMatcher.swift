import BasicContainers
import DequeModule
import IPCModel
import RecordLayout

/// Matches reads with writes by where in the stream they lie, where every record says it: whatever is lost or late, a read
/// never takes another position's write.
///
/// A write's record says between which positions its bytes lie; if other threads wrote at the same time, theirs are
/// there, too, and the span is loose. Counting (``closedWindow(around:in:)``) and fingerprints tell them apart then.
final class PositionMatcher {
  /// Steps back through the writes in search of those that reach a position.
  private static let longestSearch = 1024
  /// Writes above which none is kept only to account for others.
  private static let keptWrites = 4096
  /// After which nobody waits for the record of a read any more, in nanoseconds.
  private static let stale: UInt64 = 1_000_000_000

  /// What is known of where the stream stands.
  private(set) var positions = StreamPositions()
  /// Position before which every write has been let go of.
  private(set) var settledLimit: Int64?

  // MARK: - Records

  func begin(_ write: inout StreamWrite, _ transfer: StreamTransfer, in stream: ByteStream) {
    let before = transfer.positions.before
    write.span = positions.span(ofBeginning: write.count, at: before)
    positions.note(writtenFrom: write.span.start)
    stream.queue.insert(&write)
  }

  func end(_ write: inout StreamWrite, _ transfer: StreamTransfer, in stream: ByteStream) {
    let (after, before) = (transfer.positions.after, transfer.positions.before)
    write.span = positions.span(ofWrite: write.count, after: after, before: before)
    if write.count > 0 {
      positions.note(writtenFrom: write.span.start)
      write.cameLate = positions.readLimit.map { $0 >= write.span.limit } ?? false
    }
    if let begun = stream.queue.begun(by: write.source.tid) {
      stream.queue.end(begun, with: write, at: write.span)
      stream.queue.abandon(by: write.source.tid)
    } else if write.count > 0 {
      stream.queue.insert(&write)
    }
  }

  func span(ofRead transfer: StreamTransfer) -> StreamSpan {
    let limit = positions.unwrap(transfer.positions.after)
    // The urgent byte is taken out of order.
    if !transfer.has(IPC_SOCKET_URGENT) { positions.note(readTo: limit) }
    return StreamSpan(start: limit - Int64(transfer.count), limit: limit)
  }

  /// The same of bytes that nobody has read.
  func span(ofUnread count: Int, at position: UInt32) -> StreamSpan {
    let start = positions.unwrap(position)
    return StreamSpan(start: start, limit: start + Int64(count))
  }

  /// Learns that what lay before a position has been reported, and is not reported again.
  func noteReported(to limit: Int64) { positions.note(readTo: limit) }

  /// Learns that another connection has taken the same addresses.
  func beginAnew(at time: UInt64) {
    positions.beginAnew(at: time)
    settledLimit = nil
  }

  // MARK: - Dividing

  func divide(
    _ read: StreamRead, of stream: ByteStream, content: UnsafeRawBufferPointer?, isForced: Bool,
    epoch: LossEpoch,
    _ scratch: inout MatchScratch
  ) -> Bool {
    var position = read.span.start
    let end = read.span.limit
    while position < end {
      let offset = Int(position - read.span.start)
      let received = content.map { UnsafeRawBufferPointer(rebasing: $0.dropFirst(offset)) }
      let behind = firstIndex(behind: position, in: stream.queue)
      let choice = chooseWrite(
        at: position, behind, for: read, hasSeveralWriters: stream.writers.hasSeveral, stream.queue,
        received: received, isForced: isForced, epoch: epoch, &scratch)
      if let choice {
        position += take(choice, of: stream, at: offset, from: position, to: end, behind, &scratch.shares)
        continue
      }
      let origin = stream.initialHolders == nil ? nil : positions.origin
      let old = origin.flatMap { $0 > position ? min($0, end) : nil }
      if old == nil, !isForced {
        stream.giveBack(scratch.shares)
        return false
      }
      let rest = old ?? end
      let next = behind < stream.queue.writes.count ? min(stream.queue.writes[behind].span.start, rest) : rest
      scratch.shares.append(
        Share(
          write: nil, offset: offset, count: Int(min(next, end) - position), inference: .process,
          isFromBefore: old != nil))
      position = min(next, end)
    }
    if !isForced, read.isSpliced, stream.mustWait(read, for: scratch.shares) {
      stream.giveBack(scratch.shares)
      return false
    }
    if !scratch.guesses.isEmpty { noteGuesses(in: stream, &scratch) }
    return true
  }

  /// Learns what the choices that were made for want of proof leave in doubt.
  private func noteGuesses(in stream: ByteStream, _ scratch: inout MatchScratch) {
    // Positions tell what went to whom, however many read.
    if scratch.doubtOrderAlone(in: stream.queue, hasSeveralReaders: false) { return }
    let hasStrangers = scratch.guesses.hasStrangers
    scratch.guesses.forEach { _ = stream.queue.doubtSources(of: $0, hasStrangers: hasStrangers) }
  }

  /// The first write that starts behind a position.
  private func firstIndex(behind position: Int64, in queue: borrowing WriteQueue) -> Int {
    var low = 0, high = queue.writes.count
    while low < high {
      let middle = (low + high) / 2
      if queue.writes[middle].span.start > position { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Takes bytes of the chosen write from a position on; returns how many.
  private func take(
    _ choice: Choice, of stream: ByteStream, at offset: Int, from position: Int64, to end: Int64,
    _ behind: Int,
    _ shares: inout Shares
  ) -> Int64 {
    let index = choice.index
    let span = stream.queue.writes[index].span, consumed = stream.queue.writes[index].consumed
    var limit = end
    if span.isTight {
      limit = min(limit, span.limit)
    } else {
      limit = min(limit, position + Int64(min(stream.queue.writes[index].remaining, choice.most)))
      if !stream.queue.writes[index].isInFlight || !stream.writers.hasSeveral {
        limit = min(limit, span.limit)
      }
      // From there on, there is another candidate.
      if behind < stream.queue.writes.count { limit = min(limit, stream.queue.writes[behind].span.start) }
    }
    let count = Int(limit - position)
    stream.queue.take(count, from: index)
    let start = span.isTight ? Int(position - span.start) : consumed
    shares.append(
      Share(write: index, offset: offset, start: start, count: count, inference: choice.inference))
    return Int64(count)
  }

  /// The write that put the byte at a position there; nil if it is not known yet.
  private func chooseWrite(
    at position: Int64, _ behind: Int, for read: StreamRead, hasSeveralWriters: Bool,
    _ queue: borrowing WriteQueue, received: UnsafeRawBufferPointer?, isForced: Bool, epoch: LossEpoch,
    _ scratch: inout MatchScratch
  ) -> Choice? {
    let settled = search(
      position, behind, for: read, hasSeveralWriters: hasSeveralWriters, queue, &scratch.reaching)
    if let settled { return Choice(index: settled) }
    guard let first = scratch.reaching.first else { return nil }
    if queue.writes[first].isInFlight, !hasSeveralWriters { return Choice(index: first) }
    if let window = closedWindow(around: position, in: queue) {
      scratch.reaching.removeAll { !liesIn(window, queue.writes[$0]) }
      let doubts = doubts(of: window, in: queue)
      if isOneSource(scratch.reaching, in: queue) {
        return scratch.reaching.first.map { Choice(index: $0, inference: doubts) }
      }
      let isInOrder = isInOrder(upTo: position, in: window, queue)
      if !isInOrder, !isForced { return nil }
      // No other write can come, so one of these it is.
      let decided = decide(received, isProven: isInOrder && doubts.isEmpty, isComplete: true, queue, &scratch)
      if decided != nil { return decided }
      guard let first = scratch.reaching.first else { return nil }
      scratch.guesses.append(scratch.reaching)
      return Choice(index: first)
    }
    if !isForced { return nil }
    // Short writes are not announced, but one that was over before the read would have been reported by now.
    let isAlone = queue.writes[first].isInFlight && queue.writes[first].lossEpoch == epoch
    return decide(
      received, isProven: isAlone && isOneSource(scratch.reaching, in: queue), isComplete: false, queue,
      &scratch)
  }

  /// Looks for the writes that may have put the byte at a position there: `reaching`, or the one that has for certain.
  private func search(
    _ position: Int64, _ behind: Int, for read: StreamRead, hasSeveralWriters: Bool,
    _ queue: borrowing WriteQueue, _ reaching: inout [Int]
  ) -> Int? {
    reaching.removeAll(keepingCapacity: true)
    var index = behind
    var toFind = queue.counts.loose
    while index > 0, behind - index < Self.longestSearch {
      index -= 1
      let span = queue.writes[index].span, isBefore = queue.writes[index].begin < read.time
      if span.isTight {
        if isBefore, span.contains(position) { return index }
        if toFind == 0 { break }
        continue
      }
      toFind -= 1
      // What others write in between moves the end of a write that goes on.
      let reaches = span.contains(position) || (hasSeveralWriters && queue.writes[index].isInFlight)
      if reaches, isBefore, queue.writes[index].remaining > 0 { reaching.append(index) }
    }
    return nil
  }

  private func isOneSource(_ indices: [Int], in queue: borrowing WriteQueue) -> Bool {
    guard let first = indices.first else { return false }
    return indices.allSatisfy { queue.writes[$0].source == queue.writes[first].source }
  }

  /// Lets the bytes decide among the writes that reach a position.
  ///
  /// - Parameter isComplete: Whether no other write can be meant.
  private func decide(
    _ received: UnsafeRawBufferPointer?, isProven: Bool, isComplete: Bool, _ queue: borrowing WriteQueue,
    _ scratch: inout MatchScratch
  ) -> Choice? {
    scratch.tally.removeAll()
    for index in scratch.reaching {
      let verdict = received.map {
        queue.writes[index].fingerprint.comparePrefix(with: $0, consumed: queue.writes[index].consumed)
      }
      scratch.tally.count(index, verdict ?? .unknown, isNext: true)
    }
    // If none fits, the one that was read is lost.
    guard let first = scratch.tally.first else { return nil }
    guard scratch.tally.allSatisfy({ queue.writes[$0].source == queue.writes[first].source }) else {
      return scratch.tally.guess(in: queue, &scratch.guesses, isComplete: isComplete)
    }
    let verified =
      isOneSource(scratch.reaching, in: queue) ? .max : queue.writes[first].verifiedCount(in: received)
    // The others are not what comes next, but they may come before the end of this one.
    let isInferred = !isProven || verified == 0
    if isInferred { scratch.guesses.append(scratch.reaching, isComplete: isComplete) }
    return Choice(index: first, most: verified > 0 ? verified : .max)
  }

  // MARK: - What is over

  func removeOver(from stream: ByteStream, at time: UInt64, _ body: (StreamWrite) -> Void) {
    let isFull = stream.queue.writes.count > Self.keptWrites
    let hasReads = !stream.reads.isEmpty
    if settledLimit == nil, !stream.queue.isEmpty { settledLimit = stream.queue.writes[0].span.start }
    // In place: the first write is looked at whenever a record comes, and is long.
    while !stream.queue.isEmpty, !stream.queue.writes[0].isInFlight {
      let (span, remaining) = (stream.queue.writes[0].span, stream.queue.writes[0].remaining)
      if !span.isTight, remaining <= 0 { settleWindow(of: span, in: stream.queue) }
      guard isOver(stream.queue.writes[0], hasReads: hasReads, at: time, isFull) else { break }
      if remaining > (stream.queue.writes[0].isUrgent ? 1 : 0) { body(stream.queue.writes[0]) }
      settledLimit = max(settledLimit ?? .min, span.limit)
      stream.queue.removeFirst()
    }
    if stream.queue.isCrowded {
      stream.queue.removeCrowd {
        isOver($0, hasReads: hasReads, at: time, isFull) && $0.remaining <= 0
      }
    }
  }

  @inline(__always)
  private func isOver(_ write: StreamWrite, hasReads: Bool, at time: UInt64, _ isFull: Bool) -> Bool {
    if write.isInFlight { return false }
    let isStale = write.end + Self.stale < time
    if write.remaining <= 0 {
      // Behind a gap, it is needed when the record of the gap's write comes.
      let settled = settledLimit ?? .min
      let isNext = write.span.limit <= settled || (write.span.isTight && write.span.start <= settled)
      return isNext || isStale || isFull
    }
    guard isStale, !hasReads, let passed = positions.readLimit else { return false }
    return passed >= write.span.limit
  }

  /// Takes the positions of writes at the same time as settled if all of them have been read.
  private func settleWindow(of span: StreamSpan, in queue: borrowing WriteQueue) {
    let start = max(span.start, settledLimit ?? span.start)
    guard let window = closedWindow(around: start, in: queue),
      window.lowerBound <= settledLimit ?? window.lowerBound
    else { return }
    let isRead = queue.writes.allSatisfy {
      $0.span.overlap(window.lowerBound, window.upperBound) == 0 || (liesIn(window, $0) && $0.remaining <= 0)
    }
    if isRead { settledLimit = window.upperBound }
  }

  /// Positions of writes that have ended and that nobody has read.
  func unreadPositions(in queue: borrowing WriteQueue) -> Int {
    guard let first = queue.writes.first?.span.start else { return 0 }
    var last = first
    for index in queue.writes.indices where !queue.writes[index].isInFlight {
      last = max(last, queue.writes[index].span.limit)
    }
    return Int(max(0, last - max(first, positions.readLimit ?? first)))
  }

  /// Bytes of a write that nobody has read.
  func unreadCount(of write: StreamWrite) -> Int {
    if write.isInFlight { return 0 }
    let from = max(write.span.start, positions.readLimit ?? .min)
    return min(write.remaining, Int(max(0, write.span.limit - from)))
  }
}
