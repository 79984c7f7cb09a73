import DequeModule
import IPCModel
import RecordLayout

/// Streams that somebody splices from: the reader has no buffer, so what was written tells the bytes.
extension StreamCorrelator {
  // MARK: - Contents of writes

  /// Makes ready for the contents of a write, which come behind its record.
  func expectContent(
    of transfer: StreamTransfer, in channel: StreamChannel, _ stage: inout EventStage
  ) -> WrittenContent {
    lastContentRecord += 1
    let whole = min(transfer.count, Int(clamping: settings.captureLimit))
    arrivingWrites[RecordedThread(transfer.raw.header)] = ArrivingContent(
      channel: channel, record: lastContentRecord, time: transfer.time, piece: stage.contents.allocate(whole))
    return .awaited(lastContentRecord)
  }

  /// Takes more contents of a thread's last write.
  func takeWritten(_ chunk: ContentChunk, by thread: RecordedThread, _ stage: inout EventStage) {
    guard let content = arrivingWrites[thread] else { return }
    if let joined = chunk.join(content.piece, filled: content.filled, in: stage.contents) {
      arrivingWrites[thread]?.filled += joined
      if chunk.hasMore { return }
    }
    finishWriting(by: thread, &stage)
  }

  /// Takes the contents of a thread's write as complete, whether or not all of it has come.
  func finishWriting(by thread: RecordedThread, _ stage: inout EventStage) {
    guard var content = arrivingWrites.removeValue(forKey: thread) else { return }
    content.cut()
    content.channel.give(content.piece, toWritesOf: content.record, &stage.contents)
    stage.contents.release(content.piece)
    resolve(content.channel, &stage)
    releaseDiscarded(of: content.channel, &stage)
  }

  /// The same for all writes to a channel.
  func finishWriting(to channel: StreamChannel, _ stage: inout EventStage) {
    for (thread, content) in arrivingWrites where content.channel === channel {
      finishWriting(by: thread, &stage)
    }
  }

  /// Gives the memory of contents back that nobody needs any more.
  func releaseDiscarded(of channel: StreamChannel, _ stage: inout EventStage) {
    if channel.discarded.isEmpty { return }
    for piece in channel.discarded { stage.contents.release(piece) }
    channel.discarded.removeAll(keepingCapacity: true)
  }

  // MARK: - What lay in a pipe before

  /// Takes a piece of what lies unread in a pipe that a thread begins to splice from.
  func takeBacklog(_ record: UnsafeRawBufferPointer, header: ipc_header, _ stage: inout EventStage) {
    guard let (raw, rest) = record.record(ipc_backlog.self), settings.captureLimit > 0, !isSocket
    else { return }
    let bytes = rest.first(raw.captured)
    let key = ChannelKey(address: raw.channel, identity: raw.identity)
    let reader = Int32(bitPattern: header.tid)
    var backlog =
      backlogs[key] ?? SpliceBacklog(reader: reader, time: header.time, lossGeneration: lossGeneration)
    if raw.offset == 0 || backlog.reader != reader {
      backlog.release(&stage.contents)
      backlog = SpliceBacklog(reader: reader, time: header.time, lossGeneration: lossGeneration)
    }
    // Behind a lost piece, nothing can be placed.
    if backlog.lossGeneration == lossGeneration { backlog.add(bytes, at: raw.offset, &stage.contents) }
    backlogs[key] = backlog
  }

  /// Finds a read's place among those of other threads, and gives it its bytes if they lay in the pipe when the splice
  /// began.
  ///
  /// - Returns: Its index in the channel's reads.
  func place(_ read: inout StreamRead, in channel: StreamChannel, _ stage: inout EventStage) -> Int {
    var place = channel.reads.count
    let backlog = backlogs.isEmpty ? nil : backlogs.removeValue(forKey: channel.key)
    if channel.hasPositions || !read.isSpliced && channel.splicing == nil && backlog == nil { return place }
    let tid = read.reader.tid
    var splicing = channel.splicing ?? Splicing(readBefore: channel)
    if let backlog {
      splicing.backlog?.release(&stage.contents)
      splicing.backlog = backlog
    }
    read.begin = splicing.earliestBegin(of: tid)
    if splicing.readers.hasOther(than: tid, after: read.begin) { read.isDisputed = true }
    for index in channel.reads.indices.reversed() {
      let other = channel.reads[index]
      if other.time <= read.begin { break }
      if other.reader.tid == tid { continue }
      if read.time <= other.begin {
        // Its record has overtaken this one's; what lay in the pipe was given to it too early.
        place = index
        if other.isSpliced, other.filled > 0 { channel.reads[index].isDisputed = true }
        continue
      }
      read.isDisputed = true
      channel.reads[index].isDisputed = true
    }
    if place < channel.reads.count {
      splicing.backlog?.release(&stage.contents)
      splicing.backlog = nil
    }
    splicing.readers.note(tid, end: read.time)
    takeBacklog(&splicing.backlog, for: &read, &stage)
    channel.splicing = splicing
    return place
  }

  /// Gives a read its bytes of what lay in the pipe, or goes past them.
  private func takeBacklog(
    _ backlog: inout SpliceBacklog?, for read: inout StreamRead, _ stage: inout EventStage
  ) {
    // What was read before is not part of it.
    guard var rest = backlog, rest.time < read.time else { return }
    var isPlaced = rest.lossGeneration == lossGeneration && !read.isDisputed && read.begin >= rest.time
    if isPlaced, let received = stage.contents.bytes(of: read.content)?.prefix(read.filled) {
      isPlaced = rest.matches(UnsafeRawBufferPointer(rebasing: received), stage.contents)
    }
    if isPlaced, read.isSpliced {
      read.content = rest.content(atMost: read.count, &stage.contents)
      read.filled = read.content.length
    }
    if isPlaced { rest.take(read.count, &stage.contents) } else { rest.release(&stage.contents) }
    backlog = rest.remaining > 0 ? rest : nil
  }

  // MARK: - What is over

  /// Forgets who has spliced from a channel.
  func forgetSplicing(of channel: StreamChannel, _ stage: inout EventStage) {
    channel.splicing?.backlog?.release(&stage.contents)
    channel.splicing = nil
  }

  /// How long contents wait for what goes with them, in nanoseconds: the splice itself may wait for its other end.
  private static let longestSplice: UInt64 = 60_000_000_000
  private static let longestWrite: UInt64 = 1_000_000_000

  /// Lets go of contents whose other records were lost.
  func tidySplices(at time: UInt64, _ stage: inout EventStage) {
    if !backlogs.isEmpty { tidyBacklogs(before: time - min(time, Self.longestSplice), &stage) }
    if arrivingWrites.isEmpty { return }
    for (thread, content) in arrivingWrites where content.time + Self.longestWrite < time {
      finishWriting(by: thread, &stage)
    }
  }

  /// Lets go of backlogs from before a time.
  func tidyBacklogs(before time: UInt64, _ stage: inout EventStage) {
    for (key, backlog) in backlogs where backlog.time < time {
      var backlog = backlog
      backlog.release(&stage.contents)
      backlogs[key] = nil
    }
  }
}
