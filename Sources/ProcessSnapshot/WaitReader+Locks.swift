import Glibc
import IPCWaits
import SnapshotShims

/// Waits at memory and at locks of files.
extension WaitReader {
  private static let isPrivate: UInt64 = 128  // FUTEX_PRIVATE_FLAG, include/uapi/linux/futex.h
  private static let command: UInt64 = 127
  private static let ownerMask: UInt32 = 0x3fff_ffff  // FUTEX_TID_MASK

  private func number(_ index: Int) -> UInt64 { thread.call?.arguments[index] ?? 0 }

  func futex(_ call: KernelCall) -> SnapshotThread.State {
    switch call {
    case .futex:
      let command = number(1) & Self.command
      let futex = describe(
        number(0), value: UInt32(truncatingIfNeeded: number(2)), isPrivate: number(1) & Self.isPrivate != 0,
        // FUTEX_LOCK_PI, FUTEX_LOCK_PI2
        inheritsPriority: command == 6 || command == 13)
      let conditions: [WaitCondition] = number(3) != 0 ? [.futex(futex), .timer] : [.futex(futex)]
      return .waiting(SnapshotWait(.futex, conditions))
    case .futexWait:
      let futex = describe(
        number(0), value: UInt32(truncatingIfNeeded: number(1)), isPrivate: number(3) & Self.isPrivate != 0,
        inheritsPriority: false)
      return .waiting(SnapshotWait(.futex, number(4) != 0 ? [.futex(futex), .timer] : [.futex(futex)]))
    default:
      // struct futex_waitv: value, address, flags, nothing; 24 bytes.
      let count = Int(min(number(1), 128))
      guard count > 0, let bytes = memory.bytes(number(0), 24 * count) else {
        return .unknown(call: .futex, function: function)
      }
      var conditions = (0..<count).map { index -> WaitCondition in
        let (value, address, flags) = bytes.withUnsafeBytes { bytes in
          (
            bytes.loadUnaligned(fromByteOffset: 24 * index, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 24 * index + 8, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 24 * index + 16, as: UInt32.self)
          )
        }
        return .futex(
          describe(
            address, value: UInt32(truncatingIfNeeded: value), isPrivate: UInt64(flags) & Self.isPrivate != 0,
            inheritsPriority: false))
      }
      if number(3) != 0 { conditions.append(.timer) }
      return .waiting(SnapshotWait(.futex, conditions))
    }
  }

  private func describe(
    _ address: UInt64, value: UInt32, isPrivate: Bool, inheritsPriority: Bool
  ) -> WaitCondition.Futex {
    let mapping = isPrivate ? nil : tables.mappings.mapping(at: address, of: process.pid)
    var sharers = [process.pid]
    var name = "0x" + String(address, radix: 16)
    var isNamed = false
    if let mapping, mapping.isShared {
      let offset = mapping.offset + (address - mapping.start)
      sharers = tables.mappings.sharers(of: mapping, offset: offset)
      name = "\(mapping.name)+0x\(String(offset, radix: 16))"
      isNamed = mapping.isNamed
    }
    let words = memory.bytes(address, 20) ?? memory.bytes(address, 4) ?? []
    func word(_ index: Int) -> UInt32? {
      words.count >= 4 * index + 4
        ? words.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self) } : nil
    }
    let lock = word(0) ?? 0
    // pthread_join waits at the word that holds the other thread's number until the kernel clears it.
    if mapping?.isShared != true, lock == value, lock != 0, !isPrivate,
      let owner = tables.thread(lock, in: [process.pid], asSeenBy: process.pid), owner.tid != thread.tid
    {
      return WaitCondition.Futex(name: name, sharers: sharers, owner: owner, isJoin: true)
    }
    let owner =
      inheritsPriority || lock & 0x8000_0000 != 0 ? lock & Self.ownerMask : lock == 2 ? word(2) : nil
    // A mutex of glibc: lock, count, owner, users, kind (pthread_mutex_t); a robust one has the owner in both.
    let isMutex = inheritsPriority || value == lock && (lock == 2 || word(2) == owner)
    return WaitCondition.Futex(
      name: name, sharers: sharers,
      owner: isMutex
        ? owner.flatMap { tables.thread($0, in: sharers, asSeenBy: process.pid) } : nil,
      isNamed: isNamed)
  }

  // MARK: - Locks of files

  func locking(_ call: KernelCall) -> SnapshotThread.State {
    let file = Int32(truncatingIfNeeded: number(0))
    guard let entry = tables.files.entry(file, of: process.pid), entry.identity != nil else {
      return .unknown(call: .flock, function: function)
    }
    let wanted: FileLock
    if call == .flock {
      // LOCK_SH, flock(2)
      wanted = FileLock(family: .whole, isExclusive: number(1) & 1 == 0, start: 0, end: .max)
    } else {
      // F_SETLKW, F_SETLKW64 of 32-bit callers, F_OFD_SETLKW (include/uapi/asm-generic/fcntl.h)
      guard [7, 14, 38].contains(number(1)), let range = requestedRange(of: entry) else {
        return .unknown(call: .other, function: function)
      }
      wanted = FileLock(
        family: number(1) == 38 ? .ofDescription : .ofProcess, isExclusive: range.isExclusive,
        start: range.start,
        end: range.end)
    }
    let path = tables.path(of: entry)?.path ?? ""
    let locks = tables.locks.conflicting(with: wanted, at: entry, tables)
    guard !locks.isEmpty else { return .unknown(call: .flock, function: function) }
    return .waiting(
      SnapshotWait(
        .flock, locks.map { .lock(path: path, descriptor: file, holders: $0) },
        mode: locks.count > 1 ? .all : .any))
  }

  /// `struct flock`, which 32-bit callers have with 32-bit or with 64-bit places.
  private func requestedRange(of entry: FileEntry) -> (isExclusive: Bool, start: UInt64, end: UInt64)? {
    let isNarrow = memory.isCompat && number(1) == 7
    let (place, width) = isNarrow ? (4, 4) : memory.isCompat ? (4, 8) : (8, 8)
    guard let bytes = memory.bytes(number(2), place + 2 * width) else { return nil }
    return bytes.withUnsafeBytes { bytes in
      func signed(_ offset: Int) -> Int64 {
        isNarrow
          ? Int64(bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
          : bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self)
      }
      let kind = bytes.loadUnaligned(as: Int16.self)
      let whence = bytes.loadUnaligned(fromByteOffset: 2, as: Int16.self)
      var start = signed(place)
      if whence == 1 { start += Int64(clamping: tables.position(of: entry) ?? 0) }
      // From the end of the file, whose size changes: any of it.
      if whence == 2 { return (kind == 1, 0, .max) }
      let length = signed(place + width)
      let end: UInt64
      if length < 0 {
        end = UInt64(clamping: start - 1)
        start += length
      } else {
        end = length == 0 ? .max : UInt64(clamping: start + length - 1)
      }
      return (kind == 1, UInt64(clamping: start), end)
    }
  }
}
