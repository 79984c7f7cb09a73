import RecordLayout

extension Traffic {
  /// A write and the read that takes all of it, as pipe.bpf.c tells them.
  func appendPipe(_ step: Int, to tape: inout Tape) {
    let isShort = self == .shortPipes
    let channel = isShort ? step : step % Self.channels
    let turn = UInt32(isShort ? 0 : step / Self.channels)
    let payload = payload
    let writer = self == .sharedPipe && turn % 2 == 1 ? Party.other : Party.writer
    // Whether the pipe is one that the trace has not seen before.
    let isNew = turn == 0

    func transfer(_ type: ipc_record_type, by party: Party, isFirst: Bool) -> ipc_transfer {
      var transfer = ipc_transfer()
      transfer.header = tape.header(type, IPC_KIND_PIPE, by: party)
      if isFirst { transfer.header.flags |= UInt8(IPC_FLAG_FIRST_SEEN.rawValue) }
      transfer.channel = 0xffff_8880_0001_0000 + UInt64(channel) * 0x400
      transfer.identity = 1000 + UInt64(channel)
      transfer.count = UInt64(payload.count)
      transfer.state.pipe.head = turn + (type == IPC_RECORD_WRITE_BEGIN ? 0 : 1)
      transfer.state.pipe.tail = turn + (type == IPC_RECORD_READ ? 1 : 0)
      return transfer
    }

    if isNew || self == .sharedPipe {
      var begin = transfer(IPC_RECORD_WRITE_BEGIN, by: writer, isFirst: isNew)
      let print = Self.fingerprint(of: payload, in: &begin)
      tape.append(begin, then: print)
    }
    var write = transfer(IPC_RECORD_WRITE, by: writer, isFirst: false)
    let print = Self.fingerprint(of: payload, in: &write)
    if self != .latePipe { tape.append(write, then: print) }
    let read = transfer(IPC_RECORD_READ, by: .reader, isFirst: false)
    appendRead(read, content: captureLimit > 0 || self == .sharedPipe ? payload : [], to: &tape)
    if self == .latePipe { tape.append(write, then: print) }
  }

  /// The first bytes of a write and the last ones.
  private static func fingerprint(of payload: [UInt8], in write: inout ipc_transfer) -> [UInt8] {
    let prefix = Int(IPC_PREFIX_LIMIT), suffix = Int(IPC_SUFFIX_LIMIT)
    let isWhole = payload.count <= prefix + suffix
    let print = isWhole ? payload : Array(payload.prefix(prefix) + payload.suffix(suffix))
    write.captured = UInt32(print.count)
    write.suffix = isWhole ? 0 : UInt32(suffix)
    return print
  }

  /// A read, and its contents in as many records as they take.
  private func appendRead(_ read: ipc_transfer, content: [UInt8], to tape: inout Tape) {
    let limit = Int(IPC_CHUNK_LIMIT)
    var read = read
    read.captured = UInt32(min(content.count, limit))
    if content.count > limit { read.header.flags |= UInt8(IPC_FLAG_MORE.rawValue) }
    tape.append(read, then: content.prefix(limit))
    for offset in stride(from: limit, to: content.count, by: limit) {
      let part = content[offset...].prefix(limit)
      var more = ipc_content()
      more.header = read.header
      more.header.type = UInt16(IPC_RECORD_CONTENT.rawValue)
      if offset + limit >= content.count { more.header.flags &= ~UInt8(IPC_FLAG_MORE.rawValue) }
      more.offset = UInt64(offset)
      more.captured = UInt32(part.count)
      tape.append(more, then: part)
    }
  }
}
