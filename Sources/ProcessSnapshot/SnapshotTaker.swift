import ByteOutput
import Glibc
import IPCWaits
import SnapshotShims

/// Takes snapshots of who waits, by /proc, sock_diag(7) and the like. Nobody is stopped, traced or held up for that.
///
/// It looks twice: what has moved between both looks is not stuck. Processes that this one may not look at are counted.
public struct SnapshotTaker {
  /// Time between both looks, in microseconds.
  private static let pause: UInt64 = 20_000

  private let buffer = ProcBuffer()
  private let witness: (any KernelWitness)?

  /// Prepares to look.
  ///
  /// - Parameter witness: Who can tell more, and faster.
  public init(witness: (any KernelWitness)? = nil) { self.witness = witness }

  /// Which channels are asked for what takes a question of its own: how full a pipe is, what a FIFO is called.
  public enum Detail: Sendable {
    /// Those at which somebody waits.
    case awaited
    /// All that some processes have open; nil for all processes.
    case all(of: Set<Int32>?)
  }

  /// Looks.
  ///
  /// - Parameter detail: See ``Detail``.
  public func take(_ detail: Detail = .awaited) -> WaitSnapshot {
    let start = monotonicNow()
    let first = witness?.threads()
    let table = ProcessTable(buffer: buffer, countsTurns: first == nil)
    var processes: [ProcessEntry] = []
    var files = FileTable(buffer: buffer)
    var pids: [Int32] = []
    ProcFolder("/proc")?.forEachNumber { pids.append($0) }
    // First what the threads are in, of all of them; then what is open, while time goes by.
    for pid in pids {
      guard let folder = ProcFolder("/proc/\(pid)"), let entry = table.entry(pid, folder) else { continue }
      processes.append(entry)
    }
    if let known = first == nil ? nil : witness?.files() {
      files.add(known, of: processes)
    } else {
      for process in processes {
        if let folder = ProcFolder("/proc/\(process.pid)") { files.add(process, folder) }
      }
    }
    let sockets = sockets(of: processes, files)
    let elapsed = monotonicNow() - start
    if elapsed < Self.pause * 1000 { usleep(UInt32(Self.pause - elapsed / 1000)) }
    let second = first == nil ? nil : witness?.threads()
    for index in processes.indices { lookAgain(at: &processes[index], table, first, second) }
    let tables = SnapshotTables(processes, files, sockets, buffer: buffer)
    return SnapshotBuilder(tables, buffer: buffer, witnessed: second).snapshot(detail)
  }

  /// Every namespace's sockets, of which a process has one open.
  private func sockets(of processes: [ProcessEntry], _ files: FileTable) -> SocketTable {
    var sockets = SocketTable(buffer: buffer)
    guard files.hasSockets else { return sockets }
    func namespace(_ process: String) -> UInt64 {
      var file = snapshot_file()
      return snapshot_status(AT_FDCWD, "/proc/\(process)/ns/net", 1, &file) == 0 ? file.inode : 0
    }
    let own = namespace("self")
    var seen: Set<UInt64> = [own, 0]
    sockets.add(namespaceOf: nil)
    for process in processes
    where files.entries[process.pid]?.contains(where: { $0.channel.kind == .otherSocket }) == true {
      if seen.insert(namespace("\(process.pid)")).inserted { sockets.add(namespaceOf: process.pid) }
    }
    return sockets
  }

  /// Lets threads run that have moved since the first look.
  private func lookAgain(
    at process: inout ProcessEntry, _ table: ProcessTable, _ first: [Int32: WitnessedThread]?,
    _ second: [Int32: WitnessedThread]?
  ) {
    if let first, let second {
      for index in process.threads.indices where process.threads[index].state != .runs {
        let tid = process.threads[index].tid
        // One that the kernel does not know of any more has ended; one that has had no turn is in the same call as before.
        if let arrival = second[tid]?.arrival, arrival == first[tid]?.arrival { continue }
        process.threads[index].state = .runs
      }
      return
    }
    guard process.threads.contains(where: { $0.state != .runs }) else { return }
    guard let folder = ProcFolder("/proc/\(process.pid)") else {
      process.threads = []
      return
    }
    for index in process.threads.indices where process.threads[index].state != .runs {
      let thread = process.threads[index]
      let path = process.threads.count == 1 ? "" : "task/\(thread.tid)/"
      let hasMoved = table.call(path, folder) != thread.call || table.turns(path, folder) != thread.turns
      if hasMoved { process.threads[index].state = .runs }
    }
  }
}
