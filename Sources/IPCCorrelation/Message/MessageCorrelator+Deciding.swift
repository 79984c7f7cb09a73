import DequeModule
import IPCModel
import RecordLayout

/// Which sent message is the received one.
extension MessageCorrelator {
  /// Matches a message whose sending socket is known, and reports it; false if that is not possible yet.
  ///
  /// An equal message that another thread has sent by the same socket at the same time, and whose record has not come
  /// yet, is not waited for.
  func decide(_ read: ReceivedMessage, in queue: MessageQueue, _ buffer: inout ReorderBuffer) -> Bool {
    let bytes = buffer.contents.bytes(of: read.content)
    var candidates = MessageCandidates()
    let takesFirst = !queue.senders.areSeveral && queue.past.isEmpty && queue.lossEpoch == lossEpoch
    queue.count(read, bytes: bytes, isByDestination: false, takesFirst: takesFirst, into: &candidates)
    guard candidates.queue != nil else { return false }
    var isInferred = false
    if candidates.hasSeveralSources {
      isInferred = queue.hasRival(of: candidates, read, bytes: bytes, isByDestination: false, marks: false)
      if isInferred {
        _ = queue.hasRival(of: candidates, read, bytes: bytes, isByDestination: false, marks: true)
      }
    }
    append(read, as: candidates, isInferred: isInferred, &buffer)
    return true
  }

  /// The same for a message whose sending socket is not known: any that sends to its receiver comes into question.
  func decideOrphan(_ read: ReceivedMessage, _ buffer: inout ReorderBuffer) -> Bool {
    let destination = isUnix ? read.route.target : UInt64(read.route.destinationPort)
    guard let senders = destinations[destination] else { return false }
    let bytes = buffer.contents.bytes(of: read.content)
    var candidates = MessageCandidates()
    for queue in senders {
      queue.count(read, bytes: bytes, isByDestination: true, takesFirst: false, into: &candidates)
    }
    guard candidates.queue != nil else { return false }
    var isInferred = false
    if candidates.hasSeveralSources {
      for queue in senders
      where queue.hasRival(of: candidates, read, bytes: bytes, isByDestination: true, marks: false) {
        isInferred = true
      }
      for queue in senders where isInferred {
        _ = queue.hasRival(of: candidates, read, bytes: bytes, isByDestination: true, marks: true)
      }
    }
    append(read, as: candidates, isInferred: isInferred, &buffer)
    return true
  }

  private func append(
    _ read: ReceivedMessage, as candidates: MessageCandidates, isInferred: Bool, _ buffer: inout ReorderBuffer
  ) {
    guard let queue = candidates.queue else { return }
    let before = queue.messages.count
    queue.lastTouched = max(queue.lastTouched, read.time)
    if !isUnix { markPassedOver(in: queue, before: candidates.index, at: read.time) }
    let length =
      queue.messages[candidates.index].length(ofReceived: read.count, isFilled: read.isFilled) ?? read.count
    let message = queue.take(length, from: candidates.index, by: read.route.target)
    if queue.lossEpoch != lossEpoch { resynchronize(queue, after: message, read, candidates) }
    if !isUnix { expirePassedOver(in: queue, behind: candidates.index, at: read.time, &buffer) }
    messageCount += queue.messages.count - before
    events.append(
      read, count: length, from: message.source, isInScope: message.isInScope,
      isInferred: isInferred || message.isInferred, message: message, &buffer)
  }

  // MARK: - Without a match

  /// Reports a message whose send has not become known in time.
  func force(_ read: ReceivedMessage, in queue: MessageQueue?, _ buffer: inout ReorderBuffer) {
    var source = Endpoint.unknown
    var isInScope = false
    var isInferred = true
    var owner = queue
    // A datagram can have been queued before its socket was connected to somebody else.
    if !isUnix, queue != nil, decideOrphan(read, &buffer) { return }
    let batch = soleBatch(for: read)
    // What no send is known of may be from another host, and is not reported then.
    if batch == nil, !isUnix, !read.route.has(IPC_SOCKET_LOCAL) {
      return buffer.contents.release(read.content)
    }
    if let batch {
      source = batch.source
      isInScope = batch.isInScope
      isInferred = queue?.senders.contains(otherThan: source.tid) ?? true
      if owner == nil, batch.route.key.address != 0 { owner = meet(batch.route.key, at: read.time) }
    } else if let queue {
      source = likelySource(of: read, in: queue)
    }
    // After a loss, the send is not late but lost.
    if let owner, batch != nil || read.lossEpoch == lossEpoch {
      let bytes = buffer.contents.bytes(of: read.content).map { Fingerprint($0, suffix: 0) } ?? Fingerprint()
      owner.recordEarly(
        EarlyMessage(count: read.count, isFilled: read.isFilled, bytes: bytes, time: read.time))
    }
    events.append(
      read, count: read.count, from: source, isInScope: isInScope, isInferred: isInferred, message: nil,
      &buffer)
  }

