import DequeModule
import IPCModel
import RecordLayout

/// Unix datagrams and seqpackets, and UDP: every received message is matched with the one that was sent.
final class MessageCorrelator: KindCorrelator {
  let kind: Kind
  let settings: CorrelatorSettings
  let names = SocketNames()
  let internet: InternetNames
  var teller: MessageTeller

  var queues: [ChannelKey: MessageQueue] = [:]
  /// Inode of the last socket at an address: a socket that was closed before its message is received has none.
  var inodes: [UInt64: UInt64] = [:]
  /// Queues by where their messages go, for those received from an unknown sender.
  var destinations: [UInt64: [MessageQueue]] = [:]
  /// Messages in all queues.
  var messageCount = 0
  var lossGeneration: UInt64 = 0
  var look = LookSchedule()
  /// Who held which socket when the trace began: the likely senders of what was unread then.
  var initialWriters = LiveChannels()
  /// Whether messages may have been sent that the kernel did not tell of.
  private(set) var hasForgotten = false

  private var passed = PassedWaiting()
  /// Received messages whose contents are still arriving, by reader.
  private var arriving: [RecordedThread: ReceivedMessage] = [:]
  /// Received messages of which not even the sending socket is known.
  var orphans = Deque<ReceivedMessage>()
  /// Received messages whose senders are not known yet; of no queue are those in ``orphans``.
  private var pending = WaitingLine<MessageQueue?>()
  private var nextSerial: UInt64 = 0
  /// Threads in sendmmsg(2).
  var batches: [UInt32: MessageBatch] = [:]

  init(_ kind: Kind, _ settings: CorrelatorSettings, internet: InternetNames? = nil) {
    self.kind = kind
    self.settings = settings
    let internet = internet ?? InternetNames(serviceName: settings.serviceName)
    self.internet = internet
    teller = MessageTeller(kind, settings, internet: internet)
  }

  var isUnix: Bool { kind != .loopbackUDP }

  func seed(_ channels: LiveChannels) { initialWriters = channels }

  func noteForgotten() { hasForgotten = true }

  // MARK: - Records

  func take(_ record: UnsafeRawBufferPointer, header: ipc_header, into stage: inout EventStage) {
    switch UInt32(header.type) {
    case IPC_RECORD_WRITE_BEGIN.rawValue:
      if let transfer = SocketTransfer(record) { takeBeginning(transfer) }
    case IPC_RECORD_WRITE.rawValue:
      if let transfer = SocketTransfer(record) { takeWrite(transfer, &stage) }
    case IPC_RECORD_READ.rawValue:
      if let transfer = SocketTransfer(record) { takeRead(transfer, &stage) }
    case IPC_RECORD_CONTENT.rawValue: takeContent(record, header: header, &stage)
    case IPC_RECORD_CHANNEL.rawValue: names.take(record, &stage.texts)
    // Only what goes through unix sockets can have anything with it.
    case IPC_RECORD_PASSED.rawValue where isUnix: passed.take(record, header: header)
    default: return
    }
  }

  /// The queue of a sending end, made if it is new.
  func meet(_ key: ChannelKey, at time: UInt64) -> MessageQueue {
    var key = key
    if isUnix, key.identity == 0, let inode = inodes[key.address] {
      key = ChannelKey(address: key.address, identity: inode)
    }
    let queue = queues[key] ?? MessageQueue(key: key, lossGeneration: lossGeneration)
    if queue.lastTouched == 0 {
      queues[key] = queue
      if isUnix { inodes[key.address] = key.identity }
    }
    queue.lastTouched = max(queue.lastTouched, time)
    return queue
  }

  // MARK: - Sends

  /// Threads in sendmmsg(2) at which all are forgotten; some may have been told to end by no record.
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

  private func takeWrite(_ transfer: SocketTransfer, _ stage: inout EventStage) {
    let queue = meet(transfer.key, at: transfer.time)
    var message = SentMessage(
      transfer, names: SocketEndNames(transfer.raw, in: names), begin: begin(of: transfer, in: queue),
      passed: passed.next(of: transfer.tid), lossGeneration: lossGeneration)
    queue.note(writer: message.source, end: message.time)
    if let whole = queue.extend(with: message) {
      message = whole
    } else {
      if batches.isEmpty { queue.dropDebts(before: message.time - min(message.time, Self.longestDebt)) }
      queue.settleDebts(with: &message)
      if message.isFinished { return }
      makeRoom(in: queue, at: message.time, &stage)
      queue.append(message)
      messageCount += 1
      index(queue, by: message.route)
    }
    answer(queue, with: message, &stage)
  }

  /// How long after a message has been put into its queue the send may end, in nanoseconds.
  private static let longestEnd: UInt64 = 300_000_000
  /// How long a sender may be held up before its record comes, so that what was told without it is not told again.
  private static let longestDebt: UInt64 = 10_000_000_000
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
      ?? max(queue.lastEnd(of: transfer.actor.tid), settled - min(settled, Self.longestEnd))
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

