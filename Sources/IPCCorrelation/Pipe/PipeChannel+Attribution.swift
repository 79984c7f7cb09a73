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
      shares.append(Share(write: choice.index, offset: offset, count: count, isInferred: choice.isInferred))
      offset += count
    }
    return true
  }

  /// The write whose bytes come next in a read; nil if it is not known yet.
  private func chooseWrite(
    for read: PipeRead, received: UnsafeRawBufferPointer?, isForced: Bool
  ) -> (index: Int, isInferred: Bool)? {
    if isUniform, !hasSeveralWriters {
      // Whatever order the reads had, the source is the same. With several writers, one whose write has not ended yet
      // may be meant, so the bytes are asked even if only one is known.
      return writes.firstIndex { $0.remaining > 0 }.map { ($0, false) }
    }
    // A write up to PIPE_BUF is never interrupted by another one (pipe(7)).
    if !hasSeveralReaders,
      let index = writes.firstIndex(where: { $0.consumed > 0 && $0.remaining > 0 && $0.count <= 4096 })
    {
      return (index, false)
    }
    var tally = Tally()
    let end = firstEnd
    for index in writes.indices.prefix(Self.comparedWrites) {
      let write = writes[index]
      guard write.remaining > 0, write.begin < read.time else { continue }
      // Behind a write that had ended before it began, it can be next only if another reader took that one.
      let isNext = write.begin < end
      guard isNext || hasSeveralReaders else { continue }
      let verdict = received.map {
        write.fingerprint.compare(with: $0, consumed: write.consumed, count: write.count)
      }
      tally.count(index, verdict ?? .unknown, isNext: isNext)
    }
    return decide(tally, isForced: isForced)
  }

  /// Earliest end among the writes with unread bytes: what began later than that comes later.
  private var firstEnd: UInt64 {
    writes.prefix(Self.comparedWrites).reduce(UInt64.max) { $1.remaining > 0 ? min($0, $1.end) : $0 }
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

  private func decide(_ tally: Tally, isForced: Bool) -> (index: Int, isInferred: Bool)? {
    let possible = tally.equal + tally.unknown
    if let first = possible.first {
      let isSettled = possible.dropFirst().allSatisfy { writes[$0].source == writes[first].source }
      if isSettled {
        // Equal bytes, or nobody else: with several readers, "nobody else" is not certain.
        let isProven = !tally.equal.isEmpty || !hasSeveralReaders
        return (first, !isProven)
      }
      let earliest = possible.min { (writes[$0].end, $0) < (writes[$1].end, $1) } ?? first
      return (earliest, true)
    }
    // Nothing fits: the write that was read is still to come, or it was never seen.
    return isForced ? tally.firstNext.map { ($0, true) } : nil
  }
}
