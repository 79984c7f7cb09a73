import BasicContainers
import DequeModule
import IPCModel
import RecordLayout

/// Byte streams: every read is divided among the writes that delivered its bytes.
///
/// Records become operations here, and operations change the ``ByteStream`` that they are of. Its ``Matcher`` divides a
/// read as soon as it can (`StreamCorrelator+Deciding.swift`), and ``StreamEvents`` makes events of that.
final class StreamCorrelator: KindCorrelator {
  let transport: Transport
  let settings: CorrelatorSettings
  var streams = StreamTable()
  /// Losses up to now.
  var epoch: LossEpoch = 0
  var reads = ReadsInFlight()
  var splices: SpliceTracker
  var scratch = MatchScratch()
  let events: StreamEvents
  var look = SnapshotSchedule()
  /// Names of streams that are gone, which events on their way may still refer to.
  var retiredNames = RetiredTexts()
  /// Ancillary data of the transfers that come next.
  var ancillary = PendingAncillaryData()
  /// Who held which stream when the trace began: the likely writers of what was unread then.
  private var initialHolders = OpenChannels()

  /// Reads that are not done with.
  struct ReadsInFlight {
    /// Those whose contents are still coming, by reader.
    var incoming: [RecordedThread: ByteStream] = [:]
    /// Those whose writers are not known yet.
    var pending = PendingReads<ByteStream>()
    var lastSerial: UInt64 = 0
  }

  init(_ transport: Transport, _ settings: CorrelatorSettings) {
    self.transport = transport
    self.settings = settings
    splices = SpliceTracker(captureLimit: settings.captureLimit)
    events = StreamEvents(transport: transport, captureLimit: settings.captureLimit)
  }

  /// Whether each end of a stream can go alone, and records are `ipc_socket`.
  var isSocket: Bool { transport.isSocket }

  func seed(_ channels: OpenChannels) { initialHolders = channels }

  func channelsWereForgotten() { events.infersWriters = false }

  var violations: [String] { streams.all.values.flatMap(\.violations) }

  // MARK: - Records

  func take(_ record: UnsafeRawBufferPointer, header: ipc_header, into buffer: inout ReorderBuffer) {
    switch UInt32(header.type) {
    case IPC_RECORD_WRITE_BEGIN.rawValue, IPC_RECORD_WRITE.rawValue, IPC_RECORD_READ.rawValue:
      guard record.count >= StreamTransfer.size(isSocket: isSocket), let start = record.baseAddress else {
        return
      }
      take(StreamTransfer(start, length: record.count, isSocket: isSocket), header: header, &buffer)
    case IPC_RECORD_CONTENT.rawValue: takeContent(record, header: header, &buffer)
    case IPC_RECORD_BACKLOG.rawValue:
      if !isSocket { splices.takeBacklog(record, header: header, epoch: epoch, &buffer.contents) }
    case IPC_RECORD_CHANNEL.rawValue:
      if isSocket {
        transport.takeName(record, &buffer.texts)
      } else {
        takeFIFO(record, header: header, &buffer)
      }
    case IPC_RECORD_PASSED.rawValue: ancillary.take(record, header: header)
    case IPC_RECORD_PAST.rawValue: takePast(record)
    case IPC_RECORD_UNREAD.rawValue: takeUnread(record, &buffer)
    default: return
    }
  }

  @inline(__always)
  private func take(_ transfer: StreamTransfer, header: ipc_header, _ buffer: inout ReorderBuffer) {
    let stream = stream(of: transfer)
    if let socket = transfer.socket {
      if case .position(let matcher) = stream.matcher, stream.ends.isContradicted(by: socket) {
        // A thread's record of an earlier connection is of no use any more.
        if header.time < matcher.positions.birth { return }
        beginAnew(stream, matcher, with: transfer, &buffer)
      }
      transport.note(socket, in: &stream.ends)
    }
    switch UInt32(header.type) {
    case IPC_RECORD_WRITE_BEGIN.rawValue: takeBeginning(transfer, in: stream)
    case IPC_RECORD_WRITE.rawValue: takeWrite(transfer, in: stream, &buffer)
    default: takeRead(transfer, in: stream, &buffer)
    }
    if !stream.reads.isEmpty {
      resolve(stream, &buffer)
      if header.type == UInt16(IPC_RECORD_READ.rawValue) {
        awaitWriters(ofLastReadOf: stream, at: header.time)
      }
    }
    stream.queue.releaseDiscarded(&buffer.contents)
  }

