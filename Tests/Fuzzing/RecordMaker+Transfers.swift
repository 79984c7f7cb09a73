import RecordLayout

/// Reads and writes.
extension RecordMaker {
  mutating func transfer(_ kind: UInt8, _ type: ipc_record_type) -> [UInt8] {
    var transfer = ipc_transfer()
    transfer.header = header(kind, type)
    transfer.channel = pick([0x1000, 0x1000, 0x2000, 0x2001, chance(20) ? 0 : 0x3000])
    transfer.identity = pick([7, 7, 7, 8, 0])
    transfer.fd = 3
    let count = count()
    transfer.count = type == IPC_RECORD_WRITE_BEGIN && chance(20) ? UInt64(IPC_COUNT_UNKNOWN) : UInt64(count)
    if chance(8) {
      transfer.header.flags |= UInt8(IPC_FLAG_FIRST_SEEN.rawValue)
      transfer.unread = pick([0, 0, UInt32(count), 100, 100_000, IPC_UNREAD_UNKNOWN])
    }
    if chance(20) { transfer.header.flags |= UInt8(IPC_FLAG_PACKET.rawValue) }
    if chance(20) { transfer.header.flags |= UInt8(IPC_FLAG_MULTI_WRITER.rawValue) }
    if chance(15) { transfer.header.flags |= UInt8(IPC_FLAG_SPLICED.rawValue) }
    place(&transfer, kind, type, count)
    let contents = contents(of: kind, type, &transfer, count)
    switch UInt32(kind) {
    case IPC_KIND_PIPE.rawValue: return bytes(transfer, then: contents)
    case IPC_KIND_PTY.rawValue: return bytes(terminal(transfer), then: contents)
    default: return bytes(socket(transfer), then: contents)
    }
  }

  /// Says what a record of its kind says of the channel's state.
  private mutating func place(
    _ transfer: inout ipc_transfer, _ kind: UInt8, _ type: ipc_record_type, _ count: Int
  ) {
    switch UInt32(kind) {
    case IPC_KIND_LOOPBACK_TCP.rawValue:
      transfer.state.tcp = positions(transfer.channel, count, isWrite: type != IPC_RECORD_READ)
    case IPC_KIND_PIPE.rawValue:
      let tail = UInt32.random(in: 0...2, using: &random)
      transfer.state.pipe = ipc_pipe_slots(head: tail + UInt32.random(in: 0...1, using: &random), tail: tail)
    case IPC_KIND_UNIX_STREAM.rawValue:
      transfer.state.unix_stream.messages = UInt32.random(in: 0...1, using: &random)
    default:
      if !chance(2) { transfer.state.queued_at = clock - 1000 }
    }
  }

  /// What follows a transfer's struct, and perhaps comes in further records.
  private mutating func contents(
    of kind: UInt8, _ type: ipc_record_type, _ transfer: inout ipc_transfer, _ count: Int
  ) -> [UInt8] {
    if type == IPC_RECORD_WRITE_BEGIN { return [] }
    let whole = payload(count)
    let isCaptured = (type == IPC_RECORD_WRITE) == (UInt32(kind) == IPC_KIND_PTY.rawValue)
    var first = whole[...]
    if isCaptured {
      let limit = captureLimit == 0 && chance(4) ? 4096 : captureLimit
      let captured = Array(whole.prefix(Int(clamping: limit)))
      first = captured.prefix(chance(3) ? Int.random(in: 0...captured.count, using: &random) : captured.count)
      if first.count < captured.count {
        transfer.header.flags |= UInt8(IPC_FLAG_MORE.rawValue)
        owe(captured, from: first.count, behind: transfer.header)
      }
    } else if type == IPC_RECORD_READ {
      first = []
    } else if whole.count > 64 {
      first = whole.prefix(48) + whole.suffix(16)
      transfer.suffix = 16
    }
    if !isCaptured, type == IPC_RECORD_WRITE, captureLimit > 0, count > 0, chance(5) {
      transfer.header.flags |= UInt8(IPC_FLAG_MORE.rawValue)
      owe(Array(whole.prefix(Int(clamping: captureLimit))), from: 0, behind: transfer.header)
    }
    transfer.captured = UInt32(first.count)
    return Array(first)
  }