  private func takeRead(_ transfer: SocketTransfer, _ stage: inout EventStage) {
    let tid = transfer.tid
    let thread = RecordedThread(transfer.raw.transfer.header)
    finishArriving(thread, &stage)
    if !batches.isEmpty { batches[tid] = nil }
    // The rest of what the receiver had no room for is nobody's.
    let captured = UnsafeRawBufferPointer(rebasing: transfer.captured.prefix(transfer.receivedLength))
    var content = ContentArena.Piece.none
    if !captured.isEmpty || settings.captureLimit > 0 {
      let whole = min(
        transfer.receivedLength, settings.receivedLimit)
      content = stage.contents.allocate(
        transfer.has(IPC_FLAG_MORE) ? max(whole, captured.count) : captured.count)
      stage.contents.write(captured, to: content, at: 0)
    }
    // What follows although nobody wants it has no place.
    let hasMore = transfer.has(IPC_FLAG_MORE) && !content.isNone
    nextSerial += 1
    let read = ReceivedMessage(
      transfer, names: SocketEndNames(transfer.raw, in: names), passed: passed.next(of: tid),
      content: content, filled: captured.count, lossGeneration: lossGeneration, serial: nextSerial)
    if hasMore { arriving[thread] = read } else { submit(read, &stage) }
  }

  private func takeContent(_ record: UnsafeRawBufferPointer, header: ipc_header, _ stage: inout EventStage) {
    let thread = RecordedThread(header)
    guard let chunk = ContentChunk(record), let read = arriving[thread] else { return }
    if let joined = chunk.join(read.content, filled: read.filled, in: stage.contents) {
      arriving[thread]?.filled += joined
      if chunk.isShort { arriving[thread]?.missing = .unreadable }
      if chunk.hasMore { return }
    }
    finishArriving(thread, &stage)
  }

  /// Takes the contents of a thread's message as complete, whether or not all of it has come.
  private func finishArriving(_ thread: RecordedThread, _ stage: inout EventStage) {
    if arriving.isEmpty { return }
    if let read = arriving.removeValue(forKey: thread) { submit(read, &stage) }
  }

  /// Received messages of one sender that wait for their sends: with more, every send would take too long.
  private static let waitingLimit = 512

  /// Matches a message that was received, now or when its send is known.
  private func submit(_ read: ReceivedMessage, _ stage: inout EventStage) {
    var read = read
    if !read.content.isNone { read.content.length = read.filled }
    guard read.route.key.address != 0 else {
      if decideOrphan(read, &stage) { return }
      orphans.append(read)
      pending.insert((read.time, read.serial, nil))
      if orphans.count > Self.waitingLimit, let oldest = orphans.popFirst() { force(oldest, in: nil, &stage) }
      return
    }
    let queue = meet(read.route.key, at: read.time)
    queue.note(reader: read.reader.tid, target: read.route.target)
    if decide(read, in: queue, &stage) { return }
    queue.reads.append(read)
    pending.insert((read.time, read.serial, queue))
    if queue.reads.count > Self.waitingLimit, let oldest = queue.reads.popFirst() {
      force(oldest, in: queue, &stage)
    }
  }

  /// Gives a message that has just become known to those who have received it.
  private func answer(_ queue: MessageQueue, with message: SentMessage, _ stage: inout EventStage) {
    var index = 0
    while index < queue.reads.count {
      let read = queue.reads[index]
      if isPossible(message, for: read, stage), decide(read, in: queue, &stage) {
        queue.reads.remove(at: index)
      } else {
        index += 1
      }
    }
    index = 0
    while index < orphans.count {
      let read = orphans[index]
      if isPossible(message, for: read, stage), decideOrphan(read, &stage) {
        orphans.remove(at: index)
      } else {
        index += 1
      }
    }
  }

  private func isPossible(
    _ message: SentMessage, for read: ReceivedMessage, _ stage: borrowing EventStage
  ) -> Bool {
    let verdict = message.compare(
      count: read.count, isFilled: read.isFilled, bytes: stage.contents.bytes(of: read.content))
    return verdict != nil && verdict != .different
  }

  // MARK: - Waiting

  var earliestPending: UInt64? {
    let arriving = self.arriving.values.lazy.map(\.time).min()
    guard let waiting = firstPending?.time else { return arriving }
    return arriving.map { min($0, waiting) } ?? waiting
  }

  private var firstPending: WaitingLine<MessageQueue?>.Entry? {
    while let first = pending.first {
      let reads = first.place?.reads ?? orphans
      if reads.contains(where: { $0.serial == first.serial }) { return first }
      pending.popFirst()
    }
    return nil
  }

  func noteLoss() {
    lossGeneration += 1
    passed.noteLoss()
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

  func settle(before time: UInt64, into stage: inout EventStage) {
    for (thread, read) in arriving where ContentChunk.isOverdue(since: read.time, at: time) {
      finishArriving(thread, &stage)
    }
    while let first = firstPending, first.time < time {
      pending.popFirst()
      if let queue = first.place {
        guard let index = queue.reads.firstIndex(where: { $0.serial == first.serial }) else { continue }
        force(queue.reads.remove(at: index), in: queue, &stage)
      } else if let index = orphans.firstIndex(where: { $0.serial == first.serial }) {
        force(orphans.remove(at: index), in: nil, &stage)
      }
    }
  }
}