  func recordsWereLost() {
    epoch += 1
    // What is lost may be the rest of a read's contents, and the next chunk another read's.
    for (thread, stream) in reads.incoming { close(readOf: thread, in: stream) }
    reads.incoming.removeAll()
    splices.recordsWereLost()
    ancillary.recordsWereLost()
  }

  // MARK: - Streams

  /// The stream of a record, made if it is new.
  private func stream(of transfer: StreamTransfer) -> ByteStream {
    let key = transfer.key
    let known = streams.find(key)
    let stream = known ?? makeStream(key, matcher: matcher(for: transfer))
    if known == nil, epoch > 0, !transfer.has(IPC_FLAG_FIRST_SEEN), !isFirstEver(transfer),
      case .order(let matcher) = stream.matcher
    {
      matcher.certainty.lostStep()
    }
    stream.lastTouched = transfer.time
    if transfer.has(IPC_FLAG_MULTI_WRITER) { stream.writers.noteSeveral() }
    if transfer.has(IPC_FLAG_FIRST_SEEN), case .order(let matcher) = stream.matcher {
      startCounting(transfer, stream, matcher)
    }
    stream.isMet = true
    return stream
  }

  /// The stream that a record tells the past of.
  func stream(before transfer: StreamTransfer) -> ByteStream {
    streams.find(transfer.key) ?? makeStream(transfer.key, matcher: matcher(for: transfer))
  }

  /// How the records of a stream are matched: by what the first of them carries.
  private func matcher(for transfer: StreamTransfer) -> Matcher {
    transfer.carriesPositions
      ? .position(PositionMatcher())
      : .order(OrderMatcher(transport, epoch: epoch))
  }

  /// Adds a stream.
  private func makeStream(_ key: ChannelKey, matcher: Matcher) -> ByteStream {
    let holders = initialHolders[key].map { InitialHolders(writer: $0.soleWriter) }
    let stream = ByteStream(key: key, matcher: matcher, initialHolders: holders)
    streams.insert(stream)
    return stream
  }

  /// Whether a pipe's slots say that nothing was written to it before this.
  private func isFirstEver(_ transfer: StreamTransfer) -> Bool {
    if isSocket { return false }
    let slots = transfer.raw.state.pipe
    switch UInt32(transfer.raw.header.type) {
    case IPC_RECORD_WRITE_BEGIN.rawValue: return slots.head == 0
    case IPC_RECORD_WRITE.rawValue:
      return slots.tail == 0 && Int(slots.head) <= (transfer.count + 4095) / 4096
    default: return false
    }
  }

  /// Accounts for what was unread before the trace knew the stream.
  private func startCounting(_ transfer: StreamTransfer, _ stream: ByteStream, _ matcher: OrderMatcher) {
    defer { stream.past.removeAll() }
    guard transfer.raw.unread != IPC_UNREAD_UNKNOWN else { return matcher.certainty.lostStep() }
    var before = Int(transfer.raw.unread)
    var isToCome = false
    switch UInt32(transfer.raw.header.type) {
    case IPC_RECORD_WRITE.rawValue: before = max(0, before - transfer.count)
    case IPC_RECORD_READ.rawValue:
      before += transfer.count
      // Nothing unknown lay in a socket that was made since the trace began: the write's own record is still to come.
      isToCome = isSocket && !stream.isMet && stream.initialHolders == nil && events.infersWriters
    default: break
    }
    // The kernel's table forgets channels that have rested for long; what is known here still holds, unless others
    // have written meanwhile.
    if stream.isMet, stream.past.isEmpty, matcher.certainty.isInStep(at: epoch) {
      if events.infersWriters || before <= stream.queue.available { return }
      matcher.certainty.lostStep()
    }
    stream.queue.removeAll()
    let strange = stream.past.keepLast(before)
    if strange > 0, !isToCome {
      var write = StreamWrite(
        source: events.infersWriters ? stream.initialHolders?.writer ?? .unknown : .unknown,
        isInScope: false, inference: .process, fingerprint: Fingerprint(), begin: 0, end: StreamWrite.longAgo,
        count: strange)
      stream.queue.append(&write)
    }
    for run in stream.past.runs {
      var write = run
      stream.queue.append(&write)
    }
  }

