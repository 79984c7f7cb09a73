import BasicContainers
import DequeModule
import IPCModel
import RecordLayout

/// Byte streams: every read is divided among the writes that delivered its bytes.
final class StreamCorrelator: KindCorrelator {
  let medium: any StreamMedium
  /// The same as the medium says, which would be a call for each look at it.
  let isSocket: Bool
  let settings: CorrelatorSettings
  var channels: [ChannelKey: StreamChannel] = [:]
  /// Those of the last records.
  var recent = RecentChannels()
  var lossGeneration: UInt64 = 0
  var nextRead: UInt64 = 0
  /// Reads whose contents are still arriving, by reader.
  var arriving: [RecordedThread: StreamChannel] = [:]
  /// Reads whose writers are not known yet.
  var pending = WaitingLine<StreamChannel>()
  private var shares = StreamChannel.Shares()
  /// Contents of writes that are still arriving, by writer.
  var arrivingWrites: [RecordedThread: ArrivingContent] = [:]
  var lastContentRecord: UInt64 = 0
  /// What lies unread in pipes that somebody has begun to splice from, until the next read is told.
  var backlogs: [ChannelKey: SpliceBacklog] = [:]
  let teller: StreamTeller
  var look = LookSchedule()
  /// Names of channels that are gone, which events on their way may still refer to.
  var retiredNames = RetiredTexts()
  /// Ancillary data of the transfers that come next.
  var passed = PassedWaiting()
  /// Who held which channel when the trace began: the likely writers of what was unread then.
  private var initialHolders = LiveChannels()

  init(_ medium: any StreamMedium, _ settings: CorrelatorSettings) {
    self.medium = medium
    isSocket = medium.isSocket
    self.settings = settings
    teller = StreamTeller(medium: medium, captureLimit: settings.captureLimit)
  }

  // MARK: - Records

  func take(_ record: UnsafeRawBufferPointer, header: ipc_header, into stage: inout EventStage) {
    switch UInt32(header.type) {
    case IPC_RECORD_WRITE_BEGIN.rawValue, IPC_RECORD_WRITE.rawValue, IPC_RECORD_READ.rawValue:
      guard record.count >= StreamTransfer.size(isSocket: isSocket), let start = record.baseAddress else {
        return
      }
      let transfer = StreamTransfer(start, length: record.count, isSocket: isSocket)
      let channel = meet(transfer)
      if let socket = transfer.socket {
        if channel.hasPositions, channel.ends.isContradicted(by: socket) {
          // A thread's record of an earlier connection is of no use any more.
          if header.time < channel.positions.birth { return }
          beginAnew(channel, with: transfer, &stage)
        }
        medium.note(socket, in: &channel.ends)
      }
      switch UInt32(header.type) {
      case IPC_RECORD_WRITE_BEGIN.rawValue: takeBeginning(transfer, in: channel, &stage)
      case IPC_RECORD_WRITE.rawValue: takeWrite(transfer, in: channel, &stage)
      default: takeRead(transfer, in: channel, &stage)
      }
      if !channel.reads.isEmpty {
        resolve(channel, &stage)
        if header.type == UInt16(IPC_RECORD_READ.rawValue) {
          awaitWriters(ofLastReadOf: channel, at: header.time)
        }
      }
      releaseDiscarded(of: channel, &stage)
    case IPC_RECORD_CONTENT.rawValue: takeContent(record, header: header, &stage)
    case IPC_RECORD_BACKLOG.rawValue: takeBacklog(record, header: header, &stage)
    case IPC_RECORD_CHANNEL.rawValue:
      if isSocket {
        medium.takeName(record, &stage.texts)
      } else {
        takeFIFO(record, header: header, &stage)
      }
    case IPC_RECORD_PASSED.rawValue: passed.take(record, header: header)
    default: return
    }
  }

  /// The channel of a record, made if it is new.
  private func meet(_ transfer: StreamTransfer) -> StreamChannel {
    let key = transfer.key
    if let channel = recent[key] {
      note(transfer, of: channel)
      return channel
    }
    let known = channels[key]
    let channel = known ?? makeChannel(key)
    recent.note(channel)
    if known == nil, lossGeneration > 0, !transfer.has(IPC_FLAG_FIRST_SEEN), !isFirstEver(transfer) {
      channel.lossGeneration = lossGeneration - 1
    }
    note(transfer, of: channel)
    return channel
  }

