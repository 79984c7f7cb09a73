import Glibc
import IPCWaits

/// A process as its files in /proc tell it.
struct ProcessEntry {
  let pid: Int32
  let parent: Int32
  let group: Int32
  let name: String
  /// Number of its terminal; 0 for none.
  let terminal: UInt64
  /// When it began, in ticks after the boot.
  let start: UInt64
  /// Its threads that sleep.
  var threads: [ThreadEntry] = []
}

/// A thread as its files in /proc tell it.
struct ThreadEntry {
  /// What the scheduler does with a thread.
  enum State {
    case runs
    case sleeps
    /// Nothing but what it waits for can wake it.
    case sleepsDeeply
    case isStopped
    case isTraced
  }

  let tid: Int32
  let name: String
  var state: State
  /// What it is in; nil if that may not be known.
  var call: SleepingCall?
  /// How often it has got a CPU.
  var turns: UInt64?
  /// The CPU that it had last.
  let cpu: Int32
}

/// Reads who there is and what the threads do.
struct ProcessTable {
  /// Flags of a task (include/linux/sched.h): a worker of io_uring or vhost, a kernel thread.
  private static let workerFlags: UInt64 = 0x10 | 0x4000
  private static let kernelThread: UInt64 = 0x0020_0000

  /// What `/proc/PID/stat` says (proc_pid_stat(5)).
  private struct Status {
    let name: String, state: UInt8, parent: Int32, group: Int32
    let terminal: UInt64, flags: UInt64, threads: UInt64, start: UInt64, cpu: Int32

    init?(_ text: ProcText) {
      var text = text
      guard text.number() != nil, let name = text.parenthesized() else { return nil }
      self.name = name
      state = text.word().utf8.first ?? 0
      guard let parent = text.signed(), let group = text.signed(), text.signed() != nil,
        let terminal = text.signed(), text.signed() != nil, let flags = text.number()
      else { return nil }
      self.parent = Int32(truncatingIfNeeded: parent)
      self.group = Int32(truncatingIfNeeded: group)
      self.terminal = UInt64(bitPattern: terminal)
      self.flags = flags
      for _ in 10..<20 { text.skipWord() }
      guard let threads = text.signed(), text.signed() != nil, let start = text.number() else { return nil }
      self.threads = UInt64(clamping: threads)
      self.start = start
      for _ in 23..<39 { text.skipWord() }
      cpu = Int32(truncatingIfNeeded: text.number() ?? 0)
    }

    var threadState: ThreadEntry.State? {
      switch state {
      case UInt8(ascii: "R"): .runs
      case UInt8(ascii: "S"): .sleeps
      case UInt8(ascii: "D"): .sleepsDeeply
      case UInt8(ascii: "T"): .isStopped
      case UInt8(ascii: "t"): .isTraced
      // One that has ended, or a kernel thread that idles.
      default: nil
      }
    }
  }

  let buffer: ProcBuffer
  /// Whether to ask how often threads have got a CPU.
  var countsTurns = true

  /// A process and its threads; nil for one of the kernel's, and one that has gone.
  func entry(_ pid: Int32, _ folder: borrowing ProcFolder) -> ProcessEntry? {
    guard let status = folder.withFile("stat", in: buffer, { Status($0) }),
      status.flags & Self.kernelThread == 0
    else { return nil }
    var entry = ProcessEntry(
      pid: pid, parent: status.parent, group: status.group, name: status.name, terminal: status.terminal,
      start: status.start)
    if status.threads <= 1, let state = status.threadState {
      entry.threads.append(thread(pid, status, state, "", folder))
      return entry
    }
    folder.folder("task")?.forEachNumber { tid in
      guard let status = folder.withFile("task/\(tid)/stat", in: buffer, { Status($0) }),
        let state = status.threadState
      else { return }
      if status.flags & Self.workerFlags != 0 {
        // One that is idle waits for work of its own process.
        let function = Self.function("task/\(tid)/", folder, buffer)
        if function.hasPrefix("io_wq_worker") || function.hasPrefix("io_sq_thread") { return }
      }
      entry.threads.append(thread(tid, status, state, "task/\(tid)/", folder))
    }
    return entry
  }

  /// Whose child a process is; nil for one of the kernel's, and one that has ended.
  func parent(of pid: Int32) -> Int32? {
    buffer.withFile("/proc/\(pid)/stat") { text in
      guard let status = Status(text), status.flags & Self.kernelThread == 0,
        status.threadState != nil || status.threads > 1
      else { return nil }
      return status.parent
    }
  }

  private func thread(
    _ tid: Int32, _ status: Status, _ state: ThreadEntry.State, _ path: String, _ folder: borrowing ProcFolder
  ) -> ThreadEntry {
    var thread = ThreadEntry(tid: tid, name: status.name, state: state, cpu: status.cpu)
    if state != .runs {
      thread.call = call(path, folder)
      if countsTurns { thread.turns = turns(path, folder) }
    }
    return thread
  }

  /// What a thread is in.
  func call(_ path: String, _ folder: borrowing ProcFolder) -> SleepingCall? {
    folder.withFile(path + "syscall", in: buffer) { SleepingCall($0) }
  }

  /// How often a thread has got a CPU; nil if the kernel does not count it.
  func turns(_ path: String, _ folder: borrowing ProcFolder) -> UInt64? {
    folder.withFile(path + "schedstat", in: buffer) { text in
      var text = text
      return text.number() != nil && text.number() != nil ? text.number() : nil
    }
  }

  /// The kernel's function that a thread sleeps in; empty if that may not be known.
  static func function(_ path: String, _ folder: borrowing ProcFolder, _ buffer: ProcBuffer) -> String {
    folder.withFile(path + "wchan", in: buffer) { $0.rest == "0" ? nil : $0.rest } ?? ""
  }
}

/// What `/proc/PID/status` says of signals and debuggers (proc_pid_status(5)).
struct SignalStatus {
  let tracer: Int32
  /// Its number in every pid namespace, the innermost one last.
  let number: Int32
  let isInInnerNamespace: Bool
  let pending: SignalSet, blocked: SignalSet, ignored: SignalSet, caught: SignalSet

  init?(_ text: ProcText) {
    var text = text
    guard text.find(line: "TracerPid:"), let tracer = text.number(), text.find(line: "NStgid:") else {
      return nil
    }
    self.tracer = Int32(truncatingIfNeeded: tracer)
    guard text.find(line: "NSpid:") else { return nil }
    var numbers: [UInt64] = []
    while let number = text.number() { numbers.append(number) }
    number = Int32(truncatingIfNeeded: numbers.last ?? 0)
    isInInnerNamespace = numbers.count > 1
    func set(_ name: StaticString) -> SignalSet? {
      text.find(line: name) ? text.hexadecimal().map { SignalSet(rawValue: $0) } : nil
    }
    guard let own = set("SigPnd:"), let shared = set("ShdPnd:"), let blocked = set("SigBlk:"),
      let ignored = set("SigIgn:"), let caught = set("SigCgt:")
    else { return nil }
    pending = own.union(shared)
    self.blocked = blocked
    self.ignored = ignored
    self.caught = caught
  }

  /// Whether a signal has come that is about to interrupt the thread.
  var isInterrupted: Bool { !pending.subtracting(blocked).subtracting(ignored).isEmpty }
}
