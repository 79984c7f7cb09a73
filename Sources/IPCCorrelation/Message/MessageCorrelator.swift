import DequeModule
import IPCModel
import RecordLayout

/// Unix datagrams and seqpackets, UDP and netlink: every received message is matched with the one that was sent.
///
/// Its properties are many because it has an index for each way in which a message is looked up: by its sending end, by
/// where it goes, by the thread that is in the middle of it, and by time.
final class MessageCorrelator: KindCorrelator {
  let kind: Kind
  let settings: CorrelatorSettings
  let names = SocketNames()
  let internet: InternetNames
  var events: MessageEvents

  var queues: [ChannelKey: MessageQueue] = [:]
  /// Inode of the last socket at an address: a socket that was closed before its message is received has none.
  var inodes: [UInt64: UInt64] = [:]
  /// Queues by where their messages go, for those received from an unknown sender.
  var destinations: [UInt64: [MessageQueue]] = [:]
  /// Messages in all queues.
  var messageCount = 0
  var lossEpoch: UInt64 = 0
  var look = SnapshotSchedule()
  /// Who held which socket when the trace began: the likely senders of what was unread then.
  var initialWriters = OpenChannels()
  /// Whether messages may have been sent that the kernel did not tell of.
  private(set) var hasForgotten = false

  private var pendingAncillary = PendingAncillaryData()
  /// Received messages whose contents are still arriving, by reader.
  private var arriving: [RecordedThread: ReceivedMessage] = [:]
  /// Received messages of which not even the sending socket is known.
  var orphans = Deque<ReceivedMessage>()
  /// Received messages whose senders are not known yet; of no queue are those in ``orphans``.
  private var pending = PendingReads<MessageQueue?>()
  private var nextSerial: UInt64 = 0
  /// Contents of what nobody was left to receive.
  var unread = UnreadMessages()
  /// Number of the last of them.
  var lastUnread: UInt64 = 0
  /// Threads in sendmmsg(2).
  var batches: [UInt32: MessageBatch] = [:]

  init(_ kind: Kind, _ settings: CorrelatorSettings, internet: InternetNames? = nil) {
    self.kind = kind
    self.settings = settings
    let internet = internet ?? InternetNames(serviceName: settings.serviceName)
    self.internet = internet
    events = MessageEvents(kind, settings, internet: internet)
  }

  var isUnix: Bool { kind.isUnix }

  func seed(_ channels: OpenChannels) { initialWriters = channels }

  func channelsWereForgotten() { hasForgotten = true }

  // MARK: - Records

  func take(_ record: UnsafeRawBufferPointer, header: ipc_header, into buffer: inout ReorderBuffer) {
    switch UInt32(header.type) {
    case IPC_RECORD_WRITE_BEGIN.rawValue:
      if let transfer = SocketTransfer(record) { takeBeginning(transfer) }
    case IPC_RECORD_WRITE.rawValue:
      if let transfer = SocketTransfer(record) { takeWrite(transfer, &buffer) }
    case IPC_RECORD_READ.rawValue:
      if let transfer = SocketTransfer(record) { takeRead(transfer, &buffer) }
    case IPC_RECORD_CONTENT.rawValue: takeContent(record, header: header, &buffer)
    case IPC_RECORD_CHANNEL.rawValue: names.take(record, &buffer.texts)
    case IPC_RECORD_UNREAD.rawValue: takeUnread(record, &buffer)
    // Only what goes through unix sockets can have anything with it.
    case IPC_RECORD_PASSED.rawValue where isUnix: pendingAncillary.take(record, header: header)
    case IPC_RECORD_PAST.rawValue where isUnix: takePast(record)
    default: return
    }
  }

  /// Takes who sent before the sending end was of interest; which messages these were is not told.
  private func takePast(_ record: UnsafeRawBufferPointer) {
    guard let (raw, _) = record.record(ipc_past.self) else { return }
    let count = raw.transfer.moved, time = raw.transfer.header.time
    guard count > 0 else { return }
    meet(raw.transfer.key, at: time).add(
      past: count, by: Endpoint(raw.transfer), end: time, unread: Int(raw.transfer.unread))
  }

  /// The queue of a sending end, made if it is new.
  func meet(_ key: ChannelKey, at time: UInt64) -> MessageQueue {
    var key = key
    if isUnix, key.identity == 0, let inode = inodes[key.address] {
      key = ChannelKey(address: key.address, identity: inode)
    }
    let queue = queues[key] ?? MessageQueue(key: key, lossEpoch: lossEpoch, keeping: keptMulticasts)
    if queue.lastTouched == 0 {
      queues[key] = queue
      if isUnix { inodes[key.address] = key.identity }
    }
    queue.lastTouched = max(queue.lastTouched, time)
    return queue
  }