  /// Learns what a record says of its channel.
  private func note(_ transfer: StreamTransfer, of channel: StreamChannel) {
    channel.lastTouched = transfer.time
    if transfer.has(IPC_FLAG_MULTI_WRITER) { channel.writers.noteSeveral() }
    if transfer.has(IPC_FLAG_FIRST_SEEN), !channel.hasPositions {
      meetFirst(transfer, channel, isNew: !channel.isMet)
    }
    channel.isMet = true
  }

  /// Adds a channel.
  func makeChannel(_ key: ChannelKey) -> StreamChannel {
    let channel = StreamChannel(key: key, medium: medium, lossGeneration: lossGeneration)
    let held = initialHolders[key]
    channel.wasThere = held != nil
    channel.initialWriter = held?.soleWriter
    channels[key] = channel
    return channel
  }

  /// Accounts for what was unread before the trace knew the channel.
  private func meetFirst(_ transfer: StreamTransfer, _ channel: StreamChannel, isNew: Bool) {
    guard transfer.raw.unread != IPC_UNREAD_UNKNOWN else {
      channel.lossGeneration = lossGeneration &- 1
      return
    }
    var before = Int(transfer.raw.unread)
    switch UInt32(transfer.raw.header.type) {
    case IPC_RECORD_WRITE.rawValue: before = max(0, before - transfer.count)
    // Nothing lay in a socket that was made since the trace began: the write's own record is still to come.
    case IPC_RECORD_READ.rawValue where isSocket && isNew && !channel.wasThere && teller.infersWriters:
      before = 0
    case IPC_RECORD_READ.rawValue: before += transfer.count
    default: break
    }
    // The kernel's table forgets channels that have rested for long; what is known here still holds, unless others
    // have written meanwhile.
    if !isNew, channel.lossGeneration == lossGeneration {
      if teller.infersWriters || before <= channel.available { return }
      channel.lossGeneration = lossGeneration &- 1
    }
    channel.dropAll { _ in }
    guard before > 0 else { return }
    var write = StreamWrite(
      source: teller.infersWriters ? channel.initialWriter ?? .unknown : .unknown, isInScope: false,
      isInferred: true, begin: 0, end: StreamWrite.longAgo,
      count: before, fingerprint: Fingerprint())
    channel.append(&write)
  }

  func seed(_ channels: LiveChannels) { initialHolders = channels }

  func noteForgotten() { teller.infersWriters = false }

  // MARK: - Deciding

  /// Reads of one channel that are tried at a time while an earlier one waits.
  private static let triedReads = 16
  /// The same where each read can be decided for itself.
  private static let triedPositions = 256

  /// Divides the reads that can be divided now.
  func resolve(_ channel: StreamChannel, _ stage: inout EventStage) {
    var index = 0
    while index < channel.reads.count {
      let isDone = channel.reads[index].isComplete && divide(channel, at: index, isForced: false, &stage)
      if channel.hasPositions {
        if !isDone { index += 1 }
        if index >= Self.triedPositions { return }
        continue
      }
      if isDone {
        // What one reader has got tells what is left for those before it.
        index = 0
        continue
      }
      // Later reads wait, unless other readers' bytes can tell their writers.
      guard channel.hasSeveralReaders, channel.writers.hasSeveral, channel.splicing == nil,
        index < Self.triedReads
      else { return }
      index += 1
    }
  }

  /// Lets the last read that came wait for its writers, unless they are known by now.
  private func awaitWriters(ofLastReadOf channel: StreamChannel, at time: UInt64) {
    guard channel.reads.contains(where: { $0.serial == nextRead }) else { return }
    pending.insert((time, nextRead, channel))
  }

  /// Divides one read and tells its events; removes it if that was possible.
  @discardableResult
  func divide(_ channel: StreamChannel, at index: Int, isForced: Bool, _ stage: inout EventStage) -> Bool {
    let read = channel.reads[index]
    guard tell(read, of: channel, isForced: isForced, &stage) else { return false }
    // Removal in the middle moves what comes behind.
    if index == 0 { channel.reads.removeFirst(1) } else { _ = channel.reads.remove(at: index) }
    goPast(read, in: channel, &stage)
    return true
  }