  private mutating func socket(_ transfer: ipc_transfer) -> ipc_socket {
    var socket = ipc_socket()
    socket.transfer = transfer
    socket.end.destination = pick([0x5000, 0x5000, 0x6000, 0])
    socket.destination_inode = pick([9, 9, 0, 10])
    socket.source_port = pick([4000, 4000, 53, 0])
    socket.destination_port = pick([53, 53, 80, 0])
    withUnsafeMutableBytes(of: &socket.destination_address) { $0[15] = 1 }
    socket.netns = 5
    socket.extent.received_length = chance(8) ? UInt32(transfer.count / 2) : UInt32(clamping: transfer.count)
    if transfer.header.type == IPC_RECORD_READ.rawValue {
      socket.transfer.captured = min(transfer.captured, socket.extent.received_length)
    }
    if chance(10) { socket.segment = pick([1, 3, 100, 1200]) }
    if chance(3) { socket.traits |= UInt16(IPC_SOCKET_LOCAL.rawValue) }
    if chance(4) { socket.traits |= UInt16(1) << UInt16.random(in: 0..<10, using: &random) }
    if UInt32(transfer.header.kind) == IPC_KIND_NETLINK.rawValue { fillNetlink(&socket) }
    if UInt32(transfer.header.kind) == IPC_KIND_VSOCK.rawValue { fillVsock(&socket) }
    return socket
  }

  private mutating func fillNetlink(_ socket: inout ipc_socket) {
    let from = ipc_netlink_end(port: pick([11, 11, 12, 0]), group: 0, family: 2, pad: 0)
    let to = ipc_netlink_end(
      port: pick([0, 12, 13]), group: pick([0, 0, 5, 1]), family: pick([2, 2, 15, 99]), pad: 0)
    withUnsafeMutableBytes(of: &socket.source_address) { $0.storeBytes(of: from, as: ipc_netlink_end.self) }
    withUnsafeMutableBytes(of: &socket.destination_address) {
      $0.storeBytes(of: to, as: ipc_netlink_end.self)
    }
    if to.group != 0 { socket.traits |= UInt16(IPC_SOCKET_MULTICAST.rawValue) }
    if chance(6) { socket.traits |= UInt16(pick([IPC_SOCKET_FROM_KERNEL, IPC_SOCKET_TO_KERNEL]).rawValue) }
  }

  private mutating func fillVsock(_ socket: inout ipc_socket) {
    let from = ipc_vsock_end(cid: pick([1, 1, 2, .max]), port: pick([1234, 70_000]), pad: (0, 0))
    let to = ipc_vsock_end(cid: 1, port: pick([5000, 5000, 70_000]), pad: (0, 0))
    withUnsafeMutableBytes(of: &socket.source_address) { $0.storeBytes(of: from, as: ipc_vsock_end.self) }
    withUnsafeMutableBytes(of: &socket.destination_address) { $0.storeBytes(of: to, as: ipc_vsock_end.self) }
  }

  private mutating func terminal(_ transfer: ipc_transfer) -> ipc_terminal {
    var terminal = ipc_terminal()
    terminal.transfer = transfer
    let name: String = pick(["pts3", "pts3", "ttyp0", "pts", ""])
    withUnsafeMutableBytes(of: &terminal.name) { $0.copyBytes(from: name.utf8) }
    terminal.session = pick([0, 10, 10, 20])
    terminal.foreground = pick([0, 10, 20])
    terminal.is_output = transfer.channel & 1 == 1 ? 1 : 0
    return terminal
  }
}
