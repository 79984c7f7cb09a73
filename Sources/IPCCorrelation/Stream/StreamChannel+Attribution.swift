import BasicContainers
import DequeModule
import IPCModel

extension StreamChannel {
  /// Part of a read that one write delivered.
  struct Share {
    /// Index of the write in ``writes``; nil for bytes that no known write delivered.
    var write: Int?
    /// Position in the read.
    var offset: Int
    /// Position in the write.
    var start = 0
    /// Bytes.
    var count: Int
    /// Whether another write is possible.
    var isInferred: Bool
    /// Whether they are the first bytes of the write.
    var isFirst = false
    /// Whether they were written before the trace began.
    var isFromBefore = false
  }

  /// A read's division, in the order of its bytes.
  typealias Shares = UniqueArray<Share>

  /// Most writes that are compared for one position of a read, if they cannot all be next.
  static var comparedWrites: Int { 256 }
  /// The same of those that can be: thousands of processes may be held up in the middle of their writes.
  static var overlappingWrites: Int { 4096 }

  /// Divides a read among the writes that delivered it, and takes their bytes.
  ///
  /// - Parameters:
  ///   - content: What was captured of the read.
  ///   - isForced: Whether to decide now: what is not known is inferred then.
  ///   - lossGeneration: State of losses now.
  ///   - shares: Receives the division.
  /// - Returns: Whether the read is divided; if not, nothing has changed.
  func attribute(
    _ read: StreamRead, content: UnsafeRawBufferPointer?, isForced: Bool, lossGeneration: UInt64,
    into shares: inout Shares
  ) -> Bool {
    shares.removeAll(keepingCapacity: true)
    if hasPositions {
      return attributeByPosition(
        read, content: content, isForced: isForced, lossGeneration: lossGeneration, into: &shares)
    }
    if read.isUrgent { return attributeUrgent(isForced: isForced, into: &shares) }
    if !isForced, available < read.count || mayBeOvertaken(read) { return false }
    var offset = 0
    var guesses: [[Int]] = []
    while offset < read.count {
      let received = content.map { UnsafeRawBufferPointer(rebasing: $0.dropFirst(offset)) }
      guard let choice = chooseWrite(for: read, received: received, isForced: isForced) else {
        if !isForced {
          takeBack(shares)
          return false
        }
        shares.append(Share(write: nil, offset: offset, count: read.count - offset, isInferred: true))
        break
      }
      offset += take(choice, at: offset, atMost: read.count - offset, into: &shares)
      if !choice.rivals.isEmpty { guesses.append(choice.rivals) }
    }
    if !isForced, read.isSpliced, mustWait(read, for: shares) {
      takeBack(shares)
      return false
    }
    for rivals in guesses { noteGuess(among: rivals) }
    if urgentCount > 0 { passUrgent(before: shares) }
    return true
  }

  /// Takes bytes of the chosen write as the next share; returns how many.
  func take(_ choice: Choice, at offset: Int, atMost most: Int, into shares: inout Shares) -> Int {
    let start = writes[choice.index].consumed
    let count = min(writes[choice.index].remaining, most)
    take(count, from: choice.index)
    shares.append(
      Share(
        write: choice.index, offset: offset, start: start, count: count, isInferred: choice.isInferred,
        isFirst: start == 0))
    return count
  }

  /// Gives the bytes of a division back that cannot be finished.
  func takeBack(_ shares: borrowing Shares) {
    for index in shares.indices {
      if let write = shares[index].write { putBack(shares[index].count, to: write) }
    }
  }

  /// The write whose bytes come next in a read; nil if it is not known yet.
  private func chooseWrite(
    for read: StreamRead, received: UnsafeRawBufferPointer?, isForced: Bool
  ) -> Choice? {
    // A normal read goes past the urgent byte.
    let skipsUrgent = urgentCount > 0 && !read.isInline
    func isThere(_ write: StreamWrite) -> Bool { write.remaining > 0 && !(skipsUrgent && write.isUrgent) }
    if isUniform, !writers.hasSeveral {
      // Whatever order the reads had, the source is the same. With several writers, one whose write has not ended yet
      // may be meant, so the bytes are asked even if only one is known.
      return writes.firstIndex(where: isThere).map { Choice(index: $0, isInferred: false) }
    }
    // A short write is never interrupted by another one.
    if !hasSeveralReaders,
      let index = writes.firstIndex(where: { $0.consumed > 0 && $0.count <= atomicLimit && isThere($0) }),
      compare(writes[index], with: received) != .different
    {
      return Choice(index: index, isInferred: false)
    }
    tally.removeAll()
    // What began later than the earliest end comes later.
    var end = UInt64.max
    for index in writes.indices.prefix(Self.comparedWrites) where isThere(writes[index]) {
      end = min(end, writes[index].end)
    }
    var others = 0
    for index in writes.indices.prefix(Self.overlappingWrites) {
      let write = writes[index]
      // Behind one that waits, hundreds can have come and gone.
      guard isThere(write) else { continue }
      // Behind a write that had ended before it began, it can be next only if another reader took that one.
      let isPossible = write.begin < read.time, isNext = isPossible && write.begin < end
      others = isNext ? 0 : others + 1
      if others > Self.comparedWrites { break }
      guard isNext || isPossible && hasSeveralReaders else { continue }
      tally.count(index, compare(write, with: received), isNext: isNext)
    }
    if tally.first == nil {
      // Nothing fits: the write that was read is still to come, or it was never seen.
      if !isForced { return nil }
      return (tally.firstNext ?? writes.firstIndex(where: isThere)).map {
        Choice(index: $0, isInferred: true)
      }
    }
    return decide()
  }

  /// Compares the bytes that come next of a write with what was received.
  func compare(_ write: StreamWrite, with received: UnsafeRawBufferPointer?) -> Fingerprint.Verdict {
    guard let received else { return .unknown }
    return write.fingerprint.compare(with: received, consumed: write.consumed, count: write.count)
  }

  /// The write that is taken for one position.
  struct Choice {
    let index: Int
    /// Whether another write is possible.
    let isInferred: Bool
    /// The writes that are as possible as the chosen one, itself among them.
    var rivals: [Int] = []
    /// Bytes for which the choice holds, if the write has more.
    var most = Int.max
  }

  private func decide() -> Choice? {
    guard let first = tally.first else { return nil }
    if tally.allSatisfy({ writes[$0].source == writes[first].source }) {
      // Equal bytes, or nobody else: with several readers, "nobody else" is not certain.
      return Choice(index: first, isInferred: tally.equal.isEmpty && hasSeveralReaders)
    }
    return guess()
  }

  /// The likeliest of several possible writes: the one that ended first.
  func guess() -> Choice? {
    let possible = tally.equal + tally.unknown
    return possible.min { (writes[$0].end, $0) < (writes[$1].end, $1) }.map {
      Choice(index: $0, isInferred: true, rivals: possible)
    }
  }
}
