import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

/// Messages that are sent and received, told to a correlator by the records that the kernel would send of them.
///
/// When which record is sent is that of unix_message.bpf.c and udp.bpf.c. Every operation takes a microsecond.
final class MessageRecording {
  private var correlator: Correlator
  private let kind: ipc_kind
  private let limit: UInt64
  private var held: [[UInt8]]?
  private var parties: [Endpoint: String] = [:]
  private var named: Set<UInt64> = []

  /// Now, in nanoseconds.
  var clock: UInt64 = 1_000_000_000
  /// Records lost up to now.
  var lost: UInt32 = 0
  /// Every event so far.
  private(set) var told: [Told] = []

  /// - Parameter limit: Content bytes that are captured; 0 without `-x`.
  init(
    _ kind: ipc_kind = IPC_KIND_UNIX_DGRAM, capturing limit: UInt64 = .max,
    serviceName: @escaping @Sendable (UInt16, Kind) -> String? = { _, _ in nil }
  ) {
    self.kind = kind
    self.limit = limit
    correlator = Correlator(CorrelatorSettings(captureLimit: limit, serviceName: serviceName))
  }

  // MARK: - Records

  func arrive(_ record: [UInt8]) {
    held?.append(record)
    if held == nil { record.withUnsafeBytes { _ = correlator.take($0) } }
  }

  func arrive(late records: [[UInt8]]) {
    for record in records { arrive(record) }
  }

  /// Records that come later than those of what happens next.
  func late(_ operations: () -> Void) -> [[UInt8]] {
    held = []
    operations()
    defer { held = nil }
    return held ?? []
  }

  /// Operations of which the ring had no room for any record.
  func losing(_ operations: () -> Void) {
    lost &+= UInt32(late(operations).count)
  }

  private func header(_ type: ipc_record_type, by party: Party) -> ipc_header {
    clock += 1000
    parties[party.endpoint] = party.name
    return RecordBytes.header(type, kind, by: party, time: clock, lost: lost)
  }

  private func socketRecord(
    _ header: ipc_header, from source: MessageSocket?, to target: MessageSocket?, count: Int
  ) -> ipc_socket {
    var record = ipc_socket()
    record.transfer.header = header
    record.transfer.count = UInt64(count)
    if kind == IPC_KIND_LOOPBACK_UDP {
      fillPorts(&record, from: source, to: target)
      record.netns = target?.netns ?? source?.netns ?? 0
      return record
    }
    if let source { (record.transfer.channel, record.transfer.inode) = (source.address, source.inode) }
    if let target { (record.peer, record.peer_inode) = (target.address, target.inode) }
    if source?.name != nil { record.traits |= UInt16(IPC_SOCKET_SOURCE_NAMED.rawValue) }
    if target?.name != nil { record.traits |= UInt16(IPC_SOCKET_DESTINATION_NAMED.rawValue) }
    return record
  }