  // MARK: - Sends

  /// Threads in sendmmsg(2) at which all are forgotten; some may have been ended without a record.
  private static let batchLimit = 4096

  private func takeBeginning(_ transfer: SocketTransfer) {
    batches[transfer.tid] = nil
    // Of threads without numbers, it is not known which one's messages follow.
    guard transfer.has(IPC_SOCKET_BATCH), transfer.tid != 0 else { return }
    if batches.count >= Self.batchLimit { batches.removeAll() }
    batches[transfer.tid] = MessageBatch(
      source: transfer.actor, isInScope: transfer.has(IPC_FLAG_IN_SCOPE), route: MessageRoute(transfer.raw),
      time: transfer.time)
  }

  private func takeWrite(_ transfer: SocketTransfer, _ buffer: inout ReorderBuffer) {
    let queue = meet(transfer.key, at: transfer.time)
    var message = SentMessage(
      transfer, names: SocketEndNames(transfer.raw, in: names), begin: begin(of: transfer, in: queue),
      ancillary: pendingAncillary.next(of: transfer.tid), lossEpoch: lossEpoch)
    queue.add(sender: message.source, end: message.time)
    if let whole = queue.extend(with: message) {
      message = whole
    } else {
      if batches.isEmpty { queue.dropEarly(before: message.time - min(message.time, Self.longestDelay)) }
      queue.settleEarly(with: &message)
      if message.isFinished { return }
      makeRoom(in: queue, at: message.time, &buffer)
      queue.append(message)
      messageCount += 1
      index(queue, by: message.route)
    }
    answer(queue, with: message, &buffer)
  }

  /// How long after a message has been put into its queue the send may end, in nanoseconds.
  private static let longestEnd: UInt64 = 300_000_000
  /// How long a sender may be held up before its record comes, so that what was reported without it is not reported again.
  private static let longestDelay: UInt64 = 10_000_000_000
  /// How long the records of one sendmmsg(2) may take.
  private static let burst: UInt64 = 5_000_000

  /// When a message can have been put into its queue at the earliest.
  private func begin(of transfer: SocketTransfer, in queue: MessageQueue) -> UInt64 {
    let time = transfer.time
    if !batches.isEmpty, let batch = batches[transfer.tid] {
      if batch.ended == 0 { batches[transfer.tid]?.ended = time }
      if batch.ended == 0 || batch.ended + Self.burst >= time { return batch.time }
      batches[transfer.tid] = nil
    }
    let settled = transfer.queued ?? time
    return transfer.began
      ?? max(queue.senders.lastEnd(of: transfer.actor.tid), settled - min(settled, Self.longestEnd))
  }

  /// Makes a queue known by where its messages go.
  private func index(_ queue: MessageQueue, by route: MessageRoute) {
    let destination = isUnix ? route.target : UInt64(route.destinationPort)
    guard destination != 0, queue.lastDestination != destination else { return }
    queue.lastDestination = destination
    if queue.destinations.insert(destination).inserted {
      destinations[destination, default: []].append(queue)
    }
  }

  // MARK: - Receives

  private func takeRead(_ transfer: SocketTransfer, _ buffer: inout ReorderBuffer) {
    let tid = transfer.tid
    let thread = RecordedThread(transfer.raw.transfer.header)
    finishArriving(thread, &buffer)
    if !batches.isEmpty { batches[tid] = nil }
    // The rest of what the receiver had no room for is nobody's.
    let captured = UnsafeRawBufferPointer(rebasing: transfer.captured.prefix(transfer.receivedLength))
    var content = ContentArena.Piece.none
    if !captured.isEmpty || settings.captureLimit > 0 {
      let whole = min(
        transfer.receivedLength, settings.receivedLimit)
      content = buffer.contents.allocate(
        transfer.has(IPC_FLAG_MORE) ? max(whole, captured.count) : captured.count)
      buffer.contents.write(captured, to: content, at: 0)
    }
    // What follows although nobody wants it has no place.
    let hasMore = transfer.has(IPC_FLAG_MORE) && !content.isNone
    nextSerial += 1
    let read = ReceivedMessage(
      transfer, names: SocketEndNames(transfer.raw, in: names), ancillary: pendingAncillary.next(of: tid),
      content: content, filled: captured.count, lossEpoch: lossEpoch, serial: nextSerial)
    if hasMore { arriving[thread] = read } else { submit(read, &buffer) }
  }

