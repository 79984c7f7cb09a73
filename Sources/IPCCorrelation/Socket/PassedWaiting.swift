import RecordLayout

/// Ancillary data whose transfer's record comes next, by thread.
struct PassedWaiting {
  /// Threads at which all are dropped: of each, the next record follows at once.
  private static let limit = 4096

  private var items: [UInt32: PassedItems] = [:]

  /// Takes an `IPC_RECORD_PASSED` record.
  mutating func take(_ record: UnsafeRawBufferPointer, header: ipc_header) {
    if items.count >= Self.limit { items.removeAll() }
    items[header.tid] = PassedItems(record)
  }

  /// What goes with the transfer of a thread that is told now.
  mutating func next(of tid: UInt32) -> PassedItems? {
    items.isEmpty ? nil : items.removeValue(forKey: tid)
  }

  /// Forgets everything: the transfer that was meant may have been lost.
  mutating func noteLoss() { items.removeAll() }
}