  /// Takes the path of a FIFO.
  private func takeFIFO(_ record: UnsafeRawBufferPointer, header: ipc_header, _ buffer: inout ReorderBuffer) {
    guard let (raw, rest) = record.record(ipc_channel.self) else { return }
    let key = ChannelKey(address: raw.channel, identity: raw.inode)
    let order = Matcher.order(OrderMatcher(transport, epoch: epoch))
    let stream = streams[key] ?? makeStream(key, matcher: order)
    stream.lastTouched = header.time
    if header.has(IPC_FLAG_CREATED) {
      // The FIFO was closed by everybody in between, and with that its unread bytes were dropped.
      reportEnd(of: stream, live: nil, at: header.time, &buffer)
      if case .order(let matcher) = stream.matcher { matcher.certainty.resynchronised(at: epoch) }
      splices.forget(stream, &buffer.contents)
      stream.past.removeAll()
      stream.queue.releaseDiscarded(&buffer.contents)
    }
    let path = SocketNames.path(fromComponents: rest.prefix(Int(raw.length)))
    if let name = stream.ends.path {
      // A file system gives the number of a removed FIFO to the next one, and memory may be the same, too.
      let isNew = buffer.texts.withBytes(of: name) { !$0.elementsEqual(path) }
      guard header.has(IPC_FLAG_CREATED), isNew else { return }
      retiredNames.append(name)
    }
    stream.ends.path = buffer.texts.add(path)
  }

  /// Takes leave of a connection whose addresses another one has taken.
  private func beginAnew(
    _ stream: ByteStream, _ matcher: PositionMatcher, with transfer: StreamTransfer,
    _ buffer: inout ReorderBuffer
  ) {
    while let index = stream.reads.firstIndex(where: \.isComplete) {
      divide(stream, at: index, isForced: true, &buffer)
    }
    reportEnd(of: stream, live: nil, at: transfer.time, &buffer)
    matcher.beginAnew(at: transfer.time)
    stream.writers = WriterHistory()
    if transfer.has(IPC_FLAG_MULTI_WRITER) { stream.writers.noteSeveral() }
    stream.initialHolders = nil
    stream.ends = StreamEnds()
  }

  // MARK: - Writes

  /// Adds a write that has begun.
  private func takeBeginning(_ transfer: StreamTransfer, in stream: ByteStream) {
    var write = transfer.write(by: Endpoint(transfer.raw), begin: transfer.time, end: .max)
    write.lossEpoch = epoch
    write.isBatch = isSocket && write.count == Int(IPC_COUNT_UNKNOWN)
    // A short write to a pipe that is known is announced only if several threads write.
    if !isSocket, write.count <= transport.packetLimit, !transfer.has(IPC_FLAG_FIRST_SEEN) {
      stream.writers.noteSeveral()
    }
    stream.writers.note(beginning: write.source, at: transfer.time)
    stream.queue.abandon(by: write.source.tid)
    stream.matcher.begin(&write, transfer, in: stream)
  }

  /// Adds a write that has ended, or ends one that has begun.
  private func takeWrite(_ transfer: StreamTransfer, in stream: ByteStream, _ buffer: inout ReorderBuffer) {
    let source = Endpoint(transfer.raw)
    var write = transfer.write(
      by: source, begin: stream.writers.earliestBegin(of: source.tid), end: transfer.time)
    write.lossEpoch = epoch
    write.ancillary = stream.queue.ancillary.add(ancillary.next(of: transfer.raw.header.tid))
    let thread = RecordedThread(transfer.raw.header)
    if !reads.incoming.isEmpty { finishIncoming(thread, &buffer) }
    if splices.hasIncoming { finishWrite(by: thread, &buffer) }
    if transfer.has(IPC_FLAG_MORE), settings.captureLimit > 0 {
      write.content = splices.expectContent(of: transfer, in: stream, &buffer.contents)
    }
    stream.matcher.end(&write, transfer, in: stream)
    if write.count > 0 {
      stream.writers.note(write.source, end: write.end)
    } else {
      stream.queue.ancillary.remove(write.ancillary)
    }
    removeOver(from: stream, at: transfer.time, &buffer)
  }

  // MARK: - Reads

