import BasicContainers
import DequeModule
import IPCModel
import RecordLayout

/// Matches reads with writes by their order and by fingerprints, where no record says at which position its bytes lie.
///
/// With one writer, the order is enough. Of several, one whose bytes fit is chosen among those that can come next; if
/// more than one fits, or none can be compared, the choice is a guess, and said to be (``Certainty``).
final class OrderMatcher {
  /// Most writes that are compared for one position of a read, if they cannot all be next.
  private static let comparedWrites = 256
  /// The same of those that can be: thousands of processes may be held up in the middle of their writes.
  private static let overlappingWrites = 4096

  /// Longest write between whose bytes no other thread's can lie.
  private let atomicLimit: Int
  /// Bytes at which a longer write of packets is cut.
  private let packetLimit: Int
  var certainty: Certainty

  init(_ transport: Transport, epoch: LossEpoch) {
    atomicLimit = transport.atomicLimit
    packetLimit = transport.packetLimit
    certainty = Certainty(at: epoch)
  }

  // MARK: - Writes

  func begin(_ write: inout StreamWrite, in stream: ByteStream) {
    // A long packet write becomes several packets, whose bounds are known at its end.
    if write.isPacket, write.count > packetLimit { return }
    // The urgent byte is a piece of its own, which comes last.
    if write.isUrgent {
      write.isUrgent = false
      write.count -= 1
      if write.count <= 0 { return }
    }
    certainty.match(&write)
    stream.queue.append(&write)
  }

  func end(_ write: inout StreamWrite, in stream: ByteStream) {
    if write.isUrgent, write.count > 0 { endUrgent(write, in: stream) } else { endPlain(&write, in: stream) }
  }

  private func endPlain(_ write: inout StreamWrite, in stream: ByteStream) {
    guard let begun = stream.queue.begun(by: write.source.tid) else {
      if write.count > 0 { append(&write, to: stream) }
      return
    }
    // A read was given to the wrong one of several writers.
    if stream.queue.end(begun, with: write) { certainty.lostPlace() }
    stream.queue.removeFinished()
    stream.queue.abandon(by: write.source.tid)
  }

  /// Adds a write to a unix stream whose last byte is urgent.
  private func endUrgent(_ write: StreamWrite, in stream: ByteStream) {
    var rest = write, urgent = write
    rest.isUrgent = false
    rest.count -= 1
    rest.fingerprint.dropSuffix()
    // Descriptors go with the rest if there is any.
    if rest.count > 0 { urgent.ancillary = 0 } else { rest.ancillary = 0 }
    endPlain(&rest, in: stream)
    urgent.count = 1
    urgent.fingerprint = write.fingerprint.last(of: write.count)
    urgent.content = write.content.dropFirst(write.count - 1)
    // It comes behind the rest.
    urgent.end += 1
    if rest.count > 0 { urgent.begin = rest.end }
    stream.queue.appendUrgent(&urgent)
  }

  /// Adds a write, as the packets that it was cut into if it makes some.
  private func append(_ write: inout StreamWrite, to stream: ByteStream) {
    guard write.isPacket, write.count > packetLimit else {
      certainty.match(&write)
      return stream.queue.append(&write)
    }
    var packet = write
    packet.fingerprint.dropSuffix()
    var left = write.count
    while left > 0 {
      packet.count = min(left, packetLimit)
      packet.consumed = 0
      certainty.match(&packet)
      stream.queue.append(&packet)
      // The next packet comes behind this one, and of its bytes nothing is known.
      packet.begin = packet.end
      packet.end += 1
      packet.fingerprint = Fingerprint()
      packet.content = packet.content.dropFirst(packet.count)
      left -= packet.count
    }
  }

  // MARK: - Dividing

  func divide(
    _ read: StreamRead, of stream: ByteStream, content: UnsafeRawBufferPointer?, isForced: Bool,
    _ scratch: inout MatchScratch
  ) -> Bool {
    if read.isUrgent { return divideUrgent(of: stream, isForced: isForced, &scratch.shares) }
    if !isForced, stream.queue.available < read.count || mayBeOvertaken(read, of: stream) { return false }
    let hasUrgent = stream.queue.counts.urgent > 0
    var offset = 0
    while offset < read.count {
      let received = content.map { UnsafeRawBufferPointer(rebasing: $0.dropFirst(offset)) }
      guard
        let choice = chooseWrite(
          for: read, of: stream, stream.queue, received: received, isForced: isForced, &scratch)
      else {
        if !isForced {
          stream.giveBack(scratch.shares)
          return false
        }
        scratch.shares.append(
          Share(write: nil, offset: offset, count: read.count - offset, inference: .process))
        break
      }
      offset += take(choice, of: stream, at: offset, atMost: read.count - offset, &scratch.shares)
    }
    if !isForced, read.isSpliced, stream.mustWait(read, for: scratch.shares) {
      stream.giveBack(scratch.shares)
      return false
    }
    if !scratch.guesses.isEmpty { noteGuesses(of: read, in: stream, &scratch) }
    if hasUrgent { passUrgent(before: scratch.shares, in: stream) }
    return true
  }

