import DequeModule
import IPCModel
import RecordLayout

/// Pseudoterminals: every write is reported as sent to whoever reads its direction next.
///
/// What is read are other bytes than what was written, because the line discipline edits, echoes and translates. So
/// reads tell only who is at the other end, the bytes are the writer's, and a write that nobody reads is not reported as
/// undelivered: which bytes of a terminal were read cannot be counted.
final class TerminalCorrelator: KindCorrelator {
  /// Writes of one direction that wait at most.
  static let waitingLimit = 4096
  /// Directions that are remembered though they rest.
  static let restingLimit = 1024
  /// How long a direction is left alone after its last use.
  private static let rest: UInt64 = 2_000_000_000

  let settings: CorrelatorSettings
  private(set) var directions: [ChannelKey: TerminalDirection] = [:]
  /// The direction of the last record, because the next one is often of the same.
  private var recent: TerminalDirection?
  /// Those in which writes wait.
  private var busy: [TerminalDirection] = []
  /// Writes whose contents are still arriving, by writer.
  var arriving: [RecordedThread: (direction: TerminalDirection, write: UInt64)] = [:]
  private var lossEpoch: UInt64 = 0
  private var nextWrite: UInt64 = 0
  private var events: TerminalEvents
  /// Names of terminals that are gone, which events on their way may still refer to.
  private var retiredNames = RetiredTexts()
  /// Who held which terminal when the kernel was last asked.
  private var held = OpenChannels()

  init(_ settings: CorrelatorSettings) {
    self.settings = settings
    events = TerminalEvents(showsContents: settings.captureLimit > 0)
  }

  func seed(_ channels: OpenChannels) { held = channels }

  // MARK: - Records

  func take(_ record: UnsafeRawBufferPointer, header: ipc_header, into buffer: inout ReorderBuffer) {
    switch UInt32(header.type) {
    case IPC_RECORD_WRITE.rawValue, IPC_RECORD_READ.rawValue:
      guard let transfer = TerminalTransfer(record), transfer.raw.transfer.count > 0 else { return }
      if !arriving.isEmpty { finishArriving(RecordedThread(header), &buffer) }
      let direction = meet(transfer, &buffer)
      direction.lastTouched = max(direction.lastTouched, header.time)
      if UInt32(header.type) == IPC_RECORD_WRITE.rawValue {
        takeWrite(transfer, in: direction, &buffer)
      } else {
        takeRead(transfer, in: direction, &buffer)
      }
      tellRead(in: direction, &buffer)
    case IPC_RECORD_CONTENT.rawValue: takeContent(record, header: header, &buffer)
    default: return
    }
  }

  /// The direction of a record, made if it is new.
  private func meet(_ transfer: TerminalTransfer, _ buffer: inout ReorderBuffer) -> TerminalDirection {
    let key = transfer.key
    let known: TerminalDirection?
    if let recent, recent.key == key { known = recent } else { known = directions[key] }
    let name = transfer.name
    if let known, known.name == name, known.isOutput == transfer.isOutput {
      recent = known
      return known
    }
    // Another terminal has taken the place.
    if let known { forget(known, &buffer) }
    let shown = name.shown
    let direction = TerminalDirection(
      key: key, isOutput: transfer.isOutput, name: name,
      shownName: shown.isEmpty ? nil : buffer.texts.add(shown))
    directions[key] = direction
    recent = direction
    return direction
  }

  private func takeWrite(
    _ transfer: TerminalTransfer, in direction: TerminalDirection, _ buffer: inout ReorderBuffer
  ) {
    nextWrite += 1
    var write = TerminalWrite(transfer, lossEpoch: lossEpoch, serial: nextWrite)
    direction.lastWriter = write.source
    if settings.captureLimit > 0 { takeFirstContent(transfer, of: &write, in: direction, &buffer) }
    direction.append(write)
    if !direction.isListed {
      direction.isListed = true
      busy.append(direction)
    }
    if direction.waiting.count > Self.waitingLimit { tellFirst(in: direction, &buffer) }
  }

  private func takeRead(
    _ transfer: TerminalTransfer, in direction: TerminalDirection, _ buffer: inout ReorderBuffer
  ) {
    direction.readers.append(TerminalRead(transfer, lossEpoch: lossEpoch))
    while let surplus = direction.readers.surplus {
      while let first = direction.waiting.first, first.isComplete, first.time <= surplus {
        tellFirst(in: direction, &buffer)
      }
      direction.readers.removeFirst()
    }
  }

  // MARK: - Deciding

  /// Tells the writes whose readers are certain at once, which is what happens nearly always.
  func tellRead(in direction: TerminalDirection, _ buffer: inout ReorderBuffer) {
    while let first = direction.waiting.first, first.isComplete {
      guard case .certain = direction.readers.finding(for: first) else { return }
      tellFirst(in: direction, &buffer)
    }
  }

  /// Tells the earliest write by what is known now.
  private func tellFirst(in direction: TerminalDirection, _ buffer: inout ReorderBuffer) {
    guard var write = direction.waiting.popFirst() else { return }
    if !write.isComplete {
      write.close()
      stopArriving(write)
    }
    events.append(write, to: destination(of: write, in: direction), in: direction, &buffer)
  }