  /// Who has probably sent what was sent unseen.
  private func likelySource(of read: ReceivedMessage, in queue: MessageQueue) -> Endpoint {
    if let past = queue.takePast() { return past }
    if hasForgotten { return .unknown }
    let key = isUnix ? queue.key : read.route.senders(kind)
    let initial = initialWriters[key]?.soleWriter
    // Without a loss, it was sent before the trace began.
    if lossEpoch == 0 { return initial ?? queue.senders.sole ?? .unknown }
    return (!queue.senders.isEmpty ? queue.senders.sole : initial) ?? .unknown
  }

  /// The only thread whose unfinished sendmmsg(2) can have sent a message.
  private func soleBatch(for read: ReceivedMessage) -> MessageBatch? {
    var found: MessageBatch?
    for batch in batches.values where batch.ended == 0 && batch.time <= read.time {
      guard canHaveSent(batch, read) else { continue }
      if found != nil { return nil }
      found = batch
    }
    return found
  }

  private func canHaveSent(_ batch: MessageBatch, _ read: ReceivedMessage) -> Bool {
    let from = batch.route, to = read.route
    if to.key.address == 0 {
      return isUnix ? from.target != 0 && from.target == to.target : from.hasDestination(of: to)
    }
    // The messages of one call can go to different destinations, of which only the first may be known.
    if isUnix { return from.key.address == to.key.address }
    return from.key == to.key
      || (from.sourcePort != 0 && from.sourcePort == to.sourcePort && from.netns == to.netns)
  }

  // MARK: - Skipped messages

  /// A message that comes before a received one was received unseen if there was a loss.
  private func resynchronize(
    _ queue: MessageQueue, after message: SentMessage, _ read: ReceivedMessage,
    _ candidates: MessageCandidates
  ) {
    if !queue.receivers.hasSeveralSockets || read.route.target != 0 && isUnix {
      queue.removeMessages { other in
        other.lossEpoch != lossEpoch && other.settled <= message.begin && !other.isMulticast
          && other.route.canEnd(at: read.route)
      }
    }
    // Of equal messages, it is not known which one was received.
    guard candidates.isEqual, candidates.count == 1 else { return }
    if queue.messages.allSatisfy({ $0.lossEpoch == lossEpoch }) {
      queue.lossEpoch = lossEpoch
    }
  }

  /// Datagrams that are overtaken in the trace for so long, or by so many, were dropped by the kernel.
  private static var overtakers: Int { 256 }

  private func markPassedOver(in queue: MessageQueue, before index: Int, at time: UInt64) {
    guard index > 0, !queue.receivers.hasSeveralSockets else { return }
    let begin = queue.messages[index].begin
    // Those before the last marked one were marked with it.
    for other in stride(from: index - 1, through: 0, by: -1) {
      if queue.messages[other].passedOver != 0 { break }
      if queue.messages[other].isMulticast || queue.messages[other].settled > begin { continue }
      queue.markPassedOver(other, at: time)
    }
  }

  func expirePassedOver(
    in queue: MessageQueue, behind index: Int = 0, at time: UInt64, _ buffer: inout ReorderBuffer
  ) {
    var excess = index - Self.overtakers
    while let first = queue.messages.first, first.passedOver != 0 {
      guard excess > 0 || first.passedOver + settings.matchTimeout <= time else { return }
      excess -= 1
      appendUndelivered(first, of: queue, at: time, &buffer)
      _ = queue.removeFirst()
    }
  }
}
