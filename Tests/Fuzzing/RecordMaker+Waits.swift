import RecordLayout

/// Waits that others have ended.
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
}
