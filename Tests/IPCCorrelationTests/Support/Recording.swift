import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

/// Operations on pipes and signals, told to a correlator by the records that the kernel would send of them.
///
/// When which record is sent is that of pipe.bpf.c. Every operation takes a microsecond.
final class Recording {
  private var correlator: Correlator
  let limit: UInt64
  private var held: [[UInt8]]?
  private var parties: [Endpoint: String] = [:]

  /// Now, in nanoseconds.
  var clock: UInt64 = 1_000_000_000
  /// Most content bytes in one record of a write or a backlog.
  var contentChunk = Int(IPC_CHUNK_LIMIT)
  /// Records lost up to now.
  var lost: UInt32 = 0
  /// The pipe of operations that name none.
  let pipe: TracedPipe
  /// Every event so far.
  private(set) var told: [Told] = []

  /// - Parameter limit: Content bytes that are captured; 0 without `-x`.
  init(
    capturing limit: UInt64 = .max, pipe: TracedPipe = TracedPipe(),
    serviceName: @escaping @Sendable (UInt16, Kind) -> String? = { _, _ in nil }
  ) {
    self.limit = limit
    self.pipe = pipe
    correlator = Correlator(CorrelatorSettings(captureLimit: limit, serviceName: serviceName))
  }

  // MARK: - Records

  /// Hands a record to the correlator, or holds it back.
  @discardableResult
  func arrive(_ record: [UInt8]) -> UInt64? {
    held?.append(record)
    return held == nil ? record.withUnsafeBytes { correlator.take($0) } : nil
  }

  /// Records that come later than those of what happens next.
  func late(_ operations: () -> Void) -> [[UInt8]] {
    held = []
    operations()
    defer { held = nil }
    return held ?? []
  }

  func arrive(late records: [[UInt8]]) {
    for record in records { arrive(record) }
  }

  /// Operations of which the ring had no room for any record.
  func losing(_ operations: () -> Void) {
    lost &+= UInt32(late(operations).count)
  }

  func header(
    _ type: ipc_record_type, by party: Party, flags: [ipc_flags] = [], kind: ipc_kind = IPC_KIND_PIPE
  ) -> ipc_header {
    clock += 1000
    parties[party.endpoint] = party.name
    return RecordBytes.header(type, kind, by: party, time: clock, lost: lost, flags: flags)
  }

  func transfer(_ header: ipc_header, _ pipe: TracedPipe, count: Int) -> ipc_transfer {
    var transfer = ipc_transfer()
    transfer.header = header
    transfer.channel = pipe.address
    transfer.inode = pipe.inode
    transfer.count = UInt64(count)
    transfer.head = pipe.head
    transfer.tail = pipe.tail
    if !pipe.isKnown {
      pipe.isKnown = true
      transfer.header.flags |= UInt8(IPC_FLAG_FIRST.rawValue)
      transfer.unread = UInt32(clamping: pipe.unread)
    }
    return transfer
  }

  private func send(_ type: ipc_record_type, _ writing: Writing, count: Int) {
    var flags = writing.isPacket ? [IPC_FLAG_PACKET] : []
    let bytes = Array(writing.bytes.prefix(count))
    let hasContents =
      type == IPC_RECORD_WRITE && limit > 0 && writing.pipe.isSplicedFrom && writing.isKept && count > 0
    if writing.isSpliced { flags.append(IPC_FLAG_SPLICED) }
    if hasContents { flags.append(IPC_FLAG_MORE) }
    var transfer = transfer(header(type, by: writing.party, flags: flags), writing.pipe, count: count)
    let print = RecordBytes.fingerprint(of: writing.isSpliced ? [] : bytes)
    transfer.captured = UInt32(print.captured.count)
    transfer.suffix = UInt32(print.suffix)
    arrive(RecordBytes.bytes(transfer, then: print.captured))
    if hasContents { sendContents(bytes, behind: transfer.header) }
  }

  // MARK: - Operations

  func write(_ text: String, by party: Party, to pipe: TracedPipe? = nil, packet: Bool = false) {
    end(begin(text, by: party, to: pipe, packet: packet))
  }

  func begin(_ text: String, by party: Party, to pipe: TracedPipe? = nil, packet: Bool = false) -> Writing {
    begin(Array(text.utf8), by: party, to: pipe, packet: packet)
  }

  func begin(
    _ bytes: [UInt8], by party: Party, to pipe: TracedPipe? = nil, packet: Bool = false
  ) -> Writing {
    let pipe = pipe ?? self.pipe
    let writing = Writing(party: party, bytes: bytes, pipe: pipe, isPacket: packet)
    let isOther = pipe.lastWriter != 0 && pipe.lastWriter != party.tid
    pipe.lastWriter = party.tid
    if isOther { pipe.isShared = true }
    if pipe.isShared || bytes.count > 4096 || !pipe.isKnown {
      send(IPC_RECORD_WRITE_BEGIN, writing, count: bytes.count)
    }
    return writing
  }

  /// - Parameters:
  ///   - count: Bytes written, if not all; 0 for a write that has failed.
  ///   - isPut: Whether the bytes are in the pipe already.
  func end(_ writing: Writing, count: Int? = nil, isPut: Bool = false) {
    let count = count ?? writing.bytes.count
    if !isPut { writing.pipe.put(count) }
    if count == 0, !writing.pipe.isShared, writing.bytes.count <= 4096 { return }
    writing.pipe.lastWriter = writing.party.tid
    send(IPC_RECORD_WRITE, writing, count: count)
  }

  func read(_ text: String, by party: Party, from pipe: TracedPipe? = nil) {
    read(Array(text.utf8), by: party, from: pipe)
  }

