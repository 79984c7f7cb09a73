import BasicContainers
import DequeModule
import IPCModel

/// Streams whose records say where their bytes lie: whatever is lost or late, a read never takes another position's
/// write.
extension StreamChannel {
  /// Steps back through the writes in search of those that reach a position.
  private static var longestSearch: Int { 1024 }
  /// Writes above which none is kept only to account for others.
  private static var keptWrites: Int { 4096 }
  /// After which nobody waits for the record of a read any more, in nanoseconds.
  private static var stale: UInt64 { 1_000_000_000 }

  // MARK: - The writes in the order of their positions

  /// Adds a write at its place.
  func insert(_ write: StreamWrite) {
    if !write.span.isTight { unsettled += 1 }
    var index = writes.count
    while index > 0, writes[index - 1].span.start > write.span.start { index -= 1 }
    if index == writes.count { writes.append(write) } else { writes.insert(write, at: index) }
  }

  /// Moves a write to where its end has shown it to be.
  func place(_ index: Int, at span: StreamSpan) {
    var write = writes.remove(at: index)
    if !write.span.isTight { unsettled -= 1 }
    write.span = span
    insert(write)
  }

  /// The first write that starts behind a position.
  private func firstIndex(behind position: Int64) -> Int {
    var low = 0, high = writes.count
    while low < high {
      let middle = (low + high) / 2
      if writes[middle].span.start > position { high = middle } else { low = middle + 1 }
    }
    return low
  }

  // MARK: - Attribution

  /// - Parameter lossGeneration: State of losses now.
  func attributeByPosition(
    _ read: StreamRead, content: UnsafeRawBufferPointer?, isForced: Bool, lossGeneration: UInt64,
    into shares: inout Shares
  ) -> Bool {
    var position = read.span.start
    let end = read.span.limit
    var guesses: [[Int]] = []
    while position < end {
      let offset = Int(position - read.span.start)
      let received = content.map { UnsafeRawBufferPointer(rebasing: $0.dropFirst(offset)) }
      let behind = firstIndex(behind: position)
      let choice = chooseWrite(
        at: position, behind, for: read, received: received, isForced: isForced,
        lossGeneration: lossGeneration)
      if let choice {
        position += take(choice, at: offset, from: position, to: end, behind, into: &shares)
        if !choice.rivals.isEmpty { guesses.append(choice.rivals) }
        continue
      }
      let old = wasThere ? positions.origin.flatMap { $0 > position ? min($0, end) : nil } : nil
      if old == nil, !isForced {
        takeBack(shares)
        return false
      }
      let next = behind < writes.count ? min(writes[behind].span.start, old ?? end) : old ?? end
      shares.append(
        Share(
          write: nil, offset: offset, count: Int(min(next, end) - position), isInferred: true,
          isFromBefore: old != nil))
      position = min(next, end)
    }
    if !isForced, read.isSpliced, mustWait(read, for: shares) {
      takeBack(shares)
      return false
    }
    for rivals in guesses { noteGuess(among: rivals) }
    return true
  }

  /// Takes bytes of the chosen write from a position on; returns how many.
  private func take(
    _ choice: Choice, at offset: Int, from position: Int64, to end: Int64, _ behind: Int,
    into shares: inout Shares
  ) -> Int64 {
    let write = writes[choice.index]
    var limit = end
    if write.span.isTight {
      limit = min(limit, write.span.limit)
    } else {
      limit = min(limit, position + Int64(min(write.remaining, choice.most)))
      if !write.isInFlight || !writers.hasSeveral { limit = min(limit, write.span.limit) }
      // From there on, there is another candidate.
      if behind < writes.count { limit = min(limit, writes[behind].span.start) }
    }
    let count = Int(limit - position)
    take(count, from: choice.index)
    let start = write.span.isTight ? Int(position - write.span.start) : write.consumed
    shares.append(
      Share(write: choice.index, offset: offset, start: start, count: count, isInferred: choice.isInferred))
    return Int64(count)
  }

  /// The write that put the byte at a position there; nil if it is not known yet.
  private func chooseWrite(
    at position: Int64, _ behind: Int, for read: StreamRead, received: UnsafeRawBufferPointer?,
    isForced: Bool,
    lossGeneration: UInt64
  ) -> Choice? {
    if let settled = search(position, behind, for: read) { return Choice(index: settled, isInferred: false) }
    guard let first = reaching.first else { return nil }
    if writes[first].isInFlight, !writers.hasSeveral { return Choice(index: first, isInferred: false) }
    if let window = closedWindow(around: position) {
      reaching.removeAll { !liesIn(window, writes[$0]) }
      let isDoubtful = isDoubtful(window)
      if isOneSource(reaching) { return reaching.first.map { Choice(index: $0, isInferred: isDoubtful) } }
      let isInOrder = isInOrder(upTo: position, in: window)
      if !isInOrder, !isForced { return nil }
      // No other write can come, so one of these it is.
      return decide(received, isProven: isInOrder && !isDoubtful)
        ?? reaching.first.map { Choice(index: $0, isInferred: true, rivals: reaching) }
    }
    if !isForced { return nil }
    // Short writes are not announced, but one that was over before the read would have been told by now.
    let isAlone = writes[first].isInFlight && writes[first].lossGeneration == lossGeneration
    return decide(received, isProven: isAlone && isOneSource(reaching))
  }