  private func takeContent(
    _ record: UnsafeRawBufferPointer, header: ipc_header, _ buffer: inout ReorderBuffer
  ) {
    let thread = RecordedThread(header)
    guard let chunk = ContentChunk(record), let read = arriving[thread] else { return }
    if let joined = chunk.join(read.content, filled: read.filled, in: buffer.contents) {
      arriving[thread]?.filled += joined
      if chunk.isShort { arriving[thread]?.missing = .unreadable }
      if chunk.hasMore { return }
    }
    finishArriving(thread, &buffer)
  }

  /// Takes the contents of a thread's message as complete, whether or not all of it has come.
  private func finishArriving(_ thread: RecordedThread, _ buffer: inout ReorderBuffer) {
    if arriving.isEmpty { return }
    if let read = arriving.removeValue(forKey: thread) { submit(read, &buffer) }
  }

  /// Received messages of one sender that wait for their sends: with more, every send would take too long.
  private static let waitingLimit = 512

  /// Matches a message that was received, now or when its send is known.
  private func submit(_ read: ReceivedMessage, _ buffer: inout ReorderBuffer) {
    var read = read
    if !read.content.isNone { read.content.length = read.filled }
    if read.route.has(IPC_SOCKET_FROM_KERNEL) || read.route.has(IPC_SOCKET_TO_KERNEL) {
      return events.append(ofKernel: read, isWanted: settings.tellsKernelNetlink, &buffer)
    }
    guard read.route.key.address != 0 else {
      if decideOrphan(read, &buffer) { return }
      orphans.append(read)
      pending.insert((read.time, read.serial, nil))
      if orphans.count > Self.waitingLimit, let oldest = orphans.popFirst() {
        force(oldest, in: nil, &buffer)
      }
      return
    }
    let queue = meet(read.route.key, at: read.time)
    queue.add(reader: read.reader.tid, target: read.route.target)
    if decide(read, in: queue, &buffer) { return }
    queue.reads.append(read)
    pending.insert((read.time, read.serial, queue))
    if queue.reads.count > Self.waitingLimit, let oldest = queue.reads.popFirst() {
      force(oldest, in: queue, &buffer)
    }
  }

  /// Gives a message that has just become known to those who have received it.
  private func answer(_ queue: MessageQueue, with message: SentMessage, _ buffer: inout ReorderBuffer) {
    var index = 0
    while index < queue.reads.count {
      let read = queue.reads[index]
      if isPossible(message, for: read, buffer), decide(read, in: queue, &buffer) {
        queue.reads.remove(at: index)
      } else {
        index += 1
      }
    }
    index = 0
    while index < orphans.count {
      let read = orphans[index]
      if isPossible(message, for: read, buffer), decideOrphan(read, &buffer) {
        orphans.remove(at: index)
      } else {
        index += 1
      }
    }
  }

  private func isPossible(
    _ message: SentMessage, for read: ReceivedMessage, _ buffer: borrowing ReorderBuffer
  ) -> Bool {
    let verdict = message.compare(
      count: read.count, isFilled: read.isFilled, bytes: buffer.contents.bytes(of: read.content))
    return verdict != nil && verdict != .different
  }

  // MARK: - Waiting

  var earliestPending: UInt64? {
    let arriving = self.arriving.values.lazy.map(\.time).min()
    guard let waiting = firstPending?.time else { return arriving }
    return arriving.map { min($0, waiting) } ?? waiting
  }

  private var firstPending: PendingReads<MessageQueue?>.Entry? {
    while let first = pending.first {
      let reads = first.place?.reads ?? orphans
      if reads.contains(where: { $0.serial == first.serial }) { return first }
      pending.popFirst()
    }
    return nil
  }

  func recordsWereLost() {
    lossEpoch += 1
    pendingAncillary.recordsWereLost()
    // What is lost may be the sends of a batch, and the rest of a message's contents.
    batches.removeAll()
    cutArriving()
  }

  /// Lets no chunk join the messages that are arriving: it may be another message's.
  private func cutArriving() {
    for thread in arriving.keys {
      if let filled = arriving[thread]?.filled { arriving[thread]?.content.length = filled }
    }
  }

  func settle(before time: UInt64, into buffer: inout ReorderBuffer) {
    for (thread, read) in arriving where ContentChunk.isOverdue(since: read.time, at: time) {
      finishArriving(thread, &buffer)
    }
    while let first = firstPending, first.time < time {
      pending.popFirst()
      if let queue = first.place {
        guard let index = queue.reads.firstIndex(where: { $0.serial == first.serial }) else { continue }
        force(queue.reads.remove(at: index), in: queue, &buffer)
      } else if let index = orphans.firstIndex(where: { $0.serial == first.serial }) {
        force(orphans.remove(at: index), in: nil, &buffer)
      }
    }
  }
}
