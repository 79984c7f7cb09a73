import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

/// Operations on pipes and signals, told to a correlator by the records that the kernel would send of them.
///
/// When which record is sent is that of pipe.bpf.c. Every operation takes a microsecond.
final class Recording: CorrelatorRecording {
  /// Most content bytes in one record of a write or a backlog.
  var contentChunk = Int(IPC_CHUNK_LIMIT)
  /// The pipe of operations that name none.
  let pipe: TracedPipe
  /// - Parameter limit: Content bytes that are captured; 0 without `-x`.
  init(
    capturing limit: UInt64 = .max, matchTimeout: UInt64 = 100_000_000, pipe: TracedPipe = TracedPipe(),
    serviceName: @escaping @Sendable (UInt16, Kind) -> String? = { _, _ in nil },
    processes: ProcessSources? = nil
  ) {
    self.pipe = pipe
    super.init(
      capturing: limit, matchTimeout: matchTimeout, serviceName: serviceName, processes: processes)
  }

  // MARK: - Records

  func header(
    _ type: ipc_record_type, by party: Party, flags: [ipc_flags] = [], kind: ipc_kind = IPC_KIND_PIPE
  ) -> ipc_header {
    header(type, kind, by: party, flags: flags)
  }

  func transfer(_ header: ipc_header, _ pipe: TracedPipe, count: Int) -> ipc_transfer {
    var transfer = ipc_transfer()
    transfer.header = header
    transfer.channel = pipe.address
    transfer.identity = pipe.inode
    transfer.count = UInt64(count)
    transfer.state.pipe.head = pipe.head
    transfer.state.pipe.tail = pipe.tail
    if !pipe.isKnown {
      pipe.isKnown = true
      transfer.header.flags |= UInt8(IPC_FLAG_FIRST_SEEN.rawValue)
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
    sendContents(captured, from: first.count, by: chunk, behind: transfer.header)
  }

  /// Tells a FIFO's path, given from the last component to the first.
  func tellPath(_ names: [String], of pipe: TracedPipe? = nil, isBorn: Bool = false, by party: Party = .ann) {
    let pipe = pipe ?? self.pipe
    var channel = ipc_channel()
    channel.header = header(IPC_RECORD_CHANNEL, by: party, flags: isBorn ? [IPC_FLAG_CREATED] : [])
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
    RecordBytes.set(&signal.target_comm, to: to.process ?? to.name)
    RecordBytes.set(&signal.target_thread, to: to.name)
    signal.target_image = to.image
    signal.target_in_scope = to.isInScope ? 1 : 0
    signal.number = number
    fill(&signal)
    arrive(RecordBytes.bytes(signal))
  }

  // MARK: - The correlator

  /// A picture in which `holders` can write to the pipe.
  func live(unread: UInt64?, _ holders: Party..., pipe: TracedPipe? = nil) -> OpenChannels {
    let pipe = pipe ?? self.pipe
    var live = OpenChannels()
    for party in holders.isEmpty ? [.bob] : holders {
      live.add(
        channel: pipe.address, inode: pipe.inode, holder: party.holder, isWritable: !holders.isEmpty,
        isReadable: true, unread: unread)
    }
    return live
  }
}
