import DequeModule
import IPCModel

/// What one sending end has sent and nobody has received, and messages received from it whose send is not known yet.
final class MessageQueue {
  let key: ChannelKey

  /// Sent messages, in the order of arrival.
  private(set) var messages = Deque<SentMessage>()
  /// Received messages without known senders, in the order of arrival.
  var reads = Deque<ReceivedMessage>()
  /// Messages that were received before they were reported as sent.
  private(set) var early = EarlyMessages()
  /// Who has sent.
  private(set) var senders = MessageSenders()
  /// Who had before it was of interest.
  private(set) var past = PastMessages()
  /// Who has received.
  private(set) var receivers = MessageReceivers()

  /// Received multicast messages that are kept for those who receive later.
  private var lingering = 0
  private let keptMulticasts: Int
  private var hasOpen = false
  /// Destinations by which this queue can be found.
  var destinations: Set<UInt64> = []
  var lastDestination: UInt64?

  /// State of losses in which everything that is queued was known to be unread.
  var lossEpoch: UInt64
  /// When a record was last about it.
  var lastTouched: UInt64 = 0

  /// - Parameter keptMulticasts: How many messages are kept at most that only some have received.
  init(key: ChannelKey, lossEpoch: UInt64, keeping keptMulticasts: Int) {
    self.key = key
    self.lossEpoch = lossEpoch
    self.keptMulticasts = keptMulticasts
  }

  /// Whether nothing is unread or waited for.
  var isIdle: Bool { messages.isEmpty && reads.isEmpty }

  // MARK: - Senders and receivers

  /// Remembers who sent and when that ended.
  func add(sender: Endpoint, end: UInt64) { senders.add(sender, end: end) }

  /// Remembers who sent messages before it was of interest, of which these many are unread at most.
  func add(past count: Int, by sender: Endpoint, end: UInt64, unread: Int) {
    past.append(sender, count: count, unread: unread)
    senders.add(sender, end: end)
  }

  /// The likely sender of the next message that was sent before; nil if there is none.
  func takePast() -> Endpoint? { past.takeFirst() }

  /// Remembers who received, and by which socket.
  func add(reader tid: Int32, target: UInt64) { receivers.add(tid, target: target) }

  /// Remembers a message that was reported although it was not known as sent.
  func recordEarly(_ message: EarlyMessage) { early.append(message) }

  /// Takes from a message what was received of it before it was known as sent.
  func settleEarly(with message: inout SentMessage) { early.settle(with: &message) }

  /// Forgets early messages that no send can settle any more.
  func dropEarly(before time: UInt64) { early.drop(before: time) }

  // MARK: - Messages

  /// Adds a message behind all others.
  func append(_ message: SentMessage) {
    if messages.isEmpty { lossEpoch = message.lossEpoch }
    if message.isOpen { hasOpen = true }
    messages.append(message)
  }

  /// Adds bytes to the message that the sender holds back.
  ///
  /// - Returns: That message; nil if there is none.
  func extend(with part: SentMessage) -> SentMessage? {
    guard hasOpen, let index = messages.lastIndex(where: { $0.isOpen }) else { return nil }
    guard part.isJoined else {
      // It was let go by another call (UDP_CORK).
      messages[index].close()
      hasOpen = false
      return nil
    }
    messages[index].extend(with: part)
    hasOpen = messages[index].isOpen
    return messages[index]
  }

  /// Takes what was received of a message; removes it if nothing is left.
  ///
  /// - Returns: The message as it was.
  func take(_ count: Int, from index: Int, by target: UInt64) -> SentMessage {
    let message = messages[index]
    if message.isMulticast, !message.hasReceivers { lingering += 1 }
    messages[index].take(count, by: target)
    if messages[index].isFinished { messages.remove(at: index) }
    if lingering > keptMulticasts, let oldest = messages.firstIndex(where: { $0.hasReceivers }) {
      messages.remove(at: oldest)
      lingering -= 1
    }
    return message
  }

  /// Removes messages; `isGone` says which.
  func removeMessages(where isGone: (SentMessage) -> Bool) {
    messages.removeAll(where: isGone)
    lingering = messages.reduce(0) { $0 + ($1.hasReceivers ? 1 : 0) }
  }

  /// Removes and returns the oldest message.
  func removeFirst() -> SentMessage? {
    guard let first = messages.popFirst() else { return nil }
    if first.hasReceivers { lingering -= 1 }
    return first
  }

  /// Learns that these messages are no more certain than the one that was chosen among them.
  func markInferred(_ index: Int) { messages[index].isInferred = true }

  /// Learns that the contents of a message lay in the queue of a socket that nobody has any more.
  func markUnread(_ index: Int, number: UInt64) { messages[index].unread = number }

  /// Learns that a message behind it was received first.
  func markPassedOver(_ index: Int, at time: UInt64) {
    if messages[index].passedOver == 0 { messages[index].passedOver = time }
  }
}
