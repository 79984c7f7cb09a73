import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

/// Messages that are sent and received, told to a correlator by the records that the kernel would send of them.
///
/// When which record is sent is that of unix_message.bpf.c and udp.bpf.c. Every operation takes a microsecond.
final class MessageRecording: CorrelatorRecording {
  private let kind: ipc_kind
  private var named: Set<UInt64> = []

  /// - Parameter limit: Content bytes that are captured; 0 without `-x`.
  init(
    _ kind: ipc_kind = IPC_KIND_UNIX_DGRAM, capturing limit: UInt64 = .max,
    serviceName: @escaping @Sendable (UInt16, Kind) -> String? = { _, _ in nil }
  ) {
    self.kind = kind
    super.init(capturing: limit, serviceName: serviceName)
  }

  // MARK: - Records

  private func header(_ type: ipc_record_type, by party: Party) -> ipc_header {
    header(type, kind, by: party)
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
    if let source { (record.transfer.channel, record.transfer.identity) = (source.address, source.inode) }
    if let target { (record.end.destination, record.destination_inode) = (target.address, target.inode) }
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
  ///   - began: When the call began, if that is told.
  ///   - queued: When it was queued at its receiver at the latest, if that is told.
  ///   - traits: What is not usual about it.
  func send(
    _ text: String, by party: Party, from source: MessageSocket, to target: MessageSocket?,
    segment: UInt16 = 0, began: UInt64? = nil, queued: UInt64 = 0,
    traits: [ipc_socket_traits] = [IPC_SOCKET_LOCAL], passing: MessagePassing? = nil
  ) {
    if kind != IPC_KIND_LOOPBACK_UDP { tellNames(source, target, by: party) }
    tell(passing, by: party)
    var record = socketRecord(
      header(IPC_RECORD_WRITE, by: party), from: source, to: target, count: text.utf8.count)
    record.segment = segment
    record.extent.call_ns = began.map { UInt32(record.transfer.header.time - $0) } ?? 0
    record.transfer.state.queued_at = queued
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
    (record.end.destination, record.destination_inode) = (target.address, target.inode)
    record.extent.received_length = UInt32(kept)
    if isLocal { record.traits |= UInt16(IPC_SOCKET_LOCAL.rawValue) }
    if !isLengthKnown {
      record.transfer.count = UInt64(kept)
      if kept == room { record.traits |= UInt16(IPC_SOCKET_FILLED.rawValue) }
    }
    let first = Array(captured.prefix(chunk))
    record.transfer.captured = UInt32(first.count)
    if first.count < captured.count { record.transfer.header.flags |= UInt8(IPC_FLAG_MORE.rawValue) }
    arrive(RecordBytes.bytes(record, then: first))
    sendContents(captured, from: first.count, by: chunk, behind: record.transfer.header)
  }

  // MARK: - The correlator

  /// A picture in which a party holds sockets.
  func live(_ sockets: MessageSocket..., by party: Party = .bob) -> OpenChannels {
    var live = OpenChannels()
    for socket in sockets {
      let key = kind == IPC_KIND_LOOPBACK_UDP ? socket.portKey : socket.key
      live.add(channel: key.address, inode: key.identity, holder: party.holder, isWritable: true, unread: nil)
    }
    return live
  }
}
