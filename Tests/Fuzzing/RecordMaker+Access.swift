import RecordLayout

/// What one process does to another one.
extension RecordMaker {
  func target() -> ipc_target {
    var target = ipc_target()
    target.tgid = 20
    target.tid = 20
    withUnsafeMutableBytes(of: &target.comm) { $0.copyBytes(from: "target".utf8) }
    return target
  }

  mutating func access(_ kind: UInt8) -> [UInt8] {
    var access = ipc_access()
    access.transfer.header = header(kind, IPC_RECORD_ACCESS)
    access.target = target()
    access.address = pick([0, 0x7fff_0000, .max])
    access.request = pick([4, 5, 6, 16, 0x4206, 0, 7])
    access.is_write = UInt8.random(in: 0...1, using: &random)
    let contents = UInt32(kind) == IPC_KIND_PROCESS_VM.rawValue ? payload(count()) : []
    access.transfer.count = UInt64(contents.count)
    let captured = contents.prefix(Int(clamping: captureLimit))
    let first = captured.prefix(
      chance(3) ? Int.random(in: 0...captured.count, using: &random) : captured.count)
    if first.count < captured.count {
      access.transfer.header.flags |= UInt8(IPC_FLAG_MORE.rawValue)
      owe(Array(captured), from: first.count, behind: access.transfer.header)
    }
    access.transfer.captured = UInt32(first.count)
    return bytes(access, then: Array(first))
  }

  mutating func taken() -> [UInt8] {
    var taken = ipc_taken()
    taken.header = header(UInt8(IPC_KIND_PIDFD_GETFD.rawValue), IPC_RECORD_TAKEN)
    taken.target = target()
    taken.fd_there = pick([3, -1, .max])
    let name: [UInt8] = pick([Array("null\0dev\0".utf8), Array("memfd:x\0".utf8), []])
    taken.descriptor = ipc_descriptor(
      fd: 4, mode: pick([0, 0o010600, 0o100644, 0o140777]), inode: 77,
      length: UInt32(name.count) + pick([0, 0, 9]),
      is_pseudo: pick([0, 1]))
    return bytes(taken, then: name)
  }
}
