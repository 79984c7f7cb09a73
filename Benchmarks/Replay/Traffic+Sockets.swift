import RecordLayout

extension Traffic {
  private var kind: ipc_kind {
    switch self {
    case .unixStream, .unixPassing: IPC_KIND_UNIX_STREAM
    case .unixDatagram: IPC_KIND_UNIX_DGRAM
    case .unixSeqpacket: IPC_KIND_UNIX_SEQPACKET
    case .loopbackTCP: IPC_KIND_LOOPBACK_TCP
    default: IPC_KIND_LOOPBACK_UDP
    }
  }

  private var isInternet: Bool { self == .loopbackTCP || self == .loopbackUDP }

  private func socket(
    _ type: ipc_record_type, by party: Party, channel: Int, in tape: inout Tape
  ) -> ipc_socket {
    var socket = ipc_socket()
    socket.transfer.header = tape.header(type, kind, by: party)
    socket.transfer.count = UInt64(payload.count)
    socket.transfer.captured = UInt32(payload.count)
    socket.traits = UInt16(IPC_SOCKET_LOCAL.rawValue)
    if isInternet {
      socket.source_port = UInt16(40_000 + channel)
      socket.destination_port = 80
      for address in [\ipc_socket.source_address, \.destination_address] {
        withUnsafeMutableBytes(of: &socket[keyPath: address]) {
          $0.copyBytes(from: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1])
        }
      }
      socket.netns = 7
      // Any hash does.
      socket.transfer.channel = 0x1234_5678_0000_0000 + UInt64(channel)
    } else {
      socket.transfer.channel = 0xffff_8880_0002_0000 + UInt64(channel) * 0x800
      socket.transfer.identity = 2000 + UInt64(channel)
      socket.end.destination = 0xffff_8880_0012_0000 + UInt64(channel) * 0x800
      socket.destination_inode = 3000 + UInt64(channel)
    }
    return socket
  }

  /// A write to a connection and the read that takes all of it, as unix_stream.bpf.c and tcp.bpf.c tell them.
  func appendStream(_ step: Int, to tape: inout Tape) {
    let channel = step % Self.channels
    let turn = step / Self.channels
    let position = UInt32(truncatingIfNeeded: 1000 + turn * payload.count)
    let next = position &+ UInt32(payload.count)

    for (type, party) in [
      (IPC_RECORD_WRITE_BEGIN, Party.writer), (IPC_RECORD_WRITE, .writer), (IPC_RECORD_READ, .reader),
    ] {
      if type == IPC_RECORD_WRITE_BEGIN, turn > 0 || self == .loopbackTCP { continue }
      if self == .unixPassing, type != IPC_RECORD_WRITE_BEGIN { appendDescriptor(by: party, to: &tape) }
      var socket = socket(type, by: party, channel: channel, in: &tape)
      if type == IPC_RECORD_WRITE_BEGIN {
        socket.transfer.header.flags |= UInt8(IPC_FLAG_FIRST_SEEN.rawValue)
      }
      if type == IPC_RECORD_READ { socket.transfer.captured = 0 }
      if self == .loopbackTCP {
        socket.transfer.state.tcp = ipc_tcp_positions(after: next, before: position)
        socket.transfer.identity = 9
        if type == IPC_RECORD_READ { socket.destination_inode = 82 } else { socket.end.source_inode = 81 }
      }
      tape.append(socket, then: type == IPC_RECORD_READ ? [] : payload)
    }
  }

  /// A descriptor of a file that goes with what its sender or receiver does next.
  private func appendDescriptor(by party: Party, to tape: inout Tape) {
    let names = Array("notes.txt\0ann\0home\0".utf8)
    var passed = ipc_passed()
    passed.header = tape.header(IPC_RECORD_PASSED, kind, by: party)
    passed.parts = IPC_PASSED_DESCRIPTORS.rawValue
    passed.count = 1
    passed.descriptors.0 = ipc_descriptor(
      fd: 5, mode: 0o100644, inode: 77, length: UInt32(names.count), is_pseudo: 0)
    tape.append(passed, then: names)
  }

  /// A message that is sent and received, as unix_message.bpf.c and udp.bpf.c tell it.
  func appendMessage(_ step: Int, to tape: inout Tape) {
    let channel = step % Self.channels
    for (type, party) in [(IPC_RECORD_WRITE, Party.writer), (IPC_RECORD_READ, .reader)] {
      var socket = socket(type, by: party, channel: channel, in: &tape)
      if self == .loopbackUDP, type == IPC_RECORD_READ {
        (socket.end.destination, socket.destination_inode) = (
          0xffff_8880_0012_0000 + UInt64(channel) * 0x800, 3000
        )
      }
      if type == IPC_RECORD_READ { socket.extent.received_length = UInt32(payload.count) }
      tape.append(socket, then: payload)
    }
  }
}
