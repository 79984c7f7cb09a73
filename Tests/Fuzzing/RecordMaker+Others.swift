import RecordLayout

/// Records that are no transfers.
extension RecordMaker {
  mutating func signal() -> [UInt8] {
    var signal = ipc_signal()
    signal.header = header(UInt8(IPC_KIND_SIGNAL.rawValue), IPC_RECORD_SIGNAL)
    signal.target_tgid = 20
    signal.target_tid = 20
    signal.number = pick([10, 15, 34, 64, 0, -1])
    signal.code = pick([0, -1, -6, 1, .min])
    signal.value = pick([0, 7, .max, 1 << 40])
    signal.has_value = UInt8.random(in: 0...1, using: &random)
    signal.result = UInt8.random(in: 0...5, using: &random)
    if chance(5) { signal.is_from_kernel = 1 }
    if chance(10) { signal.error = pick([1, 3]) }
    return bytes(signal)
  }

  mutating func life(_ kind: UInt8) -> [UInt8] {
    var life = ipc_life()
    life.operation = UInt8.random(in: 0...8, using: &random)
    let isExec = UInt32(life.operation) == IPC_OPERATION_EXEC.rawValue
    life.header = header(kind, IPC_RECORD_LIFE)
    if isExec { life.header.kind = UInt8(IPC_KIND_COUNT.rawValue) }
    life.own = pick([0x1000, 0x1001, 0x2000, 0x5000])
    life.other = pick([0x1001, 0x1000, 0x5000, 0])
    life.own_inode = pick([7, 7, 8, 9, 0])
    life.other_inode = pick([7, 7, 9, 0])
    life.own_port = pick([4000, 53, 0])
    life.other_port = pick([53, 80, 0])
    life.peer = pick([0, 0, 10, 20])
    life.error = chance(6) ? pick([1, 2, 32, 111, 999]) : 0
    life.ways = UInt8.random(in: 0...3, using: &random)
    life.traits = UInt8.random(in: 0...31, using: &random)
    if chance(10) { life.path_length = pick([1, 5, 108, 0xFFFF]) }
    let name: String = pick(["pts3", "ttyp0", ""])
    withUnsafeMutableBytes(of: &life.terminal) { $0.copyBytes(from: name.utf8) }
    return bytes(life)
  }

  mutating func name(_ kind: UInt8) -> [UInt8] {
    var channel = ipc_channel()
    channel.header = header(kind, IPC_RECORD_CHANNEL)
    if chance(3) { channel.header.flags |= UInt8(IPC_FLAG_CREATED.rawValue) }
    channel.channel = pick([0x1000, 0x2000, 0x5000])
    channel.inode = pick([7, 8, 9, 0])
    channel.form = UInt32.random(in: 0...3, using: &random)
    let name: [UInt8] = pick([Array("fifo\0tmp\0".utf8), [0xFF, 0x0A, 0x22, 0], [0], []])
    channel.length = UInt32(name.count)
    return bytes(channel, then: name)
  }

  mutating func passed(_ kind: UInt8) -> [UInt8] {
    var passed = ipc_passed()
    passed.header = header(kind, IPC_RECORD_PASSED)
    passed.parts = UInt32.random(in: 0...7, using: &random)
    passed.count = pick([0, 1, 2, 16, 253])
    withUnsafeMutableBytes(of: &passed.descriptors) { raw in
      for descriptor in raw.bindMemory(to: ipc_descriptor.self).indices.prefix(3) {
        raw.storeBytes(
          of: ipc_descriptor(fd: 4, mode: 0o100644, inode: 77, length: 7, is_pseudo: UInt32(descriptor) & 1),
          toByteOffset: descriptor * MemoryLayout<ipc_descriptor>.stride, as: ipc_descriptor.self)
      }
    }
    return bytes(passed, then: Array("passwd\0memfd:\0\u{1}\u{2}".utf8))
  }

  mutating func past(_ kind: UInt8) -> [UInt8] {
    var past = ipc_past()
    past.transfer.header = header(kind, IPC_RECORD_PAST)
    past.transfer.channel = pick([0x1000, 0x2000, 0x5000])
    past.transfer.identity = pick([7, 8, 9, 0])
    past.transfer.count = pick([0, 1, 5, 100, 1 << 40])
    past.transfer.unread = pick([0, 1, 5, .max])
    past.transfer.state.tcp = positions(past.transfer.channel, 5, isWrite: true)
    past.birth = pick([0, clock, .max])
    past.goes_on = UInt32.random(in: 0...1, using: &random)
    return bytes(past)
  }

  mutating func unread(_ kind: UInt8) -> [UInt8] {
    var unread = ipc_unread()
    unread.header = header(kind, IPC_RECORD_UNREAD)
    if chance(3) { unread.header.flags |= UInt8(IPC_FLAG_MORE.rawValue) }
    unread.channel = pick([0x1000, 0x1000, 0x2000, 0x2001])
    unread.identity = pick([7, 7, 8, 0])
    unread.target = pick([0x5000, 0x5000, 0x6000, 0])
    unread.position = UInt32.max - 20_000 &+ UInt32.random(in: 0...300, using: &random)
    unread.offset = pick([0, 0, 100])
    let contents = payload(count())
    unread.captured = UInt32(contents.count)
    unread.count = pick([UInt32(contents.count), UInt32(contents.count), 5, .max])
    return bytes(unread, then: contents)
  }

  mutating func backlog(_ kind: UInt8) -> [UInt8] {
    var backlog = ipc_backlog()
    backlog.header = header(kind, IPC_RECORD_BACKLOG)
    backlog.channel = pick([0x1000, 0x2000])
    backlog.identity = 7
    backlog.offset = pick([0, 0, 100])
    let contents = payload(pick([100, 0, 5000]))
    backlog.captured = UInt32(contents.count)
    return bytes(backlog, then: contents)
  }
}
