import IPCModel
import RecordLayout

/// Message queues that the kernel keeps (mq_overview(7), sysvipc(7)): who sent a message that is received is told by its label,
/// its length and its bytes; of messages that are alike, the first is received first.
final class QueueCorrelator: KindCorrelator {
  /// Messages of a queue that are remembered, at most.
  private static let messageLimit = 65_536
  /// Queues that are remembered though they rest.
  private static let restingLimit = 1024

  private let settings: CorrelatorSettings
  private var queues: [ChannelKey: MessageQueueState] = [:]
  private var arriving = ArrivingContents<(queue: ChannelKey, receipt: QueueReceipt)>()
  private var events: QueueEvents

  init(_ kind: Kind, _ settings: CorrelatorSettings) {
    self.settings = settings
    events = QueueEvents(kind, captureLimit: Int(clamping: settings.captureLimit))
  }

  // MARK: - Records

  func take(_ record: UnsafeRawBufferPointer, header: ipc_header, into buffer: inout ReorderBuffer) {
    switch UInt32(header.type) {
    case IPC_RECORD_WRITE.rawValue:
      guard let (raw, rest) = record.record(ipc_queued.self) else { return }
      let queue = meet(raw, &buffer)
      queue.append(QueuedMessage(raw, rest))
      if queue.messages.count > Self.messageLimit { queue.messages.removeFirst() }
    case IPC_RECORD_READ.rawValue:
      guard let (raw, rest) = record.record(ipc_queued.self) else { return }
      let wanted = min(raw.transfer.moved, settings.receivedLimit)
      arriving.append(
        (meet(raw, &buffer).key, QueueReceipt(raw)), header, raw.transfer.captured(of: rest), wanted: wanted,
        into: &buffer, receive)
    case IPC_RECORD_CONTENT.rawValue: arriving.take(record, header, into: &buffer, receive)
    case IPC_RECORD_REMOVED.rawValue:
      guard let (raw, _) = record.record(ipc_queued.self) else { return }
      removed.append((raw.transfer.key, header.time))
    case IPC_RECORD_CHANNEL.rawValue: takeName(record, &buffer)
    default: return
    }
  }

  /// Queues that were removed, and when; what lies in them is decided when all that was received is.
  private var removed: [(key: ChannelKey, time: UInt64)] = []

  private func meet(_ raw: ipc_queued, _ buffer: inout ReorderBuffer) -> MessageQueueState {
    let key = raw.transfer.key
    let queue = queues[key] ?? MessageQueueState(raw, key: key)
    queues[key] = queue
    queue.lastTouched = raw.transfer.header.time
    if queue.name == nil, let name = names.removeValue(forKey: key) ?? events.name(of: raw, in: &buffer.texts)
    {
      queue.name = name
    }
    return queue
  }

  /// Names of queues of which nothing else is known yet.
  private var names: [ChannelKey: TextID] = [:]

  private func takeName(_ record: UnsafeRawBufferPointer, _ buffer: inout ReorderBuffer) {
    guard let (raw, rest) = record.record(ipc_channel.self) else { return }
    let key = ChannelKey(address: raw.channel, identity: raw.inode)
    let text = buffer.texts.add(SocketNames.path(fromComponents: rest.first(raw.length)))
    if let queue = queues[key] {
      if let old = queue.name { retiredNames.append(old) }
      queue.name = text
    } else {
      if names.count >= Self.restingLimit { names.removeAll() }
      names[key] = text
    }
  }

  private func receive(
    _ arrived: ArrivingContents<(queue: ChannelKey, receipt: QueueReceipt)>.Arrived,
    _ buffer: inout ReorderBuffer
  ) {
    var receipt = arrived.operation.receipt
    receipt.piece = arrived.piece
    receipt.wanted = arrived.wanted
    receipt.isShort = arrived.isShort
    guard let queue = queues[arrived.operation.queue] else {
      return events.append(receipt, nil, in: nil, &buffer)
    }
    queue.append(receipt)
  }

  // MARK: - Deciding

  func settle(before time: UInt64, into buffer: inout ReorderBuffer) {
    arriving.settle(before: time, into: &buffer, receive)
    let (sum, isOver) = time.addingReportingOverflow(settings.matchTimeout)
    let now = isOver ? .max : sum
    // Records of other CPUs may come until then.
    let known = now == .max ? .max : now > settings.reorderWindow ? now - settings.reorderWindow : 0
    for queue in queues.values where !queue.receipts.isEmpty {
      decide(queue, known: known, overdue: time, &buffer)
    }
    finishRemoved(known: known, &buffer)
  }

  /// Decides what was received before a time, as far as senders are known, or cannot be found any more.
  private func decide(
    _ queue: MessageQueueState, known: UInt64, overdue: UInt64, _ buffer: inout ReorderBuffer
  ) {
    var left: [QueueReceipt] = []
    for receipt in queue.receipts {
      guard receipt.time <= known else {
        left.append(receipt)
        continue
      }
      let bytes = buffer.contents.bytes(of: receipt.piece)
      let found = queue.message(of: receipt, bytes, ordersByLabel: events.kind == .mqueue)
      // What was received before may be what makes it uncertain.
      let isOpen = found == nil ? receipt.time >= overdue : !(found?.isCertain ?? true) && !left.isEmpty
      if isOpen {
        left.append(receipt)
        continue
      }
      events.append(
        receipt, found.map { (queue.messages[$0.index], $0.isCertain) }, in: queue, &buffer)
      if let found {
        queue.messages.remove(at: found.index)
      } else if queue.unseen > 0 {
        queue.unseen -= 1
      }
    }
    queue.receipts = left
  }

  private func finishRemoved(known: UInt64, _ buffer: inout ReorderBuffer) {
    removed.removeAll { key, time in
      guard time <= known else { return false }
      guard let queue = queues[key] else { return true }
      if !queue.receipts.isEmpty { return false }
      forget(queue, at: time, &buffer)
      return true
    }
  }

  /// Tells what nobody will receive, and lets go of a queue.
  private func forget(_ queue: MessageQueueState, at time: UInt64, _ buffer: inout ReorderBuffer) {
    if !queue.isDoubtful {
      for message in queue.messages { events.appendUndelivered(message, at: time, in: queue, &buffer) }
    }
    if let name = queue.name { retiredNames.append(name) }
    queues[queue.key] = nil
  }

  var earliestPending: UInt64? {
    var earliest = arriving.earliest
    for queue in queues.values {
      if let time = queue.receipts.first?.time { earliest = min(earliest ?? time, time) }
    }
    for (_, time) in removed { earliest = min(earliest ?? time, time) }
    return earliest
  }

  func recordsWereLost() {
    arriving.close()
    for queue in queues.values { queue.isDoubtful = true }
  }

  // MARK: - The end

  func finish(at time: UInt64, channels: OpenChannels, into buffer: inout ReorderBuffer) {
    let all = queues.values.sorted { $0.lastTouched < $1.lastTouched }
    for queue in all { forget(queue, at: time, &buffer) }
  }

  /// Names of queues that are gone, which events on their way may still refer to.
  private var retiredNames = RetiredTexts()

  func sweep(at time: UInt64, channels: OpenChannels?, into buffer: inout ReorderBuffer) {
    retiredNames.tidy(at: time, &buffer)
    let surplus = queues.count - Self.restingLimit
    guard surplus > 0 else { return }
    let resting = queues.values.filter { $0.receipts.isEmpty && $0.messages.isEmpty }
    for queue in resting.sorted(by: { $0.lastTouched < $1.lastTouched }).prefix(surplus) {
      forget(queue, at: time, &buffer)
    }
  }
}
