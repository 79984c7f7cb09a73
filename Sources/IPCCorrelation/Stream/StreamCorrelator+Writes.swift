import DequeModule
import IPCModel
import RecordLayout

extension StreamCorrelator {
  /// Adds a write that has begun.
  func takeBeginning(_ transfer: StreamTransfer, in channel: StreamChannel, _ stage: inout EventStage) {
    var write = transfer.write(by: Endpoint(transfer.raw.header), begin: transfer.time, end: .max)
    write.lossGeneration = lossGeneration
    write.isBatch = isSocket && write.count == Int(IPC_COUNT_UNKNOWN)
    // A short write to a pipe that is known is announced only if several threads write.
    if !isSocket, write.count <= PipeMedium.atomicLimit, !transfer.has(IPC_FLAG_FIRST_SEEN) {
      channel.writers.noteSeveral()
    }
    channel.writers.note(beginning: write.source, at: transfer.time)
    channel.abandon(by: write.source.tid)
    if channel.hasPositions {
      write.span = channel.positions.span(ofBeginning: write.count, at: transfer.raw.state.tcp.before)
      channel.positions.note(writtenFrom: write.span.start)
      return channel.append(&write)
    }
    // A long packet write becomes several packets, whose bounds are known at its end.
    if write.isPacket, write.count > PipeMedium.atomicLimit { return }
    // The urgent byte is a piece of its own, which comes last.
    if write.isUrgent {
      write.isUrgent = false
      write.count -= 1
      if write.count <= 0 { return }
    }
    channel.settleDebt(with: &write)
    channel.append(&write)
  }

  /// Adds a write that has ended, or ends one that has begun.
  func takeWrite(_ transfer: StreamTransfer, in channel: StreamChannel, _ stage: inout EventStage) {
    let source = Endpoint(transfer.raw.header)
    var write = transfer.write(
      by: source, begin: channel.writers.earliestBegin(of: source.tid), end: transfer.time)
    write.lossGeneration = lossGeneration
    write.passed = channel.kept.add(passed.next(of: transfer.raw.header.tid))
    let thread = RecordedThread(transfer.raw.header)
    if !arriving.isEmpty { finishArriving(thread, &stage) }
    if !arrivingWrites.isEmpty { finishWriting(by: thread, &stage) }
    if transfer.has(IPC_FLAG_MORE), settings.captureLimit > 0 {
      write.content = expectContent(of: transfer, in: channel, &stage)
    }
    if channel.hasPositions {
      takePosition(&write, transfer, in: channel, &stage)
    } else if write.isUrgent, write.count > 0 {
      takeUrgent(write, in: channel)
    } else {
      takePlain(&write, in: channel)
    }
    if write.count > 0 {
      channel.writers.note(write.source, end: write.end)
    } else {
      channel.kept.remove(write.passed)
    }
    if !channel.hasPositions { channel.dropFinished() }
  }

  private func takePlain(_ write: inout StreamWrite, in channel: StreamChannel) {
    let wasBegun = channel.end(write)
    if wasBegun { channel.abandon(by: write.source.tid) }
    if !wasBegun, write.count > 0 { appendPackets(of: &write, to: channel) }
  }

  /// Adds a write to a unix stream whose last byte is urgent.
  private func takeUrgent(_ write: StreamWrite, in channel: StreamChannel) {
    var rest = write, urgent = write
    rest.isUrgent = false
    rest.count -= 1
    rest.fingerprint.dropSuffix()
    // Descriptors go with the rest if there is any.
    if rest.count > 0 { urgent.passed = 0 } else { rest.passed = 0 }
    takePlain(&rest, in: channel)
    urgent.count = 1
    urgent.fingerprint = write.fingerprint.last(of: write.count)
    urgent.content = write.content.dropFirst(write.count - 1)
    // It comes behind the rest.
    urgent.end += 1
    if rest.count > 0 { urgent.begin = rest.end }
    channel.appendUrgent(&urgent)
  }

  /// Adds a write whose record says where its bytes lie.
  private func takePosition(
    _ write: inout StreamWrite, _ transfer: StreamTransfer, in channel: StreamChannel,
    _ stage: inout EventStage
  ) {
    write.span = channel.positions.span(
      ofWrite: write.count, after: transfer.raw.state.tcp.after, before: transfer.raw.state.tcp.before)
    if write.count > 0 {
      channel.positions.note(writtenFrom: write.span.start)
      write.cameLate = channel.positions.readLimit.map { $0 >= write.span.limit } ?? false
    }
    let wasBegun = channel.end(write)
    if wasBegun { channel.abandon(by: write.source.tid) }
    if !wasBegun, write.count > 0 { channel.append(&write) }
    dropPassed(channel, at: transfer.time, &stage)
  }

  /// Takes leave of a connection whose addresses another one has taken.
  func beginAnew(_ channel: StreamChannel, with transfer: StreamTransfer, _ stage: inout EventStage) {
    while let index = channel.reads.firstIndex(where: \.isComplete) {
      divide(channel, at: index, isForced: true, &stage)
    }
    teller.tellUnreadPositions(of: channel, at: transfer.time, lossGeneration: lossGeneration, &stage)
    channel.positions.beginAnew(at: transfer.time)
    channel.settledLimit = nil
    channel.writers = WriterHistory()
    if transfer.has(IPC_FLAG_MULTI_WRITER) { channel.writers.noteSeveral() }
    channel.wasThere = false
    channel.initialWriter = nil
    channel.ends = SocketEnds()
  }
}