  /// Learns what the choices that were made for want of proof leave in doubt.
  private func noteGuesses(of read: StreamRead, in stream: ByteStream, _ scratch: inout MatchScratch) {
    if scratch.doubtOrderAlone(in: stream.queue, hasSeveralReaders: stream.readers.hasSeveral) { return }
    scratch.guesses.forEach { rivals in
      guard stream.queue.doubtSources(of: rivals) else { return }
      certainty.guessedAmongUnlike(isOneProcess: stream.queue.isOneProcess(rivals, at: read.time))
    }
  }

  /// Takes bytes of the chosen write as the next share; returns how many.
  private func take(
    _ choice: Choice, of stream: ByteStream, at offset: Int, atMost most: Int, _ shares: inout Shares
  ) -> Int {
    let start = stream.queue.writes[choice.index].consumed
    let count = min(stream.queue.writes[choice.index].remaining, most)
    stream.queue.take(count, from: choice.index)
    shares.append(
      Share(
        write: choice.index, offset: offset, start: start, count: count, inference: choice.inference,
        isFirst: start == 0))
    return count
  }

  /// The write whose bytes come next in a read; nil if it is not known yet.
  private func chooseWrite(
    for read: StreamRead, of stream: ByteStream, _ queue: borrowing WriteQueue,
    received: UnsafeRawBufferPointer?,
    isForced: Bool, _ scratch: inout MatchScratch
  ) -> Choice? {
    // A normal read goes past the urgent byte.
    let skipsUrgent = queue.counts.urgent > 0 && !read.isInline
    if queue.isUniform, !stream.writers.hasSeveral {
      // Whatever order the reads had, the source is the same. With several writers, one whose write has not ended yet
      // may be meant, so the bytes are asked even if only one is known.
      return queue.firstUnread(skippingUrgent: skipsUrgent).map { Choice(index: $0) }
    }
    // A short write is never interrupted by another one.
    let hasSeveralReaders = stream.readers.hasSeveral
    if !hasSeveralReaders,
      let index = queue.writes.indices.first(where: {
        queue.writes[$0].consumed > 0 && queue.writes[$0].count <= atomicLimit
          && queue.isUnread($0, skippingUrgent: skipsUrgent)
      }),
      Self.compare(queue.writes[index], with: received) != .different
    {
      return Choice(index: index)
    }
    scratch.tally.removeAll()
    // What began later than the earliest end comes later.
    var end = UInt64.max
    for index in queue.writes.indices.prefix(Self.comparedWrites)
    where queue.isUnread(index, skippingUrgent: skipsUrgent) {
      end = min(end, queue.writes[index].end)
    }
    var others = 0
    for index in queue.writes.indices.prefix(Self.overlappingWrites) {
      // Behind one that waits, hundreds can have come and gone.
      guard queue.isUnread(index, skippingUrgent: skipsUrgent) else { continue }
      // Behind a write that had ended before it began, it can be next only if another reader took that one.
      let begin = queue.writes[index].begin
      let isPossible = begin < read.time, isNext = isPossible && begin < end
      others = isNext ? 0 : others + 1
      if others > Self.comparedWrites { break }
      guard isNext || isPossible && hasSeveralReaders else { continue }
      scratch.tally.count(index, Self.compare(queue.writes[index], with: received), isNext: isNext)
    }
    if let first = scratch.tally.first {
      guard scratch.tally.allSatisfy({ queue.writes[$0].source == queue.writes[first].source }) else {
        return scratch.tally.guess(in: queue, &scratch.guesses)
      }
      // Equal bytes, or nobody else: with several readers, "nobody else" is not certain.
      let isUnproven = scratch.tally.equal.isEmpty && hasSeveralReaders
      return Choice(index: first, inference: isUnproven ? .process : [])
    }
    // Nothing fits: the write that was read is still to come, or it was never seen.
    if !isForced { return nil }
    return (scratch.tally.firstNext ?? queue.firstUnread(skippingUrgent: skipsUrgent)).map {
      Choice(index: $0, inference: .process)
    }
  }

