import Glibc

/// Whether a process and its descendants make any progress.
public enum TreeProgress {
  /// What all threads have done up to a moment; equal to another one if nobody has run in between.
  public struct Mark: Equatable, Sendable {
    private let turns: [Int32: UInt64]

    fileprivate init(_ turns: [Int32: UInt64]) { self.turns = turns }
  }

  /// Descendants of a process that have not ended, without itself.
  public static func descendants(of root: Int32) -> [Int32] {
    let table = ProcessTable(buffer: ProcBuffer())
    var children: [Int32: [Int32]] = [:]
    ProcFolder("/proc")?.forEachNumber { pid in
      guard let parent = table.parent(of: pid) else { return }
      children[parent, default: []].append(pid)
    }
    var found: [Int32] = []
    var next = children[root] ?? []
    while let pid = next.popLast() {
      found.append(pid)
      next += children[pid] ?? []
    }
    return found.sorted()
  }

  /// What the threads of processes have done; nil if one of them runs just now.
  public static func mark(of pids: [Int32]) -> Mark? {
    let table = ProcessTable(buffer: ProcBuffer())
    var turns: [Int32: UInt64] = [:]
    for pid in pids {
      guard let folder = ProcFolder("/proc/\(pid)"), let entry = table.entry(pid, folder) else { continue }
      for thread in entry.threads {
        if thread.state == .runs { return nil }
        turns[thread.tid] = thread.turns ?? 0
      }
    }
    return Mark(turns)
  }

  /// Takes the status of children that were somebody else's and have ended.
  ///
  /// - Parameter pid: A child whose status somebody else takes.
  public static func reapOrphans(but pid: Int32?) {
    while true {
      var information = siginfo_t()
      // The first that has ended is looked at before it is taken.
      guard waitid(P_ALL, 0, &information, WEXITED | WNOHANG | WNOWAIT) == 0 else { return }
      let ended = information._sifields._sigchld.si_pid
      if ended <= 0 || ended == pid { return }
      waitpid(ended, nil, 0)
    }
  }
}
