import Glibc
import IPCWaits
import SnapshotShims

/// What is known of a moment while a snapshot is made, and what is asked for as it is needed.
final class SnapshotTables {
  let processes: [ProcessEntry]
  let files: FileTable
  let sockets: SocketTable
  let locks: LockTable
  let mappings: MappingTable
  let systemV: SystemVTable

  private let buffer: ProcBuffer
  private var placesByPid: [Int32: Int] = [:]
  private var childrenByPid: [Int32: [Int32]] = [:]
  private var pidsByThread: [Int32: Int32] = [:]
  private var fills: [ChannelID: (unread: UInt64, capacity: UInt64)] = [:]
  private var tracers: [Int32: Int32]?
  private var processDescriptors: [Int32: Int32] = [:]

  init(_ processes: [ProcessEntry], _ files: FileTable, _ sockets: SocketTable, buffer: ProcBuffer) {
    self.processes = processes
    self.files = files
    self.sockets = sockets
    self.buffer = buffer
    locks = LockTable(buffer: buffer)
    mappings = MappingTable(pids: processes.map(\.pid), buffer: buffer)
    systemV = SystemVTable(buffer: buffer)
    for (place, process) in processes.enumerated() {
      placesByPid[process.pid] = place
      childrenByPid[process.parent, default: []].append(process.pid)
      for thread in process.threads { pidsByThread[thread.tid] = process.pid }
    }
  }

  deinit { for descriptor in processDescriptors.values where descriptor >= 0 { close(descriptor) } }

  func process(_ pid: Int32) -> ProcessEntry? { placesByPid[pid].map { processes[$0] } }

  func children(of pid: Int32) -> [Int32] { childrenByPid[pid] ?? [] }

  /// Processes that a process traces.
  func tracees(of pid: Int32) -> [Int32] {
    let all = tracers ?? readTracers()
    tracers = all
    return processes.lazy.map(\.pid).filter { all[$0] == pid }
  }

  private func readTracers() -> [Int32: Int32] {
    var tracers: [Int32: Int32] = [:]
    for process in processes {
      tracers[process.pid] = buffer.withFile("/proc/\(process.pid)/status") { SignalStatus($0)?.tracer }
    }
    return tracers
  }

  // MARK: - Sockets and pipes

  func isSocket(_ channel: ChannelID) -> Bool { channel.kind == .otherSocket }

  /// The socket at a number of a process.
  func socket(_ number: Int32, of pid: Int32) -> SnapshotChannel? {
    guard let entry = files.entry(number, of: pid), isSocket(entry.channel) else { return nil }
    return sockets.channels[entry.channel.number]
  }

  /// A socket or a pipe of which nothing is known but its inode.
  func channel(withInode inode: UInt64) -> ChannelID {
    sockets.channels[inode]?.id ?? ChannelID(.pipe, inode)
  }

  /// Whether waits at a socket end by themselves.
  func hasTimeout(_ entry: FileEntry, sends: Bool) -> Bool {
    borrow(entry) { snapshot_has_timeout($0, sends ? 1 : 0) != 0 } ?? false
  }

  /// Bytes in a pipe, or messages in a queue; nil if that may not be known.
  func fill(of entry: FileEntry) -> (unread: UInt64, capacity: UInt64)? {
    if let known = fills[entry.channel] { return known }
    let fill: (unread: UInt64, capacity: UInt64)? = borrow(entry) { descriptor in
      var unread: UInt64 = 0
      var capacity: UInt64 = 0
      let error =
        entry.channel.kind == .messageQueue
        ? snapshot_queue_fill(descriptor, &unread, &capacity)
        : snapshot_pipe_fill(descriptor, &unread, &capacity)
      return error == 0 ? (unread, capacity) : nil
    }
    fills[entry.channel] = fill
    return fill
  }

  /// Gives another process's open description to `body` for a moment. Nothing is opened anew, which a pipe's other end
  /// would notice.
  private func borrow<Result>(_ entry: FileEntry, _ body: (Int32) -> Result?) -> Result? {
    let process = processDescriptors[entry.pid] ?? snapshot_open_process(entry.pid)
    processDescriptors[entry.pid] = process
    guard process >= 0 else { return nil }
    let borrowed = snapshot_borrow_descriptor(process, entry.number)
    guard borrowed >= 0 else { return nil }
    defer { close(borrowed) }
    return body(borrowed)
  }

