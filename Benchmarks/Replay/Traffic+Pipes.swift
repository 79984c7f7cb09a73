import RecordLayout

extension Traffic {
  /// A write and the read that takes all of it, as pipe.bpf.c tells them.
  func appendPipe(_ step: Int, to tape: inout Tape) {
    let isShort = self == .shortPipes
    let channel = isShort ? step : step % Self.channels
    let turn = UInt32(isShort ? 0 : step / Self.channels)
    let payload = self == .pipeContents ? Self.longPayload : Self.payload
    let writer = self == .sharedPipe && turn % 2 == 1 ? Party.other : Party.writer
    // Whether the pipe is one that the trace has not seen before.
    let isNew = turn == 0

    func transfer(_ type: ipc_record_type, by party: Party, isFirst: Bool) -> ipc_transfer {
      var transfer = ipc_transfer()
      transfer.header = tape.header(type, IPC_KIND_PIPE, by: party)
      if isFirst { transfer.header.flags |= UInt8(IPC_FLAG_FIRST.rawValue) }
      transfer.channel = 0xffff_8880_0001_0000 + UInt64(channel) * 0x400
      transfer.inode = 1000 + UInt64(channel)
      transfer.count = UInt64(payload.count)
      transfer.head = turn + (type == IPC_RECORD_WRITE_BEGIN ? 0 : 1)
      transfer.tail = turn + (type == IPC_RECORD_READ ? 1 : 0)
      return transfer
    }

    let isAnnounced = isNew || self == .sharedPipe
    if isAnnounced {
      var begin = transfer(IPC_RECORD_WRITE_BEGIN, by: writer, isFirst: isNew)
      begin.captured = UInt32(Self.payload.count)
      tape.append(begin, then: Self.payload)
    }
    // A fingerprint: the first bytes and the last ones.
    var write = transfer(IPC_RECORD_WRITE, by: writer, isFirst: false)
    let isWhole = payload.count <= Int(IPC_PREFIX_LIMIT + IPC_SUFFIX_LIMIT)
    let print =
      isWhole ? payload : payload.prefix(Int(IPC_PREFIX_LIMIT)) + payload.suffix(Int(IPC_SUFFIX_LIMIT))
    write.captured = UInt32(print.count)
    write.suffix = isWhole ? 0 : IPC_SUFFIX_LIMIT
    tape.append(write, then: print)
    var read = transfer(IPC_RECORD_READ, by: .reader, isFirst: false)
    let content = self == .pipeContents || self == .sharedPipe ? payload : []
    read.captured = UInt32(content.count)
    tape.append(read, then: content)
  }
}