  /// Looks for the writes that may have put the byte at a position there: ``reaching``, or the one that has for certain.
  private func search(_ position: Int64, _ behind: Int, for read: StreamRead) -> Int? {
    reaching.removeAll(keepingCapacity: true)
    var index = behind
    var toFind = unsettled
    while index > 0, behind - index < Self.longestSearch {
      index -= 1
      let write = writes[index]
      if write.span.isTight {
        if write.span.contains(position), write.begin < read.time { return index }
        if toFind == 0 { break }
        continue
      }
      toFind -= 1
      // What others write in between moves the end of a write that goes on.
      let reaches = write.span.contains(position) || (write.isInFlight && writers.hasSeveral)
      if reaches, write.remaining > 0, write.begin < read.time { reaching.append(index) }
    }
    return nil
  }

  private func isOneSource(_ indices: [Int]) -> Bool {
    guard let first = indices.first else { return false }
    return indices.allSatisfy { writes[$0].source == writes[first].source }
  }

  /// Lets the bytes decide among the writes that reach a position.
  private func decide(_ received: UnsafeRawBufferPointer?, isProven: Bool) -> Choice? {
    tally.removeAll()
    for index in reaching {
      let verdict = received.map {
        writes[index].fingerprint.comparePrefix(with: $0, consumed: writes[index].consumed)
      }
      tally.count(index, verdict ?? .unknown, isNext: true)
    }
    // If none fits, the one that was read is lost.
    guard let first = tally.first else { return nil }
    guard tally.allSatisfy({ writes[$0].source == writes[first].source }) else { return guess() }
    let verified = isOneSource(reaching) ? .max : writes[first].verifiedCount(in: received)
    // The others are not what comes next, but they may come before the end of this one.
    let isInferred = !isProven || verified == 0
    return Choice(
      index: first, isInferred: isInferred, rivals: isInferred ? reaching : [],
      most: verified > 0 ? verified : .max)
  }

  // MARK: - What is over

  /// Lets go of writes that reads have taken or gone past.
  ///
  /// - Parameters:
  ///   - time: The present.
  ///   - body: Takes writes that reads have gone past although not all of their bytes were seen being read.
  func dropPassed(at time: UInt64, _ body: (StreamWrite) -> Void) {
    let isFull = writes.count > Self.keptWrites
    if settledLimit == nil { settledLimit = writes.first?.span.start }
    while let first = writes.first, !first.isInFlight {
      if !first.span.isTight, first.remaining <= 0 { settleWindow(of: first) }
      guard isOver(first, at: time, isFull) else { break }
      if first.remaining > (first.isUrgent ? 1 : 0) { body(first) }
      settledLimit = max(settledLimit ?? .min, first.span.limit)
      removeWrite(at: 0)
    }
    if writes.count > crowd { removeCrowd { isOver($0, at: time, isFull) && $0.remaining <= 0 } }
  }

  private func isOver(_ write: StreamWrite, at time: UInt64, _ isFull: Bool) -> Bool {
    if write.isInFlight { return false }
    let isStale = write.end + Self.stale < time
    if write.remaining <= 0 {
      // Behind a gap, it is needed when the record of the gap's write comes.
      let settled = settledLimit ?? .min
      let isNext = write.span.limit <= settled || (write.span.isTight && write.span.start <= settled)
      return isNext || isStale || isFull
    }
    guard isStale, reads.isEmpty, let passed = positions.readLimit else { return false }
    return passed >= write.span.limit
  }

  /// Takes the positions of writes at the same time as settled if all of them have been read.
  private func settleWindow(of write: StreamWrite) {
    let start = max(write.span.start, settledLimit ?? write.span.start)
    guard let window = closedWindow(around: start), window.lowerBound <= settledLimit ?? window.lowerBound
    else { return }
    let isRead = writes.allSatisfy {
      $0.span.overlap(window.lowerBound, window.upperBound) == 0 || (liesIn(window, $0) && $0.remaining <= 0)
    }
    if isRead { settledLimit = window.upperBound }
  }

  /// Positions of writes that have ended and that nobody has read.
  var unreadPositions: Int {
    guard let first = writes.first?.span.start else { return 0 }
    var last = first
    for index in writes.indices where !writes[index].isInFlight { last = max(last, writes[index].span.limit) }
    return Int(max(0, last - max(first, positions.readLimit ?? first)))
  }

  /// Bytes of a write that nobody has read.
  func unreadCount(of write: StreamWrite) -> Int {
    if write.isInFlight { return 0 }
    let from = max(write.span.start, positions.readLimit ?? .min)
    return min(write.remaining, Int(max(0, write.span.limit - from)))
  }
}
