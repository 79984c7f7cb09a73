import DequeModule
import IPCModel
import RecordLayout

/// Pipes and FIFOs: every read is divided among the writes that delivered its bytes.
final class PipeCorrelator: KindCorrelator {
  private let settings: CorrelatorSettings
  var channels: [ChannelKey: PipeChannel] = [:]
  /// The channel of the last record, because the next one is often of the same.
  var recent: PipeChannel?
  var lossGeneration: UInt64 = 0
  private var nextRead: UInt64 = 0
  /// Reads whose contents are still arriving, by reader.
  private var arriving: [UInt32: PipeChannel] = [:]
  /// Reads whose writers are not known yet, in the order of arrival.
  private var pending = Deque<(time: UInt64, read: UInt64, channel: PipeChannel)>()
  private var shares: [PipeChannel.Share] = []
  var teller: PipeTeller
  var look = LookSchedule()
  /// Names of channels that are gone, which events on their way may still refer to.
  var retiredNames: [TextID] = []
  /// Who held which pipe when the trace began: the likely writers of what was unread then.
  private var initialWriters = LiveChannels()

  init(_ settings: CorrelatorSettings) {
    self.settings = settings
    teller = PipeTeller(showsContents: settings.captureLimit > 0)
  }

  /// Number of pipes with state.
  var channelCount: Int { channels.count }

  // MARK: - Records

  func take(_ record: UnsafeRawBufferPointer, header: ipc_header, into stage: inout EventStage) {
    switch UInt32(header.type) {
    case IPC_RECORD_WRITE_BEGIN.rawValue, IPC_RECORD_WRITE.rawValue, IPC_RECORD_READ.rawValue:
      guard let transfer = PipeTransfer(record) else { return }
      let channel = meet(transfer)
      channel.lastTouched = header.time
      switch UInt32(header.type) {
      case IPC_RECORD_WRITE_BEGIN.rawValue: takeBeginning(transfer, in: channel)
      case IPC_RECORD_WRITE.rawValue: takeWrite(transfer, in: channel)
      default: takeRead(transfer, in: channel, &stage)
      }
      resolve(channel, &stage)
    case IPC_RECORD_CONTENT.rawValue: takeContent(record, header: header, &stage)
    case IPC_RECORD_CHANNEL.rawValue: takeChannel(record, header: header, &stage)
    default: return
    }
  }

  /// The channel of a record, made if it is new.
  private func meet(_ transfer: PipeTransfer) -> PipeChannel {
    let known: PipeChannel?
    if let recent, recent.key == transfer.key { known = recent } else { known = channels[transfer.key] }
    let channel = known ?? PipeChannel(key: transfer.key, lossGeneration: lossGeneration)
    recent = channel
    if known == nil {
      channels[transfer.key] = channel
      if lossGeneration > 0, !transfer.has(IPC_FLAG_FIRST), !isFirstEver(transfer) {
        channel.lossGeneration = lossGeneration - 1
      }
    }
    if transfer.has(IPC_FLAG_SEVERAL) { channel.noteSeveralWriters() }
    if transfer.has(IPC_FLAG_FIRST) { meetFirst(transfer, channel, isNew: !channel.isMet) }
    channel.isMet = true
    return channel
  }

  /// Whether the slots say that nothing was written to the pipe before this.
  private func isFirstEver(_ transfer: PipeTransfer) -> Bool {
    let raw = transfer.raw
    switch UInt32(raw.header.type) {
    case IPC_RECORD_WRITE_BEGIN.rawValue: return raw.head == 0
    case IPC_RECORD_WRITE.rawValue: return raw.tail == 0 && Int(raw.head) <= (transfer.count + 4095) / 4096
    default: return false
    }
  }

  /// Accounts for what was unread before the trace knew the channel.
  private func meetFirst(_ transfer: PipeTransfer, _ channel: PipeChannel, isNew: Bool) {
    guard transfer.raw.unread != IPC_UNREAD_UNKNOWN else {
      channel.lossGeneration = lossGeneration &- 1
      return
    }
    var before = Int(transfer.raw.unread)
    switch UInt32(transfer.raw.header.type) {
    case IPC_RECORD_WRITE.rawValue: before = max(0, before - transfer.count)
    case IPC_RECORD_READ.rawValue: before += transfer.count
    default: break
    }
    // The kernel's table forgets channels that have rested for long; what is known here still holds.
    if !isNew, channel.lossGeneration == lossGeneration { return }
    channel.dropAll { _ in }
    guard before > 0 else { return }
    let source = initialWriters[transfer.key]?.soleWriter
    channel.append(
      PipeWrite(
        source: source ?? .unknown, isMatched: false, isInferred: true, begin: 0, end: 1, count: before,
        fingerprint: Fingerprint()))
  }

