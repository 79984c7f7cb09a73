import DequeModule
import IPCModel

extension PipeChannel {
  /// Part of a read that one write delivered.
  struct Share {
    /// Index of the write in ``writes``; nil for bytes that no known write delivered.
    var write: Int?
    /// Position in the read.
    var offset: Int
    /// Bytes.
    var count: Int
    /// Whether another write is possible.
    var isInferred: Bool
  }

  /// Most writes that are compared for one position of a read.
  private static var comparedWrites: Int { 256 }

  /// Divides a read among the writes that delivered it, and takes their bytes.
  ///
  /// - Parameters:
  ///   - content: What was captured of the read.
  ///   - isForced: Whether to decide now: what is not known is inferred then.
  ///   - shares: Receives the division, in the order of the read's bytes.
  /// - Returns: Whether the read is divided; if not, nothing has changed.
  func attribute(
    _ read: PipeRead, content: UnsafeRawBufferPointer?, isForced: Bool, into shares: inout [Share]
  ) -> Bool {
    shares.removeAll(keepingCapacity: true)
    if available < read.count, !isForced { return false }
    var offset = 0
    var guesses: [[Int]] = []
    while offset < read.count {
      let received = content.map { UnsafeRawBufferPointer(rebasing: $0.dropFirst(offset)) }
      guard let choice = chooseWrite(for: read, received: received, isForced: isForced) else {
        if !isForced {
          for share in shares { if let write = share.write { putBack(share.count, to: write) } }
          return false
        }
        shares.append(Share(write: nil, offset: offset, count: read.count - offset, isInferred: true))
        break
      }
      let count = min(writes[choice.index].remaining, read.count - offset)
      take(count, from: choice.index)
      if !choice.rivals.isEmpty { guesses.append(choice.rivals) }
      shares.append(Share(write: choice.index, offset: offset, count: count, isInferred: choice.isInferred))
      offset += count
    }
    for rivals in guesses { noteGuess(among: rivals) }
    return true
  }

  /// The write whose bytes come next in a read; nil if it is not known yet.
  private func chooseWrite(
    for read: PipeRead, received: UnsafeRawBufferPointer?, isForced: Bool
  ) -> Choice? {
    if isUniform, !hasSeveralWriters {
      // Whatever order the reads had, the source is the same. With several writers, one whose write has not ended yet
      // may be meant, so the bytes are asked even if only one is known.
      return writes.firstIndex { $0.remaining > 0 }.map { Choice(index: $0, isInferred: false) }
    }
    // A write up to PIPE_BUF is never interrupted by another one (pipe(7)).
    if !hasSeveralReaders,
      let index = writes.firstIndex(where: { $0.consumed > 0 && $0.remaining > 0 && $0.count <= 4096 }),
      compare(writes[index], with: received) != .different
    {
      return Choice(index: index, isInferred: false)
    }
    var tally = Tally()
    let end = firstEnd
    for index in writes.indices.prefix(Self.comparedWrites) {
      let write = writes[index]
      guard write.remaining > 0, write.begin < read.time else { continue }
      // Behind a write that had ended before it began, it can be next only if another reader took that one.
      let isNext = write.begin < end
      guard isNext || hasSeveralReaders else { continue }
      tally.count(index, compare(write, with: received), isNext: isNext)
    }
    return decide(tally, isForced: isForced)
  }

  private func compare(_ write: PipeWrite, with received: UnsafeRawBufferPointer?) -> Fingerprint.Verdict {
    guard let received else { return .unknown }
    return write.fingerprint.compare(with: received, consumed: write.consumed, count: write.count)
  }

  /// Earliest end among the writes with unread bytes: what began later than that comes later.
  private var firstEnd: UInt64 {
    writes.prefix(Self.comparedWrites).reduce(UInt64.max) { $1.remaining > 0 ? min($0, $1.end) : $0 }
  }

  /// The write that is taken for one position.
  private struct Choice {
    let index: Int
    /// Whether another write is possible.
    let isInferred: Bool
    /// The writes that are as possible as the chosen one, itself among them.
    var rivals: [Int] = []
  }

  /// How the candidates for one position compare with the received bytes.
  private struct Tally {
    var equal: [Int] = []
    var unknown: [Int] = []
    var different = 0
    var firstNext: Int?

    mutating func count(_ index: Int, _ verdict: Fingerprint.Verdict, isNext: Bool) {
      if isNext, firstNext == nil { firstNext = index }
      switch verdict {
      case .equal: equal.append(index)
      case .unknown: if isNext { unknown.append(index) }
      case .different: different += 1
      }
    }
  }

  private func decide(_ tally: Tally, isForced: Bool) -> Choice? {
    let possible = tally.equal + tally.unknown
    guard let first = possible.first else {
      // Nothing fits: the write that was read is still to come, or it was never seen.
      if !isForced { return nil }
      return (tally.firstNext ?? writes.firstIndex { $0.remaining > 0 }).map {
        Choice(index: $0, isInferred: true)
      }
    }
    let isSettled = possible.dropFirst().allSatisfy { writes[$0].source == writes[first].source }
    if isSettled {
      // Equal bytes, or nobody else: with several readers, "nobody else" is not certain.
      return Choice(index: first, isInferred: tally.equal.isEmpty && hasSeveralReaders)
    }
    let earliest = possible.min { (writes[$0].end, $0) < (writes[$1].end, $1) } ?? first
    return Choice(index: earliest, isInferred: true, rivals: possible)
  }
}
