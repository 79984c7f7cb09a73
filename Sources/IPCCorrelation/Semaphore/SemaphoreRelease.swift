import IPCModel
import RecordLayout

/// A wait for semaphores that has succeeded, as its record tells it.
struct SemaphoreRelease {
  /// A semaphore of the set, and what is, or was, added to it.
  struct Change {
    let number: UInt16
    /// Of an operation that waits for a 0: 0.
    let amount: Int
    /// Of an operation of a wait: the semaphore's value when the thread was woken.
    let value: Int
  }

  /// Who waited.
  let destination: Endpoint
  let isInScope: Bool
  /// When its call had ended.
  let time: UInt64
  /// When it was woken, and how long it had waited then; nil if that is not known.
  let woken: UInt64
  let waited: UInt64?
  /// What it waited to do.
  let operations: [Change]
  /// Its place among the threads that one call woke.
  let order: Int

  /// Who made the call in which it was woken, and what that call itself changed; nil if that was not seen.
  let caller: Endpoint?
  let isCallerInScope: Bool
  let changes: [Change]
  /// Whether these are all of them.
  let hasAllChanges: Bool
  /// Whether the values of its operations are known.
  let hasValues: Bool

  /// The only semaphore that it waited for; nil if there are several.
  var onlyNumber: UInt16? {
    guard let first = operations.first, operations.allSatisfy({ $0.number == first.number }) else {
      return nil
    }
    return first.number
  }

  init(_ raw: ipc_released) {
    destination = Endpoint(raw.transfer.header)
    isInScope = raw.transfer.header.has(IPC_FLAG_IN_SCOPE)
    time = raw.transfer.header.time
    woken = min(raw.woken, raw.transfer.header.time)
    waited = raw.began == 0 || raw.began > woken ? nil : woken - raw.began
    operations = Self.changes(raw.waits, count: raw.wait_count)
    order = Int(raw.order)
    let isCaused = raw.traits & IPC_RELEASED_BY_CALL.rawValue != 0
    caller = isCaused ? raw.source.endpoint : nil
    isCallerInScope = isCaused && raw.source.in_scope != 0
    changes = isCaused ? Self.changes(raw.changes, count: raw.change_count) : []
    hasAllChanges = raw.traits & IPC_RELEASED_CUT_CHANGES.rawValue == 0
    hasValues = raw.traits & IPC_RELEASED_VALUES.rawValue != 0
  }

  private static func changes<Raw>(_ raw: Raw, count: UInt16) -> [Change] {
    withUnsafeBytes(of: raw) { bytes in
      bytes.bindMemory(to: ipc_sem_change.self).prefix(Int(count)).map {
        Change(number: $0.number, amount: Int($0.amount), value: Int($0.value))
      }
    }
  }
}

extension [SemaphoreRelease.Change] {
  /// What all of them add to one semaphore.
  func sum(of number: UInt16) -> Int { reduce(0) { $1.number == number ? $0 + $1.amount : $0 } }
}
