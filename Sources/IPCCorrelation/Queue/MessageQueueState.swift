import IPCModel
import RecordLayout

/// A message that lies in a queue, or may.
struct QueuedMessage {
  /// Who sent it.
  let source: Endpoint
  let isInScope: Bool
  /// When the call that sent it began, if that was seen, and when it ended.
  let began: UInt64
  let ended: UInt64
  /// Priority or type.
  let label: Int64
  /// Bytes of the message.
  let count: Int
  let fingerprint: Fingerprint

  init(_ raw: ipc_queued, _ rest: UnsafeRawBufferPointer) {
    source = Endpoint(raw.transfer)
    isInScope = raw.transfer.header.has(IPC_FLAG_IN_SCOPE)
    ended = raw.transfer.header.time
    began = raw.began == 0 ? ended : min(raw.began, ended)
    label = raw.label
    count = raw.transfer.moved
    fingerprint = Fingerprint(raw.transfer.captured(of: rest), suffix: Int(raw.transfer.suffix))
  }

  /// Whether a receiver can have got this one.
  func isLike(_ receipt: QueueReceipt, _ bytes: UnsafeRawBufferPointer?) -> Bool {
    if began > receipt.time { return false }
    if let label = receipt.label, label != self.label { return false }
    guard count == receipt.count || (receipt.isFilled && count > receipt.count) else { return false }
    guard let bytes else { return true }
    return fingerprint.compare(with: bytes, consumed: 0, count: count) != .different
  }

  /// Whether it is not known which of two messages was put into the queue first.
  func overlaps(_ other: QueuedMessage) -> Bool { began <= other.ended && other.began <= ended }
}

/// A message that was received, and whose sender is still to be found.
struct QueueReceipt {
  /// Who received it.
  let destination: Endpoint
  let isInScope: Bool
  let time: UInt64
  /// Priority or type; nil if the receiver did not ask.
  let label: Int64?
  /// Bytes that it has got.
  let count: Int
  /// Whether the message may have been longer.
  let isFilled: Bool
  var piece: ContentArena.Piece = .none
  var wanted = 0
  var isShort = false

  init(_ raw: ipc_queued) {
    destination = Endpoint(raw.transfer)
    isInScope = raw.transfer.header.has(IPC_FLAG_IN_SCOPE)
    time = raw.transfer.header.time
    label = raw.traits & IPC_QUEUED_LABELED.rawValue != 0 ? raw.label : nil
    count = raw.transfer.moved
    isFilled = raw.traits & IPC_QUEUED_FILLED.rawValue != 0
  }
}

/// What is known of one queue.
final class MessageQueueState {
  let key: ChannelKey
  /// What it is called: a path, or a key.
  var name: TextID?
  /// What lies in it, in the order of time.
  var messages: [QueuedMessage] = []
  /// What was received and is not decided, in the order of time.
  var receipts: [QueueReceipt] = []
  /// Messages in it whose senders were not seen, since they were there before.
  var unseen = 0
  /// When it was met.
  private let met: UInt64
  /// Whether records are missing since it was last known to be empty.
  var isDoubtful = false
  var lastTouched: UInt64 = 0

  /// Meets a queue by its first record.
  init(_ raw: ipc_queued, key: ChannelKey) {
    self.key = key
    met = raw.transfer.header.time
    let isKnown = raw.traits & IPC_QUEUED_SEEN.rawValue != 0
    let isSend = UInt32(raw.transfer.header.type) == IPC_RECORD_WRITE.rawValue
    // What was received lay there before, too.
    if isKnown { unseen = Int(raw.transfer.unread) + (isSend ? 0 : 1) }
  }

  /// Adds what was sent.
  func append(_ message: QueuedMessage) {
    // It was counted when the queue was met.
    if message.began <= met, unseen > 0 { unseen -= 1 }
    messages.insert(message, at: messages.endIndex(after: message.ended) { $0.ended })
  }

  /// Adds what was received.
  func append(_ receipt: QueueReceipt) {
    receipts.insert(receipt, at: receipts.endIndex(after: receipt.time) { $0.time })
  }

  /// The message that a receiver has got.
  ///
  /// - Parameters:
  ///   - bytes: Its first ones, as received.
  ///   - ordersByLabel: Whether the highest label comes first (mq_overview(7)); else, of one label, the first.
  /// - Returns: Its place; nil if none is like it. Not certain if others are like it of which it is not known whether they
  ///   came first.
  func message(
    of receipt: QueueReceipt, _ bytes: UnsafeRawBufferPointer?, ordersByLabel: Bool
  ) -> (index: Int, isCertain: Bool)? {
    var best: Int?
    for index in messages.indices where messages[index].isLike(receipt, bytes) {
      guard let known = best else {
        best = index
        continue
      }
      if ordersByLabel, messages[index].label > messages[known].label { best = index }
    }
    guard let best else { return nil }
    let chosen = messages[best]
    let isRivalled = messages.indices.contains { index in
      let other = messages[index]
      return index != best && other.source != chosen.source && other.isLike(receipt, bytes)
        && (other.label == chosen.label
          ? other.overlaps(chosen) : other.ended > receipt.time || chosen.ended > receipt.time)
    }
    return (best, !isRivalled && unseen == 0 && !isDoubtful)
  }
}

extension Array {
  /// Where an element belongs behind all that are not later.
  fileprivate func endIndex(after time: UInt64, _ timeOf: (Element) -> UInt64) -> Int {
    var index = count
    while index > 0, timeOf(self[index - 1]) > time { index -= 1 }
    return index
  }
}
