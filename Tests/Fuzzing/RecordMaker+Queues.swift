import RecordLayout

/// What the kernel keeps until somebody takes it: messages of queues, counts of eventfds.
extension RecordMaker {
  mutating func queued(_ kind: UInt8) -> [UInt8] {
    if chance(30) { return name(kind) }
    let type = pick([IPC_RECORD_WRITE, IPC_RECORD_READ, IPC_RECORD_READ, IPC_RECORD_REMOVED])
    var queued = ipc_queued()
    queued.transfer.header = header(kind, type == IPC_RECORD_REMOVED && !chance(10) ? IPC_RECORD_WRITE : type)
    queued.transfer.channel = pick([0x1000, 0x1000, 0x2000])
    queued.transfer.identity = pick([7, 7, 8])
    queued.transfer.unread = pick([0, 0, 1, 3, .max])
    queued.label = pick([1, 2, 5, .min, .max])
    queued.began = pick([0, clock - 1000, .max])
    queued.key = pick([0, 77, -1])
    queued.traits = UInt32.random(in: 0...7, using: &random)
    let contents = payload(count())
    queued.transfer.count = UInt64(contents.count)
    var first = contents[...]
    if queued.transfer.header.type == IPC_RECORD_READ.rawValue {
      let captured = contents.prefix(Int(clamping: max(captureLimit, 4096)))
      first = captured.prefix(chance(3) ? Int.random(in: 0...captured.count, using: &random) : captured.count)
      if first.count < captured.count {
        queued.transfer.header.flags |= UInt8(IPC_FLAG_MORE.rawValue)
        owe(Array(captured), from: first.count, behind: queued.transfer.header)
      }
    } else if contents.count > 64 {
      first = contents.prefix(48) + contents.suffix(16)
      queued.transfer.suffix = 16
    }
    queued.transfer.captured = UInt32(first.count)
    return bytes(queued, then: Array(first))
  }

  mutating func counter() -> [UInt8] {
    var counter = ipc_counter()
    let type = pick([
      IPC_RECORD_WRITE, IPC_RECORD_WRITE, IPC_RECORD_READ, chance(9) ? IPC_RECORD_CREATED : IPC_RECORD_READ,
    ])
    counter.transfer.header = header(UInt8(IPC_KIND_EVENTFD.rawValue), type)
    counter.transfer.channel = pick([0x1000, 0x1000, 0x2000])
    counter.transfer.identity = pick([7, 7, 8])
    counter.value = pick([1, 1, 2, 3, 0, .max - 1, .max])
    counter.began = pick([0, clock - 1000, .max])
    counter.left = pick([0, 0, 1, .max])
    counter.traits = pick([0, 0, 1])
    return bytes(counter)
  }
}
