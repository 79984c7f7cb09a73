import IPCModel
import RecordLayout

/// Makes the events of message queues.
struct QueueEvents {
  let kind: Kind
  private let captureLimit: Int
  private var words = MissingBytes.Words()

  init(_ kind: Kind, captureLimit: Int) {
    self.kind = kind
    self.captureLimit = captureLimit
  }

  /// What a queue is called by its key; nil if it has a name of its own, or it is not known.
  func name(of raw: ipc_queued, in texts: inout TextTable) -> TextID? {
    guard kind == .sysvMessage, raw.traits & IPC_QUEUED_SEEN.rawValue != 0 else { return nil }
    return texts.add(SysVKey.text(raw.key))
  }

  /// Tells what was received. Takes over its content.
  ///
  /// - Parameter message: The message, and whether it is certain that it was this one; nil if its sender is not known.
  mutating func append(
    _ receipt: QueueReceipt, _ message: (sent: QueuedMessage, isCertain: Bool)?, in queue: MessageQueueState?,
    _ buffer: inout ReorderBuffer
  ) {
    let count = message?.sent.count ?? receipt.count
    var event = Event(
      time: receipt.time, kind: kind, source: message?.sent.source ?? .unknown,
      destination: receipt.destination,
      count: UInt64(count))
    if receipt.isInScope || message?.sent.isInScope == true { event.traits.insert(.inScope) }
    if let message {
      event.setDelay(written: message.sent.ended, read: receipt.time)
      if !message.isCertain { event.traits.insert(.inferredSource) }
    }
    setMeta(of: &event, label: message?.sent.label ?? receipt.label, in: queue)
    if kind == .sysvMessage, receipt.count < count {
      event.set(Kind.SysVMessage.received, to: UInt64(receipt.count))
    }
    buffer.append(event, content: content(of: receipt, &event, &buffer))
  }

  /// The bytes that are shown of what was received.
  private mutating func content(
    of receipt: QueueReceipt, _ event: inout Event, _ buffer: inout ReorderBuffer
  ) -> ContentArena.Piece {
    if captureLimit == 0 {
      buffer.contents.release(receipt.piece)
      return .none
    }
    let key = kind == .mqueue ? Kind.MQueue.bytesMissing : Kind.SysVMessage.bytesMissing
    let piece = words.finish(
      receipt.piece, wanted: receipt.wanted, isShort: receipt.isShort, of: &event, key, &buffer)
    return piece.isNone && receipt.count == 0
      ? buffer.contents.allocate(0) : piece.slice(from: 0, count: captureLimit)
  }

  /// Tells what nobody has received.
  func appendUndelivered(
    _ message: QueuedMessage, at time: UInt64, in queue: MessageQueueState, _ buffer: inout ReorderBuffer
  ) {
    var event = Event(
      time: time, kind: kind, source: message.source, destination: .unknown, count: UInt64(message.count),
      traits: .undelivered)
    if message.isInScope { event.traits.insert(.inScope) }
    setMeta(of: &event, label: message.label, in: queue)
    // Nobody received the bytes, so only the first ones of the send itself are at hand.
    let content =
      captureLimit == 0
      ? .none
      : message.fingerprint.withPrefix { prefix in
        buffer.contents.store(UnsafeRawBufferPointer(rebasing: prefix.prefix(captureLimit)))
      }
    buffer.append(event, content: content)
  }

  private func setMeta(of event: inout Event, label: Int64?, in queue: MessageQueueState?) {
    if kind == .mqueue {
      if let name = queue?.name { event.set(Kind.MQueue.name, to: name) }
      event.set(Kind.MQueue.count, to: event.count)
      if let label { event.set(Kind.MQueue.priority, to: UInt64(bitPattern: label)) }
      if let queue { event.set(Kind.MQueue.inode, to: queue.key.identity) }
    } else {
      if let name = queue?.name { event.set(Kind.SysVMessage.key, to: name) }
      if let queue { event.set(Kind.SysVMessage.id, to: queue.key.identity) }
      if let label { event.set(Kind.SysVMessage.type, to: label) }
      event.set(Kind.SysVMessage.count, to: event.count)
    }
  }
}