  /// Divides a read that waits nowhere yet, and tells its events if that was possible.
  func divideAtOnce(_ read: StreamRead, of channel: StreamChannel, _ stage: inout EventStage) -> Bool {
    guard channel.reads.isEmpty, read.isComplete, tell(read, of: channel, isForced: false, &stage) else {
      return false
    }
    goPast(read, in: channel, &stage)
    return true
  }

  private func tell(
    _ read: StreamRead, of channel: StreamChannel, isForced: Bool, _ stage: inout EventStage
  ) -> Bool {
    let content = stage.contents.bytes(of: read.content)
    guard
      channel.attribute(
        read, content: content, isForced: isForced, lossGeneration: lossGeneration, into: &shares)
    else { return false }
    teller.tell(read, dividedAs: shares, of: channel, isInStep: isInStep(channel), &stage)
    channel.kept.remove(read.passed)
    return true
  }

  /// Positions stay true whatever was lost.
  private func isInStep(_ channel: StreamChannel) -> Bool {
    channel.hasPositions || channel.lossGeneration == lossGeneration
  }

  /// Lets go of the writes that a read was the last of.
  private func goPast(_ read: StreamRead, in channel: StreamChannel, _ stage: inout EventStage) {
    if channel.hasPositions { return dropPassed(channel, at: read.time, &stage) }
    channel.noteEmpty(at: read.time)
    channel.dropFinished()
    // A read that found the stream empty says so of its own time: what was lost since is not made good.
    if read.emptied, !isInStep(channel), read.lossGeneration == lossGeneration {
      channel.dropEnded(before: read.time) { _ in }
      channel.lossGeneration = lossGeneration
    }
  }

  /// Lets go of what reads have gone past; if nothing was lost, somebody has read it without being seen.
  func dropPassed(_ channel: StreamChannel, at time: UInt64, _ stage: inout EventStage) {
    channel.dropPassed(at: time) { write in
      guard write.isLocal, write.lossGeneration == lossGeneration, !write.cameLate else { return }
      teller.tellUnseen(write.remaining, of: write, at: time, channel, &stage)
    }
  }

  var earliestPending: UInt64? {
    while let first = pending.first {
      if first.place.reads.contains(where: { $0.serial == first.serial }) { return first.time }
      pending.popFirst()
    }
    return nil
  }

  func noteLoss() {
    lossGeneration += 1
    // What is lost may be the rest of a read's contents, and the next chunk another read's.
    for (thread, channel) in arriving { close(readOf: thread, in: channel) }
    arriving.removeAll()
    for thread in arrivingWrites.keys { arrivingWrites[thread]?.cut() }
    passed.noteLoss()
  }

  func settle(before time: UInt64, into stage: inout EventStage) {
    while let earliest = earliestPending, earliest < time, let first = pending.first {
      if isArriving(first.serial, in: first.place), !ContentChunk.isOverdue(since: earliest, at: time) {
        return
      }
      pending.popFirst()
      while let index = first.place.reads.firstIndex(where: { $0.serial == first.serial }) {
        // Where the order of the reads tells their bytes, those before it come first.
        force(first.place, at: first.place.splicing == nil ? index : 0, &stage)
      }
    }
  }

  /// Whether the contents of a read are still coming.
  private func isArriving(_ serial: UInt64, in channel: StreamChannel) -> Bool {
    !arriving.isEmpty && channel.reads.contains { $0.serial == serial && !$0.isComplete }
  }

  /// Divides a read whatever is known.
  private func force(_ channel: StreamChannel, at index: Int, _ stage: inout EventStage) {
    let read = channel.reads[index]
    if !read.isComplete { finishArriving(read.thread, &stage) }
    if read.isSpliced { finishWriting(to: channel, &stage) }
    guard let index = channel.reads.firstIndex(where: { $0.serial == read.serial }) else { return }
    divide(channel, at: index, isForced: true, &stage)
    resolve(channel, &stage)
    releaseDiscarded(of: channel, &stage)
  }
}
