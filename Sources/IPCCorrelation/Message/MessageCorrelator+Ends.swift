import DequeModule
import IPCModel
import RecordLayout

/// What becomes of messages that nobody receives.
extension MessageCorrelator {
  func finish(at time: UInt64, channels live: OpenChannels, into buffer: inout ReorderBuffer) {
    for queue in queues.values {
      for message in queue.messages { appendUndelivered(message, of: queue, at: time, &buffer) }
    }
    unread.release(before: .max, &buffer.contents)
    queues = [:]
    inodes = [:]
    destinations = [:]
    messageCount = 0
  }

  /// Tells a message as not received, unless that is not known.
  func appendUndelivered(
    _ message: SentMessage, of queue: MessageQueue, at time: UInt64, isConcluded: Bool = false,
    _ buffer: inout ReorderBuffer
  ) {
    // A datagram that may have left this host is not reported, and one whose receive may have been lost neither.
    guard isUnix || message.route.has(IPC_SOCKET_LOCAL), !message.hasReceivers,
      message.lossEpoch == lossEpoch, queue.lossEpoch == lossEpoch
    else { return }
    let contents = unread.take(message.unread)
    events.appendUndelivered(message, at: time, contents, isConcluded: isConcluded, &buffer)
  }

  // MARK: - Limits

  /// Messages that are kept of one sending end, and of all.
  private static var queueLimit: Int { 4096 }
  private static var limit: Int { 65536 }

  /// Lets go of the oldest messages if there are too many; they are reported as not received, which is inferred.
  func makeRoom(in queue: MessageQueue, at time: UInt64, _ buffer: inout ReorderBuffer) {
    while queue.messages.count >= Self.queueLimit, let oldest = queue.removeFirst() {
      messageCount -= 1
      appendUndelivered(oldest, of: queue, at: time, isConcluded: true, &buffer)
    }
    if messageCount < Self.limit { return }
    // In one go for many, because finding the oldest takes a walk through all.
    let times = queues.values.flatMap { $0.messages.map(\.time) }.sorted()
    let bound = times.isEmpty ? time : times[times.count / 8]
    for queue in queues.values {
      while let first = queue.messages.first, first.time <= bound {
        _ = queue.removeFirst()
        appendUndelivered(first, of: queue, at: time, isConcluded: true, &buffer)
      }
    }
    messageCount = queues.values.reduce(0) { $0 + $1.messages.count }
  }

  // MARK: - Sweeps

  /// How long a message is not doubted: a look may have been taken before its receiver was made.
  private static var rest: UInt64 { 2_000_000_000 }
  /// The same if its receiver was not accepted, so that no look can show it.
  private static var restUnaccepted: UInt64 { 60_000_000_000 }
  /// How long a datagram is kept that may have left this host.
  private static var restAbroad: UInt64 { 10_000_000_000 }
  /// How long a netlink message is kept that was sent to a group, of which nobody knows who listens.
  private static var restInGroup: UInt64 { 120_000_000_000 }
  private var restOfMulticasts: UInt64 { kind == .netlink ? Self.restInGroup : Self.restAbroad }
  /// Messages to a group that are kept of one sending end although somebody has received them.
  var keptMulticasts: Int { kind == .netlink ? Self.queueLimit : 64 }
  /// How long a sendmmsg(2) is believed to go on.
  private static var longestBatch: UInt64 { 60_000_000_000 }

  var wantsOpenChannels: Bool { look.isDue }

  func sweep(at time: UInt64, channels live: OpenChannels?, into buffer: inout ReorderBuffer) {
    names.tidy(at: time, live, &buffer)
    unread.tidy(at: time, &buffer.contents)
    internet.tidy(at: time, &buffer)
    if !batches.isEmpty {
      let old = batches.filter { $0.value.time + Self.longestBatch < time }.keys
      for tid in old { batches[tid] = nil }
    }
    let rest: UInt64 = queues.count > 4096 ? 100_000_000 : Self.rest
    var resting = 0
    var hasFound = false
    var idle: [MessageQueue] = []
    for queue in queues.values {
      // Only a long call tells its sends so late.
      queue.dropEarly(before: time - min(time, batches.isEmpty ? Self.rest : Self.longestBatch))
      if let first = queue.messages.first, first.time + Self.rest < time {
        if tidy(queue, at: time, live, &buffer) { hasFound = true }
        if !queue.messages.isEmpty { resting += 1 }
      }
      if queue.isIdle, queue.early.isEmpty, queue.lastTouched + rest < time { idle.append(queue) }
    }
    forget(idle)
    messageCount = queues.values.reduce(0) { $0 + $1.messages.count }
    if names.isCrowded { resting += names.count }
    look.note(unread: resting, hasLooked: live != nil, found: hasFound)
  }

  /// Lets go of a queue's old messages that nobody can receive any more.
  ///
  /// - Returns: Whether the look has shown any.
  private func tidy(
    _ queue: MessageQueue, at time: UInt64, _ live: OpenChannels?, _ buffer: inout ReorderBuffer
  ) -> Bool {
    if !isUnix { expirePassedOver(in: queue, at: time, &buffer) }
    var hasFound = false
    queue.removeMessages { message in
      guard message.time + Self.rest < time else { return false }
      if message.hasReceivers, kind != .netlink { return true }
      if !isUnix, !message.route.has(IPC_SOCKET_LOCAL) { return message.time + restOfMulticasts < time }
      guard let live, isGone(message, live, at: time) else { return false }
      hasFound = true
      appendUndelivered(message, of: queue, at: time, &buffer)
      return true
    }
    return hasFound
  }

  /// Whether nobody holds a socket any more that a message goes to.
  private func isGone(_ message: SentMessage, _ live: OpenChannels, at time: UInt64) -> Bool {
    let route = message.route
    if !isUnix { return !live.hasSocket(route.receivers(kind)) }
    if route.target == 0 { return false }
    if route.targetInode == 0 { return message.time + Self.restUnaccepted < time }
    return !live.hasSocket(ChannelKey(address: route.target, identity: route.targetInode))
  }

  /// Lets go of queues in which nothing is left.
  private func forget(_ idle: [MessageQueue]) {
    var places: Set<UInt64> = []
    for queue in idle {
      queues[queue.key] = nil
      if inodes[queue.key.address] == queue.key.identity { inodes[queue.key.address] = nil }
      places.formUnion(queue.destinations)
    }
    for place in places {
      destinations[place]?.removeAll { queues[$0.key] !== $0 }
      if destinations[place]?.isEmpty == true { destinations[place] = nil }
    }
  }
}
