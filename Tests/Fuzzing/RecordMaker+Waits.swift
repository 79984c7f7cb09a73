import RecordLayout

/// Waits that others have ended, and memory that is shared.
extension RecordMaker {
  mutating func released() -> [UInt8] {
    var released = ipc_released()
    released.transfer.header = header(UInt8(IPC_KIND_SYSV_SEM.rawValue), IPC_RECORD_RELEASED)
    released.transfer.channel = pick([0x1000, 0x1000, 0x2000])
    released.transfer.identity = pick([7, 7, 8])
    released.source = target()
    released.began = pick([0, clock - 1000, .max])
    released.woken = pick([clock, clock - 100, 0, .max])
    released.call = pick([1, 1, 2])
    released.key = pick([0, 77, -1])
    released.order = pick([0, 0, 1, 2, 3, .max])
    released.traits = UInt32.random(in: 0...15, using: &random)
    released.wait_count = pick([0, 1, 1, 2, 16, .max])
    released.change_count = pick([0, 1, 1, 2, 16, .max])
    for _ in 0..<2 {
      let change = ipc_sem_change(
        number: pick([0, 0, 1, .max]), amount: pick([1, 1, -1, 0, .min, .max]),
        value: pick([0, 1, .max, .min]))
      released.waits.0 = change
      released.changes.0 = ipc_sem_change(number: pick([0, 1]), amount: pick([1, -1, .min]), value: 0)
      released.waits.1 = released.changes.0
    }
    return bytes(released)
  }

  mutating func mapping() -> [UInt8] {
    let kind = UInt8(IPC_KIND_SHARED_MEMORY.rawValue)
    let places: [UInt64] = [0, 0x1000, 0x2000, 0x4000, .max]
    if chance(2) {
      var mapped = ipc_mapped()
      mapped.header = header(kind, IPC_RECORD_MAPPED)
      mapped.start = pick(places)
      mapped.length = pick(places)
      mapped.offset = pick(places)
      mapped.inode = pick([0, 7, 8])
      mapped.device = pick([0, 1])
      mapped.owner = pick([mapped.header.tgid, 10, 0])
      mapped.traits = UInt32.random(in: 0...3, using: &random)
      let name: [UInt8] = pick([
        Array("memfd:x\0".utf8), Array("x\0shm\0dev\0".utf8), Array("SYSV000004d2\0".utf8), [],
      ])
      mapped.name_length = UInt32(name.count) + pick([0, 0, 9])
      return bytes(mapped, then: name)
    }
    var space = ipc_space()
    space.header = header(kind, IPC_RECORD_SPACE)
    space.owner = pick([space.header.tgid, 10, 20, 0])
    space.child = target()
    space.operation = UInt32.random(in: 0...10, using: &random)
    space.start = pick(places)
    space.length = pick(places)
    space.new_start = pick(places)
    space.new_length = pick(places)
    return bytes(space)
  }

  mutating func woken() -> [UInt8] {
    var woken = ipc_woken()
    woken.header = header(UInt8(IPC_KIND_FUTEX.rawValue), IPC_RECORD_WOKEN)
    woken.source = target()
    woken.began = pick([0, clock - 1000, .max])
    woken.woken = pick([clock, 0, .max])
    woken.offset = pick([0, 260, .max])
    woken.operation = pick([0, 1, 3, 5, 7, 256, .max])
    woken.traits = UInt32.random(in: 0...3, using: &random)
    let name: [UInt8] = pick([Array("memfd:x\0".utf8), Array("x\0shm\0dev\0".utf8), []])
    woken.name_length = UInt32(name.count) + pick([0, 0, 9])
    return bytes(woken, then: name)
  }
}
