import DequeModule
import IPCModel
import RecordLayout

/// Contents of writes, which come in several records if they are long.
extension TerminalCorrelator {
  /// Takes the contents behind a write's own record.
  func takeFirstContent(
    _ transfer: TerminalTransfer, of write: inout TerminalWrite, in direction: TerminalDirection,
    _ stage: inout EventStage
  ) {
    write.wanted = transfer.wanted(limit: settings.captureLimit)
    let first = UnsafeRawBufferPointer(rebasing: transfer.captured.prefix(write.wanted))
    write.filled = first.count
    guard transfer.has(IPC_FLAG_MORE), write.filled < write.wanted else {
      write.content = stage.contents.store(first)
      return
    }
    write.content = stage.contents.allocate(write.wanted)
    stage.contents.write(first, to: write.content, at: 0)
    write.isComplete = false
    arriving[write.thread] = (direction, write.serial)
  }

  /// Takes more contents of a thread's last write.
  func takeContent(_ record: UnsafeRawBufferPointer, header: ipc_header, _ stage: inout EventStage) {
    let thread = RecordedThread(header)
    guard let chunk = ContentChunk(record), let (direction, serial) = arriving[thread] else { return }
    guard let index = direction.index(of: serial) else { return }
    let write = direction.waiting[index]
    if let joined = chunk.join(write.content, filled: write.filled, in: stage.contents) {
      direction.waiting[index].filled += joined
      if chunk.isShort { direction.waiting[index].isShort = true }
      if chunk.hasMore, write.filled + joined < write.wanted { return }
    }
    finishArriving(thread, &stage)
  }

  /// Takes the contents of a thread's write as complete, whether or not all of it has come.
  func finishArriving(_ thread: RecordedThread, _ stage: inout EventStage) {
    guard let (direction, serial) = arriving.removeValue(forKey: thread) else { return }
    guard let index = direction.index(of: serial) else { return }
    direction.waiting[index].close()
    tellRead(in: direction, &stage)
  }

  /// Ends all contents where they have arrived: what is lost may be their rest, and the next chunk another write's.
  func closeArriving() {
    for (direction, serial) in arriving.values {
      if let index = direction.index(of: serial) { direction.waiting[index].close() }
    }
    arriving.removeAll()
  }

  /// Expects no more contents of a write.
  func stopArriving(_ write: TerminalWrite) {
    if arriving[write.thread]?.write == write.serial { arriving[write.thread] = nil }
  }
}
