import IPCWaits
import SnapshotShims

/// A lock of a file, or a wish for one.
struct FileLock: Equatable {
  /// Which locks can be in each other's way.
  enum Family {
    /// flock(2): of an open description, the file as a whole.
    case whole
    /// fcntl(2): of a process.
    case ofProcess
    /// fcntl(2), of an open description. These and those of processes exclude each other.
    case ofDescription
  }

  let family: Family
  let isExclusive: Bool
  let start: UInt64
  /// The last byte.
  let end: UInt64

  /// Whether both cannot be had by different owners.
  func conflicts(with other: FileLock) -> Bool {
    (family == .whole) == (other.family == .whole) && (isExclusive || other.isExclusive) && start <= other.end
      && other.start <= end
  }

  /// Reads a line of `/proc/locks` (proc_locks(5)) behind its number; those of fdinfo are the same.
  ///
  /// - Returns: Nil for a lease, or for one that is waited for.
  static func read(_ text: inout ProcText) -> (lock: FileLock, pid: Int32, inode: UInt64)? {
    let family: Family
    switch text.word() {
    case "FLOCK": family = .whole
    case "POSIX": family = .ofProcess
    case "OFDLCK": family = .ofDescription
    default: return nil
    }
    text.skipWord()
    let isExclusive = text.word() == "WRITE"
    guard let pid = text.signed() else { return nil }
    let file = text.word().split(separator: ":")
    guard file.count == 3, let inode = UInt64(file[2]), let start = text.number() else { return nil }
    // The end of the file has no number: `EOF`.
    let lock = FileLock(family: family, isExclusive: isExclusive, start: start, end: text.number() ?? .max)
    return (lock, Int32(truncatingIfNeeded: pid), inode)
  }
}

/// Who has which locks.
struct LockTable {
  private let buffer: ProcBuffer

  init(buffer: ProcBuffer) { self.buffer = buffer }

  private struct Held {
    let lock: FileLock
    let entry: FileEntry
  }

  /// Locks that are in the way of a wish, each with everybody who has it.
  ///
  /// - Parameters:
  ///   - wanted: The wish.
  ///   - entry: By which descriptor it is wished.
  ///   - tables: Who has which files open.
  func conflicting(
    with wanted: FileLock, at entry: FileEntry, _ tables: SnapshotTables
  ) -> [[WaitCondition.LockHolder]] {
    guard let identity = entry.identity else { return [] }
    var groups: [[Held]] = []
    for (pid, entries) in tables.files.entries {
      for file in entries where file.identity == identity {
        for lock in locks(of: file) where lock.conflicts(with: wanted) && !isOwn(lock, file, wanted, entry) {
          let held = Held(lock: lock, entry: file)
          if let index = groups.firstIndex(where: { isSame($0[0], held) }) {
            groups[index].append(held)
          } else {
            groups.append([held])
          }
        }
      }
      _ = pid
    }
    if groups.isEmpty { return unseen(wanted, identity, entry.pid) }
    return groups.map { group in
      group.map { .init(pid: $0.entry.pid, descriptor: $0.entry.number) }.sorted { $0.pid < $1.pid }
    }.sorted { $0[0].pid < $1[0].pid }
  }

  /// Locks that a process has by one of its descriptors.
  private func locks(of file: FileEntry) -> [FileLock] {
    buffer.withFile("/proc/\(file.pid)/fdinfo/\(file.number)") { text in
      var text = text
      var locks: [FileLock] = []
      while text.find(line: "lock:") {
        text.skipWord()
        if let read = FileLock.read(&text) { locks.append(read.lock) }
        _ = text.skipLine()
      }
      return locks
    } ?? []
  }

  /// Whether who wishes has the lock already, and would change it.
  private func isOwn(_ lock: FileLock, _ file: FileEntry, _ wanted: FileLock, _ entry: FileEntry) -> Bool {
    if lock.family == .ofProcess, wanted.family == .ofProcess { return file.pid == entry.pid }
    return lock.family == wanted.family && isSameDescription(file, entry)
  }

  private func isSame(_ one: Held, _ other: Held) -> Bool {
    guard one.lock == other.lock else { return false }
    return one.lock.family == .ofProcess
      ? one.entry.pid == other.entry.pid : isSameDescription(one.entry, other.entry)
  }

  private func isSameDescription(_ one: FileEntry, _ other: FileEntry) -> Bool {
    if one.pid == other.pid, one.number == other.number { return true }
    return snapshot_is_same_file(one.pid, one.number, other.pid, other.number) == 1
  }

  /// Locks whose holders' descriptors cannot be looked at: the kernel's list names who has taken them.
  private func unseen(
    _ wanted: FileLock, _ identity: FileIdentity, _ pid: Int32
  ) -> [[WaitCondition.LockHolder]] {
    buffer.withFile("/proc/locks") { text in
      var text = text
      var found: [[WaitCondition.LockHolder]] = []
      repeat {
        text.skipWord()
        if let (lock, holder, inode) = FileLock.read(&text), inode == identity.inode, holder > 0,
          holder != pid,
          lock.conflicts(with: wanted)
        {
          found.append([.init(pid: holder)])
        }
      } while text.skipLine()
      return found
    } ?? []
  }
}
