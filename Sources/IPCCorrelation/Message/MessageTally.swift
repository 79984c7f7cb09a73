import DequeModule
import IPCModel

/// The sent messages that come into question for a received one.
struct MessageTally {
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
      self = MessageTally()
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