  /// - Parameters:
  ///   - chunk: Most content bytes in one record.
  ///   - isTaken: Whether the bytes are out of the pipe already.
  func read(
    _ bytes: [UInt8], by party: Party, from pipe: TracedPipe? = nil, chunk: Int = Int(IPC_CHUNK_LIMIT),
    isTaken: Bool = false
  ) {
    let pipe = pipe ?? self.pipe
    if !isTaken { pipe.take(bytes.count) }
    let captured = Array(bytes.prefix(Int(clamping: pipe.isShared ? max(limit, 4096) : limit)))
    var transfer = transfer(header(IPC_RECORD_READ, by: party), pipe, count: bytes.count)
    let first = Array(captured.prefix(chunk))
    if first.count < captured.count { transfer.header.flags |= UInt8(IPC_FLAG_MORE.rawValue) }
    transfer.captured = UInt32(first.count)
    arrive(RecordBytes.bytes(transfer, then: first))
    var content = ipc_content()
    content.header = transfer.header
    content.header.type = UInt16(IPC_RECORD_CONTENT.rawValue)
    for offset in stride(from: chunk, to: captured.count, by: chunk) {
      let part = Array(captured[offset...].prefix(chunk))
      content.header.flags = offset + chunk < captured.count ? UInt8(IPC_FLAG_MORE.rawValue) : 0
      content.offset = UInt64(offset)
      content.captured = UInt32(part.count)
      arrive(RecordBytes.bytes(content, then: part))
    }
  }

  /// Tells a FIFO's path, given from the last component to the first.
  func tellPath(_ names: [String], of pipe: TracedPipe? = nil, isBorn: Bool = false, by party: Party = .ann) {
    let pipe = pipe ?? self.pipe
    var channel = ipc_channel()
    channel.header = header(IPC_RECORD_CHANNEL, by: party, flags: isBorn ? [IPC_FLAG_BORN] : [])
    channel.channel = pipe.address
    channel.inode = pipe.inode
    let path: [UInt8] = names.flatMap { name in Array(name.utf8) + [0] }
    channel.length = UInt32(path.count)
    arrive(RecordBytes.bytes(channel, then: path))
  }

  /// Sends a signal; `fill` sets what is not usual about it.
  func signal(_ number: Int32, from: Party, to: Party, _ fill: (inout ipc_signal) -> Void = { _ in }) {
    var signal = ipc_signal()
    signal.header = header(IPC_RECORD_SIGNAL, by: from, kind: IPC_KIND_SIGNAL)
    parties[to.endpoint] = to.name
    signal.target_tgid = to.pid
    signal.target_tid = to.tid
    RecordBytes.set(&signal.target_comm, to: to.name)
    signal.target_matched = to.isInTree ? 1 : 0
    signal.number = number
    fill(&signal)
    arrive(RecordBytes.bytes(signal))
  }

  // MARK: - The correlator

  /// Makes the snapshot known that is taken when the trace begins.
  func begin(with live: LiveChannels, _ holders: Party...) {
    for party in holders { parties[party.holder] = party.name }
    correlator.seed(live)
  }

  /// What is told when some time has gone by, beyond what was told before.
  func told(after milliseconds: UInt64 = 20) -> [String] {
    clock += milliseconds * 1_000_000
    let start = told.count
    correlator.release(now: clock) { event, content, texts in note(event, content, texts) }
    return told[start...].map { $0.line(parties, tellsMissing: true) }
  }

  /// What is told when the trace ends, beyond what was told before; every pipe is gone unless `live` has it.
  func toldAtEnd(_ live: LiveChannels = LiveChannels()) -> [String] {
    let start = told.count
    correlator.finish(now: clock, channels: live) { event, content, texts in note(event, content, texts) }
    return told[start...].map { $0.line(parties, tellsMissing: true) }
  }

  private func note(
    _ event: borrowing Event, _ content: UnsafeRawBufferPointer?, _ texts: borrowing TextTable
  ) -> Bool {
    let next = Told(event, content: content, texts: texts)
    if let last = told.last {
      #expect(last.event.time <= next.event.time, "events come in the order of time")
    }
    told.append(next)
    return true
  }

  /// Lets time pass and tidies up; returns how many channels were forgotten.
  @discardableResult
  func sweep(after milliseconds: UInt64, _ live: LiveChannels? = nil) -> Int {
    clock += milliseconds * 1_000_000
    let known = channelCount
    correlator.sweep(now: clock, channels: live)
    return known - channelCount
  }

  /// Channels with state.
  var channelCount: Int {
    correlator.correlators.reduce(0) { $0 + (($1 as? StreamCorrelator)?.channels.count ?? 0) }
  }

  /// Whether an operation waits for its other side.
  var hasPending: Bool { correlator.hasPending }
  /// Whether a look at the channels that exist would decide anything.
  var wantsLiveChannels: Bool { correlator.wantsLiveChannels }
  /// Bytes of memory for contents.
  var contentCapacity: Int { correlator.stage.contents.capacity }
  /// Pieces of contents that are kept.
  var contentsInUse: Int { correlator.stage.contents.pieceCount }
  /// Events that wait.
  var waiting: Int { correlator.stage.count }

  /// A picture in which `holders` can write to the pipe.
  func live(unread: UInt64?, _ holders: Party..., pipe: TracedPipe? = nil) -> LiveChannels {
    let pipe = pipe ?? self.pipe
    var live = LiveChannels()
    for party in holders.isEmpty ? [.bob] : holders {
      live.add(
        channel: pipe.address, inode: pipe.inode, holder: party.holder, isWritable: !holders.isEmpty,
        isReadable: true, unread: unread)
    }
    return live
  }
}
