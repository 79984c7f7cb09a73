import DequeModule
import IPCModel

extension MessageQueue {
  /// Adds the messages that can be what was received to a candidates.
  ///
  /// - Parameters:
  ///   - bytes: What was captured of it.
  ///   - isByDestination: Whether the sender is not known, so that the destination must be the same.
  ///   - takesFirst: Whether the first one is enough, because all are from one source.
  func count(
    _ read: ReceivedMessage, bytes: UnsafeRawBufferPointer?, isByDestination: Bool, takesFirst: Bool,
    into candidates: inout MessageCandidates
  ) {
    for index in messages.indices {
      guard let verdict = compare(index, with: read, bytes: bytes, isByDestination: isByDestination) else {
        continue
      }
      candidates.add(index, of: self, verdict)
      if takesFirst, verdict == .equal || read.kept == 0 { return }
    }
  }

  /// Compares a message with what was received; nil if it was another one.
  private func compare(
    _ index: Int, with read: ReceivedMessage, bytes: UnsafeRawBufferPointer?, isByDestination: Bool
  ) -> Fingerprint.Verdict? {
    guard messages[index].begin <= read.time,
      let verdict = messages[index].compare(count: read.count, isFilled: read.isFilled, bytes: bytes),
      verdict != .different
    else { return nil }
    let route = messages[index].route
    guard messages[index].isMulticast || route.canEnd(at: read.route),
      !messages[index].wasReceived(by: read.route.target)
    else {
      return nil
    }
    if isByDestination, !isDestination(route, of: read) { return nil }
    return verdict
  }

  private func isDestination(_ route: MessageRoute, of read: ReceivedMessage) -> Bool {
    // Unix sockets have no ports, and are the same if their addresses are.
    if route.target != 0, route.target == read.route.target { return true }
    return read.route.destinationPort != 0 && route.hasDestination(of: read.route)
  }

  /// Whether another thread's message is as possible as the chosen one.
  ///
  /// - Parameter chosen: Earliest of those that come into question. It is certain if it was there before any other
  ///   one's send began, unless several threads receive, whose records may have overtaken each other.
  func hasRival(
    of chosen: MessageCandidates, _ read: ReceivedMessage, bytes: UnsafeRawBufferPointer?,
    isByDestination: Bool,
    marks: Bool
  ) -> Bool {
    var isRivalled = false
    for index in messages.indices where messages[index].source != chosen.source || marks {
      guard let verdict = compare(index, with: read, bytes: bytes, isByDestination: isByDestination),
        verdict == .equal || !chosen.isEqual
      else { continue }
      if marks {
        markInferred(index)
      } else if receivers.hasSeveralThreads || messages[index].begin < chosen.time {
        isRivalled = true
      }
    }
    return isRivalled
  }
}

/// The sent messages that come into question for a received one.
struct MessageCandidates {
  /// The earliest of them.
  private(set) var queue: MessageQueue?
  private(set) var index = 0
  private(set) var source = Endpoint.unknown
  private(set) var time = UInt64.max
  /// How many there are.
  private(set) var count = 0
  /// Whether they are equal, and not only of equal length.
  private(set) var isEqual = false
  /// Whether different threads sent them.
  private(set) var hasSeveralSources = false

  mutating func add(_ index: Int, of queue: MessageQueue, _ verdict: Fingerprint.Verdict) {
    if verdict == .equal, !isEqual {
      // Bytes that are known to be equal go before those of which nothing is known.
      self = MessageCandidates()
      isEqual = true
    } else if verdict != .equal, isEqual {
      return
    }
    count += 1
    let other = queue.messages[index].source
    if count > 1, other != source { hasSeveralSources = true }
    guard queue.messages[index].settled < time else { return }
    self.queue = queue
    self.index = index
    source = other
    time = queue.messages[index].settled
  }
}