  /// Compares the bytes that come next of a write with what was received.
  @inline(__always)
  private static func compare(
    _ write: StreamWrite, with received: UnsafeRawBufferPointer?
  ) -> Fingerprint.Verdict {
    guard let received else { return .unknown }
    return write.fingerprint.compare(with: received, consumed: write.consumed, count: write.count)
  }

  // MARK: - Urgent bytes of unix streams (MSG_OOB): each is a write of one byte

  private func divideUrgent(of stream: ByteStream, isForced: Bool, _ shares: inout Shares) -> Bool {
    if let index = stream.queue.writes.lastIndex(where: { $0.isUrgent && $0.remaining > 0 }) {
      _ = take(Choice(index: index), of: stream, at: 0, atMost: 1, &shares)
      return true
    }
    if isForced { shares.append(Share(write: nil, offset: 0, count: 1, inference: .process)) }
    return isForced
  }

  /// Discards the urgent byte if a read has gone past it; a reader that has asked for it has got it.
  private func passUrgent(before shares: borrowing Shares, in stream: ByteStream) {
    var last: UInt64 = 0
    for index in shares.indices {
      last = max(last, shares[index].write.map { stream.queue.writes[$0].serial } ?? 0)
    }
    stream.queue.passUrgent(through: last)
  }

  // MARK: - What is over

  func goPast(_ read: StreamRead, in stream: ByteStream, epoch: LossEpoch) {
    if !certainty.doubt.isEmpty, isDrained(stream, at: read.time) { certainty.drained() }
    // A read that found the stream empty says so of its own time: what was lost since is not made good.
    if read.emptied, !certainty.isInStep(at: epoch), read.lossEpoch == epoch {
      stream.queue.removeEnded(before: read.time)
      certainty.resynchronised(at: epoch)
    }
  }

  /// Whether all bytes have been read that can have been there at a time.
  private func isDrained(_ stream: ByteStream, at time: UInt64) -> Bool {
    stream.queue.available == 0 || !stream.queue.writes.contains { $0.remaining > 0 && $0.begin < time }
  }

  // MARK: - Reads without a buffer

  /// Whether the record may still come of another thread that was before a read or its writers; bytes that can be
  /// compared would tell.
  private func mayBeOvertaken(_ read: StreamRead, of stream: ByteStream) -> Bool {
    read.isSpliced
      && (stream.readers.hasSeveral || stream.writers.hasSeveral && read.filled < read.count)
  }

  func knowledge(
    of read: StreamRead, dividedAs shares: borrowing Shares, of stream: ByteStream,
    content: UnsafeRawBufferPointer?
  ) -> SplicedKnowledge {
    if read.isDisputed { return .nothing }
    // Which of several readers has taken which of several writes, the bytes would have to tell.
    if stream.readers.hasSeveral, stream.writers.hasSeveral { return .backlog }
    // A write that is not known may have come before those that are.
    if certainty.doubt.contains(.place) || hasGap(shares) { return .backlog }
    if read.emptied, stream.queue.available > 0,
      stream.queue.writes.contains(where: { isLeftOver($0, by: read) })
    {
      certainty.lostPlace()
      return .backlog
    }
    guard let content else { return .all }
    for index in shares.indices where isContradicted(shares[index], of: stream, by: content) {
      certainty.lostPlace()
      return .nothing
    }
    return .all
  }

  private func hasGap(_ shares: borrowing Shares) -> Bool {
    for index in shares.indices where shares[index].write == nil { return true }
    return false
  }

  /// Whether a share's bytes are others than its write's.
  private func isContradicted(
    _ share: Share, of stream: ByteStream, by content: UnsafeRawBufferPointer
  ) -> Bool {
    guard let index = share.write, share.offset < content.count, share.inference.isEmpty,
      stream.queue.writes[index].inference.isEmpty
    else { return false }
    let received = UnsafeRawBufferPointer(rebasing: content.dropFirst(share.offset).prefix(share.count))
    let write = stream.queue.writes[index]
    return write.fingerprint.compare(with: received, consumed: share.start, count: write.count) == .different
  }

  /// Whether a write seems unread although a read has found the stream empty: its bytes have gone to somebody unseen.
  private func isLeftOver(_ write: StreamWrite, by read: StreamRead) -> Bool {
    // The rest of a packet is discarded, and an urgent byte is passed.
    write.remaining > 0 && !write.isInFlight && write.end < read.time && !write.isPacket && !write.isUrgent
  }
}