  /// Path of a file, and whether it has been removed; nil if that may not be known.
  func path(of entry: FileEntry) -> (path: String, isDeleted: Bool)? {
    let found = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { room -> String? in
      guard let start = room.baseAddress else { return nil }
      let count = readlink("/proc/\(entry.pid)/fd/\(entry.number)", start, room.count)
      guard count > 0 else { return nil }
      return String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }
    guard let path = found else { return nil }
    let mark = " (deleted)"
    return path.hasSuffix(mark) ? (String(path.dropLast(mark.count)), true) : (path, false)
  }

  // MARK: - What fdinfo says

  /// The id that the kernel gives an eventfd.
  func eventfdID(_ entry: FileEntry) -> UInt64? {
    information(entry.number, of: entry.pid) { text in text.find(line: "eventfd-id:") ? text.number() : nil }
  }

  /// An item of a set of epoll.
  struct Item {
    let number: Int32
    let events: UInt32
    let inode: UInt64
  }

  /// Everything in a set; nil if that may not be known.
  func items(ofSet number: Int32, of pid: Int32) -> [Item]? {
    information(number, of: pid) { text in
      var items: [Item] = []
      while text.find(line: "tfd:") {
        guard let number = text.number() else { break }
        text.skipBlanks()
        guard text.skip("events:" as StaticString), let events = text.hexadecimal() else { break }
        var inode: UInt64 = 0
        // data, pos, ino, sdev
        text.skipBlanks()
        while !text.skip("ino:" as StaticString) {
          text.skipWord()
          text.skipBlanks()
          if text.isAtEnd { break }
        }
        if let number = text.hexadecimal() { inode = number }
        items.append(
          Item(
            number: Int32(truncatingIfNeeded: number), events: UInt32(truncatingIfNeeded: events),
            inode: inode))
        if !text.skipLine() { break }
      }
      return items
    }
  }

  /// The process that a pidfd stands for.
  func processBehind(_ number: Int32, of pid: Int32) -> Int32? {
    information(number, of: pid) { text in
      text.find(line: "Pid:") ? text.signed().map { Int32(truncatingIfNeeded: $0) } : nil
    }.flatMap { $0 > 0 ? $0 : nil }
  }

  /// Whether a timer runs.
  func isArmed(_ number: Int32, of pid: Int32) -> Bool {
    information(number, of: pid) { text in
      guard text.find(line: "it_value:"), text.skip("(" as Unicode.Scalar), let seconds = text.number() else {
        return true
      }
      _ = text.skip("," as Unicode.Scalar)
      return seconds != 0 || text.number() != 0
    } ?? true
  }

  /// Where a file is read or written next.
  func position(of entry: FileEntry) -> UInt64? {
    information(entry.number, of: entry.pid) { text in text.find(line: "pos:") ? text.number() : nil }
  }

  /// Descriptors that lie in messages which a socket has not received yet.
  func descriptorsInFlight(_ entry: FileEntry) -> Bool {
    information(entry.number, of: entry.pid) { text in text.find(line: "scm_fds:") ? text.number() : nil }
      ?? 0 > 0
  }

  private func information<Result>(
    _ number: Int32, of pid: Int32, _ body: (inout ProcText) -> Result?
  ) -> Result? {
    buffer.withFile("/proc/\(pid)/fdinfo/\(number)") { text in
      var text = text
      return body(&text)
    }
  }

  // MARK: - Threads

  /// The thread of some processes that a number means.
  ///
  /// - Parameters:
  ///   - number: As a process has it in its memory.
  ///   - pids: Processes that it can be of.
  ///   - pid: Process in whose pid namespace the number counts.
  func thread(_ number: UInt32, in pids: [Int32], asSeenBy pid: Int32) -> (pid: Int32, tid: Int32)? {
    let tid = Int32(truncatingIfNeeded: number)
    if !isInInnerNamespace(pid) {
      guard let owner = pidsByThread[tid], pids.contains(owner) else { return nil }
      return (owner, tid)
    }
    for owner in pids {
      for thread in process(owner)?.threads ?? [] where numberInside(owner, thread.tid) == tid {
        return (owner, thread.tid)
      }
    }
    return nil
  }

  private func isInInnerNamespace(_ pid: Int32) -> Bool {
    buffer.withFile("/proc/\(pid)/status") { SignalStatus($0) }?.isInInnerNamespace ?? false
  }

  private func numberInside(_ pid: Int32, _ tid: Int32) -> Int32? {
    buffer.withFile("/proc/\(pid)/task/\(tid)/status") { SignalStatus($0) }?.number
  }
}
