import DequeModule
import IPCModel
import RecordLayout

extension StreamCorrelator {
  /// Adds a read, which waits for the writes that delivered its bytes.
  func takeRead(_ transfer: StreamTransfer, in channel: StreamChannel, _ stage: inout EventStage) {
    let raw = transfer.raw
    let thread = RecordedThread(raw.header)
    if !arriving.isEmpty { finishArriving(thread, &stage) }
    let reader = Endpoint(raw.header)
    let items = channel.kept.add(passed.next(of: raw.header.tid))
    let span = channel.hasPositions ? span(of: transfer, in: channel, &stage) : StreamSpan()
    var content = ContentArena.Piece.none
    let isSpliced = transfer.has(IPC_FLAG_SPLICED) && settings.captureLimit > 0
    if !isSpliced, !transfer.captured.isEmpty || settings.captureLimit > 0 {
      let whole = max(
        min(transfer.count, settings.receivedLimit),
        transfer.captured.count)
      content = stage.contents.allocate(transfer.has(IPC_FLAG_MORE) ? whole : transfer.captured.count)
      stage.contents.write(transfer.captured, to: content, at: 0)
    }
    // What follows although nobody wants it has no place.
    let hasMore = transfer.has(IPC_FLAG_MORE) && !content.isNone
    nextRead += 1
    let read = StreamRead(
      reader: reader, thread: thread, isInScope: transfer.has(IPC_FLAG_IN_SCOPE), time: transfer.time,
      count: transfer.count,
      content: content, filled: content.isNone ? 0 : transfer.captured.count,
      isComplete: !hasMore,
      isSpliced: isSpliced, isShort: transfer.has(IPC_FLAG_PARTIAL), emptied: transfer.leavesEmpty,
      isUrgent: transfer.has(IPC_SOCKET_URGENT), isInline: transfer.has(IPC_SOCKET_INLINE), passed: items,
      span: span, lossGeneration: lossGeneration, serial: nextRead)
    if isSpliced || channel.splicing != nil || !backlogs.isEmpty {
      var placed = read
      let index = place(&placed, in: channel, &stage)
      add(placed, at: index, to: channel, &stage)
    } else {
      add(read, at: channel.reads.count, to: channel, &stage)
    }
  }

  /// Adds a read to those that wait, unless it can be divided at once.
  private func add(_ read: StreamRead, at index: Int, to channel: StreamChannel, _ stage: inout EventStage) {
    channel.note(reader: read.reader.tid, end: read.time)
    if divideAtOnce(read, of: channel, &stage) { return }
    channel.reads.insert(read, at: index)
    if !read.isComplete { arriving[read.thread] = channel }
  }

  /// Where a read's bytes lay.
  private func span(
    of transfer: StreamTransfer, in channel: StreamChannel, _ stage: inout EventStage
  ) -> StreamSpan {
    let head = transfer.raw.state.tcp.after, count = Int64(transfer.count)
    let limit = channel.positions.unwrap(head)
    // The urgent byte is taken out of order.
    if transfer.has(IPC_SOCKET_URGENT) { return StreamSpan(start: limit - count, limit: limit) }
    channel.positions.note(readTo: limit)
    return StreamSpan(start: limit - count, limit: limit)
  }

  /// Takes more contents of a thread's last read or write.
  func takeContent(_ record: UnsafeRawBufferPointer, header: ipc_header, _ stage: inout EventStage) {
    guard let chunk = ContentChunk(record) else { return }
    let thread = RecordedThread(header)
    if !arrivingWrites.isEmpty, arrivingWrites[thread] != nil {
      return takeWritten(chunk, by: thread, &stage)
    }
    guard let channel = arriving[thread] else { return }
    guard let index = channel.reads.lastIndex(where: { $0.thread == thread && !$0.isComplete }) else {
      return
    }
    let read = channel.reads[index]
    if let joined = chunk.join(read.content, filled: read.filled, in: stage.contents) {
      channel.reads[index].filled += joined
      if chunk.isShort { channel.reads[index].isShort = true }
      if chunk.hasMore { return }
    }
    finishArriving(thread, &stage)
    resolve(channel, &stage)
  }

  /// Takes the contents of a thread's read as complete, whether or not all of it has come.
  func finishArriving(_ thread: RecordedThread, _ stage: inout EventStage) {
    guard let channel = arriving.removeValue(forKey: thread) else { return }
    close(readOf: thread, in: channel)
    resolve(channel, &stage)
  }

  /// Ends a thread's read at the contents that have come.
  func close(readOf thread: RecordedThread, in channel: StreamChannel) {
    guard let index = channel.reads.lastIndex(where: { $0.thread == thread && !$0.isComplete }) else {
      return
    }
    channel.reads[index].isComplete = true
    channel.reads[index].content.length = channel.reads[index].filled
  }
}