  private static func setLoopback(_ address: inout RecordedAddress) {
    withUnsafeMutableBytes(of: &address) { bytes in
      bytes.copyBytes(from: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1])
    }
  }

  private func fillPorts(
    _ record: inout ipc_socket, from source: MessageSocket?, to target: MessageSocket?
  ) {
    if let source {
      record.source_port = source.port
      Self.setLoopback(&record.source_address)
    }
    if let target {
      record.destination_port = target.port
      Self.setLoopback(&record.destination_address)
    }
    if let source, let target {
      record.transfer.channel = 0x1_0000_0000 | UInt64(source.port) << 16 | UInt64(target.port)
    }
  }

  /// Tells the names of sockets that were not told yet.
  private func tellNames(_ sockets: MessageSocket?..., by party: Party) {
    for case let socket? in sockets where named.insert(socket.address).inserted {
      tellName(of: socket, by: party)
    }
  }

  func tellName(of socket: MessageSocket, inode: UInt64? = nil, by party: Party = .ann) {
    guard let name = socket.name else { return }
    var channel = ipc_channel()
    channel.header = header(IPC_RECORD_CHANNEL, by: party)
    channel.channel = socket.address
    channel.inode = inode ?? socket.inode
    channel.length = UInt32(name.bytes.count)
    channel.form = name.form.rawValue
    arrive(RecordBytes.bytes(channel, then: name.bytes))
  }

  private func tell(_ passing: MessagePassing?, by party: Party) {
    if let passing { arrive(passing.record(header(IPC_RECORD_PASSED, by: party))) }
  }

  // MARK: - Operations

  /// Enters sendmmsg(2).
  func beginBatch(by party: Party, from source: MessageSocket, to target: MessageSocket?) {
    var record = socketRecord(header(IPC_RECORD_WRITE_BEGIN, by: party), from: source, to: target, count: 0)
    record.traits |= UInt16(IPC_SOCKET_BATCH.rawValue)
    arrive(RecordBytes.bytes(record))
  }

  /// Sends a message.
  ///
  /// - Parameters:
  ///   - segment: Bytes of the datagrams that it is cut into.
  ///   - queued: When it was queued at its receiver, if that is told.
  ///   - traits: What is not usual about it.
  func send(
    _ text: String, by party: Party, from source: MessageSocket, to target: MessageSocket?,
    segment: UInt16 = 0,
    queued: UInt64 = 0, traits: [ipc_socket_traits] = [IPC_SOCKET_LOCAL], passing: MessagePassing? = nil
  ) {
    if kind != IPC_KIND_LOOPBACK_UDP { tellNames(source, target, by: party) }
    tell(passing, by: party)
    var record = socketRecord(
      header(IPC_RECORD_WRITE, by: party), from: source, to: target, count: text.utf8.count)
    record.segment = segment
    record.transfer.head = UInt32(truncatingIfNeeded: queued)
    record.transfer.tail = UInt32(truncatingIfNeeded: queued >> 32)
    for trait in traits { record.traits |= UInt16(trait.rawValue) }
    let print = RecordBytes.fingerprint(of: Array(text.utf8))
    record.transfer.captured = UInt32(print.captured.count)
    record.transfer.suffix = UInt32(print.suffix)
    arrive(RecordBytes.bytes(record, then: print.captured))
  }

  /// Receives a message.
  ///
  /// - Parameters:
  ///   - source: The sending socket; nil if it is not known.
  ///   - room: Size of the receiver's buffer.
  ///   - isLocal: Whether the message came from this host for certain.
  ///   - isLengthKnown: Whether the kernel tells how long a message is that has been cut.
  ///   - chunk: Most content bytes in one record.
  func receive(
    _ text: String, by party: Party, at target: MessageSocket, from source: MessageSocket?,
    room: Int = .max, isLocal: Bool = true, isLengthKnown: Bool = true, passing: MessagePassing? = nil,
    chunk: Int = Int(IPC_CHUNK_LIMIT)
  ) {
    if kind != IPC_KIND_LOOPBACK_UDP { tellNames(source, target, by: party) }
    tell(passing, by: party)
    let kept = min(text.utf8.count, room)
    let captured = Array(text.utf8.prefix(min(kept, Int(clamping: max(limit, 64)))))
    var record = socketRecord(
      header(IPC_RECORD_READ, by: party), from: source, to: target, count: text.utf8.count)
    (record.peer, record.peer_inode) = (target.address, target.inode)
    record.kept = UInt32(kept)
    if isLocal { record.traits |= UInt16(IPC_SOCKET_LOCAL.rawValue) }
    if !isLengthKnown {
      record.transfer.count = UInt64(kept)
      if kept == room { record.traits |= UInt16(IPC_SOCKET_FILLED.rawValue) }
    }
    let first = Array(captured.prefix(chunk))
    record.transfer.captured = UInt32(first.count)
    if first.count < captured.count { record.transfer.header.flags |= UInt8(IPC_FLAG_MORE.rawValue) }
    arrive(RecordBytes.bytes(record, then: first))
    var content = ipc_content()
    content.header = record.transfer.header
    content.header.type = UInt16(IPC_RECORD_CONTENT.rawValue)
    for offset in stride(from: chunk, to: captured.count, by: chunk) {
      let part = Array(captured[offset...].prefix(chunk))
      content.header.flags = offset + chunk < captured.count ? UInt8(IPC_FLAG_MORE.rawValue) : 0
      content.offset = UInt64(offset)
      content.captured = UInt32(part.count)
      arrive(RecordBytes.bytes(content, then: part))
    }
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

  /// What is told when the trace ends, beyond what was told before.
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

  /// A meta field of the last event.
  func meta(_ name: String) -> String? { told.last?.meta[name] }

  /// Lets time pass and tidies up.
  func sweep(after milliseconds: UInt64, _ live: LiveChannels? = nil) {
    clock += milliseconds * 1_000_000
    correlator.sweep(now: clock, channels: live)
  }

  /// Whether an operation waits for its other side.
  var hasPending: Bool { correlator.hasPending }
  /// Whether a look at the channels that exist would decide anything.
  var wantsLiveChannels: Bool { correlator.wantsLiveChannels }
  /// Bytes of memory for contents.
  var contentCapacity: Int { correlator.stage.contents.capacity }
  /// A picture in which a party holds sockets.
  func live(_ sockets: MessageSocket..., by party: Party = .bob) -> LiveChannels {
    var live = LiveChannels()
    for socket in sockets {
      let key = kind == IPC_KIND_LOOPBACK_UDP ? socket.portKey : socket.key
      live.add(channel: key.address, inode: key.inode, holder: party.holder, isWritable: true, unread: nil)
    }
    return live
  }
}