  /// Who got a write: who was seen to read next, or else who would be expected to.
  private func destination(
    of write: TerminalWrite, in direction: TerminalDirection
  ) -> TerminalEvents.Destination {
    switch direction.readers.finding(for: write) {
    case .certain(let read), .next(let read):
      let isDoubtful = direction.readers.isDoubtful(read, of: write)
      direction.readers.claim(read, for: write)
      return .init(
        endpoint: read.reader, isInScope: read.isInScope, isInferred: isDoubtful, readTime: read.time)
    case .nobody: break
    }
    if let last = direction.readers.lastRead(before: write) {
      return .init(endpoint: last.reader, isInScope: last.isInScope)
    }
    if !direction.isOutput { return .init(endpoint: write.foreground) }
    // Who can write what is typed holds the master, and reads there (records.h: ipc_terminal); so does who has typed.
    let typing = ChannelKey(address: direction.key.address &- 1, identity: direction.key.identity)
    if let holder = held[typing]?.soleWriter { return .init(endpoint: holder) }
    guard let typed = directions[typing], typed.name == direction.name else {
      return .init(endpoint: .unknown)
    }
    return .init(endpoint: typed.lastWriter)
  }

  func settle(before time: UInt64, into buffer: inout ReorderBuffer) {
    let (sum, isOver) = time.addingReportingOverflow(settings.matchTimeout)
    let now = isOver ? .max : sum
    let known = now > settings.reorderWindow ? now - settings.reorderWindow : 0
    for direction in busy {
      while let first = direction.waiting.first {
        if !first.isComplete, !ContentChunk.isOverdue(since: first.time, at: time) { break }
        if first.time >= time, !(first.isComplete && isRead(first, by: known, in: direction)) { break }
        tellFirst(in: direction, &buffer)
      }
    }
    unlistIdle()
  }

  /// Whether a write's reader is known, and no record of an earlier read can be on its way.
  private func isRead(_ write: TerminalWrite, by time: UInt64, in direction: TerminalDirection) -> Bool {
    switch direction.readers.finding(for: write) {
    case .certain: true
    case .next(let read): read.time <= time
    case .nobody: false
    }
  }

  private func unlistIdle() {
    busy.removeAll { direction in
      if direction.waiting.isEmpty { direction.isListed = false }
      return direction.waiting.isEmpty
    }
  }

  var earliestPending: UInt64? {
    var earliest: UInt64?
    for direction in busy {
      if let time = direction.waiting.first?.time { earliest = min(earliest ?? time, time) }
    }
    return earliest
  }

  func recordsWereLost() {
    lossEpoch += 1
    closeArriving()
  }

  // MARK: - The end

  func finish(at time: UInt64, channels: OpenChannels, into buffer: inout ReorderBuffer) {
    settle(before: .max, into: &buffer)
    directions = [:]
    recent = nil
  }

  func sweep(at time: UInt64, channels: OpenChannels?, into buffer: inout ReorderBuffer) {
    if let channels { held = channels }
    retiredNames.tidy(at: time, &buffer)
    let surplus = directions.count - Self.restingLimit
    guard surplus > 0 else { return }
    let resting = directions.values.filter {
      $0.waiting.isEmpty && $0.lastTouched < time - min(time, Self.rest)
    }
    let longest = resting.sorted { $0.lastTouched < $1.lastTouched }.prefix(surplus)
    for direction in longest { forget(direction, &buffer) }
  }

  /// Tells what waits in a direction, and lets go of it.
  private func forget(_ direction: TerminalDirection, _ buffer: inout ReorderBuffer) {
    while !direction.waiting.isEmpty { tellFirst(in: direction, &buffer) }
    directions[direction.key] = nil
    if let name = direction.shownName { retiredNames.append(name) }
    recent = nil
  }

  var wantsOpenChannels: Bool { false }
}

/// Contents of writes, which come in several records if they are long.
extension TerminalCorrelator {
  /// Takes the contents behind a write's own record.
  func takeFirstContent(
    _ transfer: TerminalTransfer, of write: inout TerminalWrite, in direction: TerminalDirection,
    _ buffer: inout ReorderBuffer
  ) {
    write.wanted = transfer.wanted(limit: settings.captureLimit)
    let first = UnsafeRawBufferPointer(rebasing: transfer.captured.prefix(write.wanted))
    write.filled = first.count
    guard transfer.has(IPC_FLAG_MORE), write.filled < write.wanted else {
      write.content = buffer.contents.store(first)
      return
    }
    write.content = buffer.contents.allocate(write.wanted)
    buffer.contents.write(first, to: write.content, at: 0)
    write.isComplete = false
    arriving[write.thread] = (direction, write.serial)
  }

  /// Takes more contents of a thread's last write.
  func takeContent(_ record: UnsafeRawBufferPointer, header: ipc_header, _ buffer: inout ReorderBuffer) {
    let thread = RecordedThread(header)
    guard let chunk = ContentChunk(record), let (direction, serial) = arriving[thread] else { return }
    guard let index = direction.index(of: serial) else { return }
    let write = direction.waiting[index]
    if let joined = chunk.join(write.content, filled: write.filled, in: buffer.contents) {
      direction.waiting[index].filled += joined
      if chunk.isShort { direction.waiting[index].isShort = true }
      if chunk.hasMore, write.filled + joined < write.wanted { return }
    }
    finishArriving(thread, &buffer)
  }

  /// Takes the contents of a thread's write as complete, whether or not all of it has come.
  func finishArriving(_ thread: RecordedThread, _ buffer: inout ReorderBuffer) {
    guard let (direction, serial) = arriving.removeValue(forKey: thread) else { return }
    guard let index = direction.index(of: serial) else { return }
    direction.waiting[index].close()
    tellRead(in: direction, &buffer)
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
