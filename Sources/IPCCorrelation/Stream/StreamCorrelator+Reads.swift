import DequeModule
import IPCModel
import RecordLayout

extension StreamCorrelator {
  /// Adds a read, which waits for the writes that delivered its bytes.
  func takeRead(_ transfer: StreamTransfer, in channel: StreamChannel, _ stage: inout EventStage) {
    let raw = transfer.raw
    finishArriving(raw.header.tid, &stage)
    let reader = Endpoint(raw.header)
    channel.note(reader: reader.tid)
    let items = passed.next(of: raw.header.tid)
    let span = medium.hasPositions ? span(of: transfer, in: channel, &stage) : StreamSpan()
    let hasMore = transfer.has(IPC_FLAG_MORE)
    var content = ContentArena.Piece.none
    if !transfer.captured.isEmpty || settings.captureLimit > 0 {
      let whole = Int(clamping: min(raw.count, max(settings.captureLimit, 4096)))
      content = stage.contents.allocate(hasMore ? whole : transfer.captured.count)
      stage.contents.write(transfer.captured, to: content, at: 0)
    }
    nextRead += 1
    channel.reads.append(
      StreamRead(
        reader: reader, isMatched: transfer.has(IPC_FLAG_MATCHED), time: transfer.time, count: transfer.count,
        content: content, filled: transfer.captured.count, isComplete: !hasMore,
        emptied: raw.head == raw.tail, isUrgent: transfer.has(IPC_SOCKET_URGENT),
        isInline: transfer.has(IPC_SOCKET_INLINE), passed: items, span: span,
        lossGeneration: lossGeneration, serial: nextRead))
    pending.append((transfer.time, nextRead, channel))
    if hasMore { arriving[raw.header.tid] = channel }
  }

  /// Where a read's bytes lay.
  private func span(
    of transfer: StreamTransfer, in channel: StreamChannel, _ stage: inout EventStage
  ) -> StreamSpan {
    let head = transfer.raw.head, count = Int64(transfer.count)
    let limit = channel.positions.unwrap(head)
    // The urgent byte is taken out of order.
    if transfer.has(IPC_SOCKET_URGENT) { return StreamSpan(start: limit - count, limit: limit) }
    channel.positions.note(readTo: limit)
    return StreamSpan(start: limit - count, limit: limit)
  }

  /// Takes more contents of a thread's last read.
  func takeContent(_ record: UnsafeRawBufferPointer, header: ipc_header, _ stage: inout EventStage) {
    let size = MemoryLayout<ipc_content>.size
    guard record.count >= size, let channel = arriving[header.tid] else { return }
    let raw = record.loadUnaligned(as: ipc_content.self)
    let bytes = UnsafeRawBufferPointer(rebasing: record[size...].prefix(Int(raw.captured)))
    let tid = Int32(bitPattern: header.tid)
    guard let index = channel.reads.lastIndex(where: { $0.reader.tid == tid && !$0.isComplete }) else {
      return
    }
    let read = channel.reads[index]
    // A chunk that does not join the last one follows a lost one: the contents end there.
    if raw.offset == UInt64(read.filled), read.filled + bytes.count <= read.content.length {
      stage.contents.write(bytes, to: read.content, at: read.filled)
      channel.reads[index].filled += bytes.count
      if header.flags & UInt8(IPC_FLAG_MORE.rawValue) != 0 { return }
    }
    finishArriving(header.tid, &stage)
    resolve(channel, &stage)
  }

  /// Takes the contents of a thread's read as complete, whether or not all of it has come.
  func finishArriving(_ tid: UInt32, _ stage: inout EventStage) {
    guard let channel = arriving.removeValue(forKey: tid) else { return }
    close(readOf: tid, in: channel)
    resolve(channel, &stage)
  }

  /// Ends a thread's read at the contents that have come.
  func close(readOf tid: UInt32, in channel: StreamChannel) {
    let reader = Int32(bitPattern: tid)
    guard let index = channel.reads.lastIndex(where: { $0.reader.tid == reader && !$0.isComplete }) else {
      return
    }
    channel.reads[index].isComplete = true
    channel.reads[index].content.length = channel.reads[index].filled
  }
}