  func seed(_ channels: LiveChannels) { initialWriters = channels }

  // MARK: - Writes

  private func takeBeginning(_ transfer: PipeTransfer, in channel: PipeChannel) {
    var write = transfer.write(begin: transfer.time, end: .max)
    // A short write of a known channel is announced only if several threads write.
    if write.count <= Self.pipeBuffer, !transfer.has(IPC_FLAG_FIRST) { channel.noteSeveralWriters() }
    channel.note(beginning: write.source, at: transfer.time)
    channel.abandon(by: write.source.tid)
    // A long packet write becomes several packets, whose bounds are known at its end.
    if write.isPacket, write.count > Self.pipeBuffer { return }
    channel.settleDebt(with: &write)
    channel.append(write)
  }

  private func takeWrite(_ transfer: PipeTransfer, in channel: PipeChannel) {
    let tid = Endpoint(transfer.raw.header).tid
    let write = transfer.write(begin: channel.earliestBegin(of: tid), end: transfer.time)
    let wasBegun = channel.end(write)
    if wasBegun { channel.abandon(by: tid) }
    if !wasBegun, write.count > 0 { appendPackets(of: write, to: channel) }
    if write.count > 0 { channel.note(writer: write.source, end: write.end) }
    channel.dropFinished()
  }

  /// PIPE_BUF, at which a packet write is cut (pipe(2), O_DIRECT).
  private static let pipeBuffer = 4096

  private func appendPackets(of write: PipeWrite, to channel: PipeChannel) {
    var packet = write
    guard write.isPacket, write.count > Self.pipeBuffer else {
      channel.settleDebt(with: &packet)
      return channel.append(packet)
    }
    packet.fingerprint.dropSuffix()
    var left = write.count
    while left > 0 {
      packet.count = min(left, Self.pipeBuffer)
      packet.consumed = 0
      channel.settleDebt(with: &packet)
      channel.append(packet)
      // The next packet comes behind this one, and of its bytes nothing is known.
      packet.begin = packet.end
      packet.end += 1
      packet.fingerprint = Fingerprint()
      left -= packet.count
    }
  }

  // MARK: - Reads

  private func takeRead(_ transfer: PipeTransfer, in channel: PipeChannel, _ stage: inout EventStage) {
    let raw = transfer.raw
    finishArriving(raw.header.tid, &stage)
    let reader = Endpoint(raw.header)
    channel.note(reader: reader.tid)
    let hasMore = transfer.has(IPC_FLAG_MORE)
    var content = ContentArena.Piece.none
    if !transfer.captured.isEmpty || settings.captureLimit > 0 {
      let whole = Int(clamping: min(raw.count, max(settings.captureLimit, 4096)))
      content = stage.contents.allocate(hasMore ? whole : transfer.captured.count)
      stage.contents.write(transfer.captured, to: content, at: 0)
    }
    nextRead += 1
    channel.reads.append(
      PipeRead(
        reader: reader, isMatched: transfer.has(IPC_FLAG_MATCHED), time: transfer.time, count: transfer.count,
        content: content, filled: transfer.captured.count, isComplete: !hasMore,
        emptied: raw.head == raw.tail,
        lossGeneration: lossGeneration, serial: nextRead))
    pending.append((transfer.time, nextRead, channel))
    if hasMore { arriving[raw.header.tid] = channel }
  }