  /// Adds a read, which waits for the writes that delivered its bytes.
  private func takeRead(_ transfer: StreamTransfer, in stream: ByteStream, _ buffer: inout ReorderBuffer) {
    let header = transfer.raw.header
    let thread = RecordedThread(header)
    if !reads.incoming.isEmpty { finishIncoming(thread, &buffer) }
    // There was somebody to read it, after all.
    if let unread = stream.unread, unread.time < transfer.time { forgetUnread(of: stream, &buffer) }
    let ancillary = stream.queue.ancillary.add(ancillary.next(of: header.tid))
    let span = stream.matcher.span(of: transfer)
    var content = ContentArena.Piece.none
    let isSpliced = transfer.has(IPC_FLAG_SPLICED) && settings.captureLimit > 0
    if !isSpliced, !transfer.captured.isEmpty || settings.captureLimit > 0 {
      let whole = max(min(transfer.count, settings.receivedLimit), transfer.captured.count)
      content = buffer.contents.allocate(transfer.has(IPC_FLAG_MORE) ? whole : transfer.captured.count)
      buffer.contents.write(transfer.captured, to: content, at: 0)
    }
    // What follows although nobody wants it has no place.
    let hasMore = transfer.has(IPC_FLAG_MORE) && !content.isNone
    reads.lastSerial += 1
    let read = StreamRead(
      reader: Endpoint(transfer.raw), thread: thread, isInScope: transfer.has(IPC_FLAG_IN_SCOPE),
      time: transfer.time, count: transfer.count, content: content,
      filled: content.isNone ? 0 : transfer.captured.count, isComplete: !hasMore, isSpliced: isSpliced,
      isShort: transfer.has(IPC_FLAG_PARTIAL), emptied: transfer.leavesEmpty,
      isUrgent: transfer.has(IPC_SOCKET_URGENT), isInline: transfer.has(IPC_SOCKET_INLINE),
      ancillary: ancillary, span: span, place: ReadPlace(bits: transfer.raw.suffix), lossEpoch: epoch,
      serial: reads.lastSerial)
    let isUsual = splices.isUsual(read, in: stream)
    if !isUsual { return placeAmongSplices(read, in: stream, &buffer) }
    stream.readers.note(read.reader.tid, end: read.time)
    enter(read, at: stream.reads.count, in: stream, &buffer)
  }

  /// Adds a read to a stream that is spliced from.
  private func placeAmongSplices(_ read: StreamRead, in stream: ByteStream, _ buffer: inout ReorderBuffer) {
    var read = read
    let index = splices.place(&read, in: stream, epoch: epoch, &buffer.contents)
    stream.readers.note(read.reader.tid, end: read.time)
    enter(read, at: index, in: stream, &buffer)
  }

  /// Divides a read at once if that is possible, or lets it wait in its place.
  private func enter(_ read: StreamRead, at index: Int, in stream: ByteStream, _ buffer: inout ReorderBuffer)
  {
    if divideAtOnce(read, of: stream, &buffer) { return }
    stream.reads.insert(read, at: index)
    if !read.isComplete { reads.incoming[read.thread] = stream }
  }

  // MARK: - Contents in records of their own

  /// Takes more contents of a thread's last read or write.
  private func takeContent(
    _ record: UnsafeRawBufferPointer, header: ipc_header, _ buffer: inout ReorderBuffer
  ) {
    guard let chunk = ContentChunk(record) else { return }
    let thread = RecordedThread(header)
    if splices.isWriting(thread) {
      if splices.take(chunk, by: thread, buffer.contents) { finishWrite(by: thread, &buffer) }
      return
    }
    guard let stream = reads.incoming[thread], let index = incomingRead(of: thread, in: stream) else {
      return
    }
    let read = stream.reads[index]
    if let joined = chunk.join(read.content, filled: read.filled, in: buffer.contents) {
      stream.reads[index].filled += joined
      if chunk.isShort { stream.reads[index].isShort = true }
      if chunk.hasMore { return }
    }
    finishIncoming(thread, &buffer)
    resolve(stream, &buffer)
  }

  /// Takes the contents of a thread's read as complete, whether or not all of it has come.
  func finishIncoming(_ thread: RecordedThread, _ buffer: inout ReorderBuffer) {
    guard let stream = reads.incoming.removeValue(forKey: thread) else { return }
    close(readOf: thread, in: stream)
    resolve(stream, &buffer)
  }

  /// The same for a thread's write.
  func finishWrite(by thread: RecordedThread, _ buffer: inout ReorderBuffer) {
    guard let stream = splices.finishWrite(by: thread, &buffer.contents) else { return }
    resolve(stream, &buffer)
    stream.queue.releaseDiscarded(&buffer.contents)
  }

  /// Ends a thread's read at the contents that have come.
  private func close(readOf thread: RecordedThread, in stream: ByteStream) {
    guard let index = incomingRead(of: thread, in: stream) else { return }
    stream.reads[index].isComplete = true
    stream.reads[index].content.length = stream.reads[index].filled
  }

  private func incomingRead(of thread: RecordedThread, in stream: ByteStream) -> Int? {
    stream.reads.lastIndex { $0.thread == thread && !$0.isComplete }
  }
}
