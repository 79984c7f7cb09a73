import DequeModule
import IPCModel

/// What one sending end has sent and nobody has received, and messages received from it whose send is not known yet.
final class MessageQueue {
  let key: ChannelKey

  /// Sent messages, in the order of arrival.
  private(set) var messages = Deque<SentMessage>()
  /// Received messages without known senders, in the order of arrival.
  var reads = Deque<ReceivedMessage>()
  /// Messages that were received before they were told as sent; bounded, the oldest goes first.
  private var debts = Deque<MessageDebt>()
  private static let keptDebts = 4096

  /// The last threads that sent, and when each one's last send ended; bounded, the oldest goes first.
  private var writers: [(source: Endpoint, end: UInt64)] = []
  private static let rememberedWriters = 64
  /// Whether more than one thread, or one under several names, has sent.
  private(set) var hasSeveralSources = false

  private var reader: Int32?
  private var target: UInt64 = 0
  /// Whether more than one thread has received from here.
  private(set) var hasSeveralReaders = false
  /// Whether more than one socket has.
  private(set) var hasSeveralTargets = false

  /// Received multicast messages that are kept for those who receive later.
  private var lingering = 0
  private static let keptMulticasts = 64
  private var hasOpen = false
  /// Destinations by which this queue can be found.
  var destinations: Set<UInt64> = []
  var lastDestination: UInt64?

  /// State of losses in which everything that is queued was known to be unread.
  var lossGeneration: UInt64
  /// When a record last told about it.
  var lastTouched: UInt64 = 0

  init(key: ChannelKey, lossGeneration: UInt64) {
    self.key = key
    self.lossGeneration = lossGeneration
  }

  /// Whether nothing is unread or waited for.
  var isIdle: Bool { messages.isEmpty && reads.isEmpty }

  /// The only thread that ever sent from here.
  var soleWriter: Endpoint? { writers.count == 1 ? writers[0].source : nil }

  /// Whether any thread but this one is known to have sent.
  func hasWriter(otherThan tid: Int32) -> Bool { writers.contains { $0.source.tid != tid } }
  var hasWriters: Bool { !writers.isEmpty }

  // MARK: - Senders and receivers

  /// Remembers who sent and when that ended.
  func note(writer: Endpoint, end: UInt64) {
    if let index = writers.firstIndex(where: { $0.source.tid == writer.tid }) {
      if writers[index].source != writer { hasSeveralSources = true }
      writers[index] = (writer, end)
      return
    }
    if !writers.isEmpty { hasSeveralSources = true }
    // Two must stay, or the last one would look like the only one.
    if writers.count == Self.rememberedWriters { writers.removeFirst() }
    writers.append((writer, end))
  }

  /// When a thread's last send ended; 0 if it is not known.
  func lastEnd(of tid: Int32) -> UInt64 { writers.first { $0.source.tid == tid }?.end ?? 0 }

  /// Remembers who received, and by which socket.
  func note(reader tid: Int32, target: UInt64) {
    if let reader, reader != tid { hasSeveralReaders = true }
    reader = tid
    if self.target != 0, self.target != target { hasSeveralTargets = true }
    self.target = target
  }

  // MARK: - Messages

  /// Adds a message behind all others.
  func append(_ message: SentMessage) {
    if messages.isEmpty { lossGeneration = message.lossGeneration }
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
    if lingering > Self.keptMulticasts, let oldest = messages.firstIndex(where: { $0.hasReceivers }) {
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

  /// Learns that a message behind it was received first.
  func markPassedOver(_ index: Int, at time: UInt64) {
    if messages[index].passedOver == 0 { messages[index].passedOver = time }
  }

  // MARK: - Debts

  /// Notes a message that was told although it was not known as sent.
  func owe(_ debt: MessageDebt) {
    if debts.count == Self.keptDebts { debts.removeFirst() }
    debts.append(debt)
  }

  /// Settles debts with a message that may have been meant.
  func settleDebts(with message: inout SentMessage) {
    guard !debts.isEmpty else { return }
    let begin = message.begin
    while !message.isFinished,
      let index = debts.firstIndex(where: { debt in
        guard debt.time >= begin else { return false }
        let verdict = debt.bytes.withPrefix {
          message.compare(count: debt.count, isFilled: debt.isFilled, bytes: $0)
        }
        return verdict != nil && verdict != .different
      })
    {
      let debt = debts[index]
      if let length = message.length(ofReceived: debt.count, isFilled: debt.isFilled) {
        message.take(length, by: 0)
      }
      debts.remove(at: index)
    }
  }

  /// Forgets debts that no send can settle any more.
  func dropDebts(before time: UInt64) {
    while let first = debts.first, first.time < time { debts.removeFirst() }
  }

  var hasDebts: Bool { !debts.isEmpty }
}