  private func takeContent(_ record: UnsafeRawBufferPointer, header: ipc_header, _ stage: inout EventStage) {
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
  private func finishArriving(_ tid: UInt32, _ stage: inout EventStage) {
    guard let channel = arriving.removeValue(forKey: tid) else { return }
    close(readOf: tid, in: channel)
    resolve(channel, &stage)
  }

  /// Ends a thread's read at the contents that have come.
  private func close(readOf tid: UInt32, in channel: PipeChannel) {
    let reader = Int32(bitPattern: tid)
    guard let index = channel.reads.lastIndex(where: { $0.reader.tid == reader && !$0.isComplete }) else {
      return
    }
    channel.reads[index].isComplete = true
    channel.reads[index].content.length = channel.reads[index].filled
  }

  // MARK: - Channels

  private func takeChannel(_ record: UnsafeRawBufferPointer, header: ipc_header, _ stage: inout EventStage) {
    let size = MemoryLayout<ipc_channel>.size
    guard record.count >= size else { return }
    let raw = record.loadUnaligned(as: ipc_channel.self)
    let key = ChannelKey(address: raw.channel, inode: raw.inode)
    let channel = channels[key] ?? PipeChannel(key: key, lossGeneration: lossGeneration)
    channels[key] = channel
    channel.lastTouched = header.time
    if header.flags & UInt8(IPC_FLAG_BORN.rawValue) != 0 {
      // The FIFO was closed by everybody in between, and with that its unread bytes were dropped.
      teller.tellUnread(
        of: channel, at: header.time, unread: nil, isInStep: channel.lossGeneration == lossGeneration, &stage)
      channel.lossGeneration = lossGeneration
    }
    if channel.name == nil {
      let names = record[size...].prefix(Int(raw.length)).split(separator: 0)
      channel.name = stage.texts.add(
        names.isEmpty ? Array("/".utf8) : names.reversed().flatMap { [0x2F] + $0 })
    }
  }

  // MARK: - Deciding

  /// Reads of one channel that are tried at a time while an earlier one waits.
  private static let triedReads = 16

  /// Divides the reads that can be divided now.
  private func resolve(_ channel: PipeChannel, _ stage: inout EventStage) {
    var index = 0
    while index < channel.reads.count {
      let isDone = channel.reads[index].isComplete && divide(channel, at: index, isForced: false, &stage)
      if isDone {
        // What one reader has got tells what is left for those before it.
        index = 0
        continue
      }
      // Later reads wait, unless other readers' bytes can tell their writers.
      guard channel.hasSeveralReaders, channel.hasSeveralWriters, index < Self.triedReads else { return }
      index += 1
    }
  }

  /// Divides one read and tells its events; removes it if that was possible.
  private func divide(_ channel: PipeChannel, at index: Int, isForced: Bool, _ stage: inout EventStage)
    -> Bool
  {
    let read = channel.reads[index]
    let content = stage.contents.bytes(of: read.content)
    guard channel.attribute(read, content: content, isForced: isForced, into: &shares) else { return false }
    let isInStep = channel.lossGeneration == lossGeneration
    teller.tell(read, dividedAs: shares, of: channel, isInStep: isInStep, &stage)
    channel.noteEmpty()
    channel.dropFinished()
    channel.reads.remove(at: index)
    if read.emptied {
      // A read that found the pipe empty says so of its own time: what was lost since is not made good.
      if !isInStep, read.lossGeneration == lossGeneration {
        channel.dropEnded(before: read.time) { _ in }
        channel.lossGeneration = lossGeneration
      }
    }
    return true
  }

  var earliestPending: UInt64? {
    while let first = pending.first {
      if first.channel.reads.contains(where: { $0.serial == first.read }) { return first.time }
      pending.removeFirst()
    }
    return nil
  }

  func noteLoss() {
    lossGeneration += 1
    // What is lost may be the rest of a read's contents, and the next chunk another read's.
    for (tid, channel) in arriving { close(readOf: tid, in: channel) }
    arriving.removeAll()
  }

  func settle(before time: UInt64, into stage: inout EventStage) {
    while let earliest = earliestPending, earliest < time, let first = pending.popFirst() {
      guard let index = first.channel.reads.firstIndex(where: { $0.serial == first.read }) else { continue }
      if !first.channel.reads[index].isComplete {
        finishArriving(UInt32(bitPattern: first.channel.reads[index].reader.tid), &stage)
      }
      guard let index = first.channel.reads.firstIndex(where: { $0.serial == first.read }) else { continue }
      _ = divide(first.channel, at: index, isForced: true, &stage)
      resolve(first.channel, &stage)
    }
  }
}
