import ByteOutput
import Glibc
import IPCFormats
import IPCModel
import IPCTracing
import IPCWaits
import ProcessSnapshot
import SystemPackage

/// What is asked of who waits for whom, in whichever words.
public struct WaitSettings: Sendable {
  /// Processes that are asked about; nil for the whole host.
  public var pids: [Int32]?
  /// Whether the answer is JSON.
  public var isJSON = false
  /// Whether text is coloured.
  public var isColored = false
  /// How often it is asked, in nanoseconds; nil for once.
  public var interval: UInt64?
  /// Command that is run and asked about, with its arguments; empty for none.
  public var command: [String] = []
  /// Whom the command runs as; nil for who runs ipcdump.
  public var identity: Identity?
  /// How long the command may make no progress before it is asked about, in nanoseconds.
  public var patience: UInt64 = 5_000_000_000

  /// Asks about everything, once.
  public init() {}
}

/// Tells who waits for whom: once, again and again, or when a command that it runs does not go on.
public struct WaitWatch: ~Copyable {
  /// Exit status if something will never end.
  public static let foundStatus: Int32 = 3

  let settings: WaitSettings
  private let output: OutputFile
  private let taker = SnapshotTaker(witness: KernelLook())

  /// Prepares to look.
  ///
  /// - Parameters:
  ///   - settings: What is asked.
  ///   - output: Where answers go.
  public init(_ settings: WaitSettings, to output: consuming OutputFile) throws(Failure) {
    self.settings = settings
    self.output = output
    try SnapshotTaker.requireProcesses(toTell: "who waits for whom")
  }

  /// Looks until there is no more to do.
  ///
  /// - Returns: Exit status.
  public borrowing func run() throws(Failure) -> Int32 {
    if !settings.command.isEmpty { return try CommandWatch(self).run(self) }
    if let pids = settings.pids, let missing = pids.first(where: { access("/proc/\($0)", F_OK) != 0 }) {
      throw Failure(.system, "there is no process \(missing)", advice: "see ps -e, or leave -p out")
    }
    guard let interval = settings.interval else {
      return try report(from: settings.pids).hasDeadlock ? Self.foundStatus : 0
    }
    let signals = try StopSignals()
    var hasFound = false
    while true {
      let next = monotonicNow() + interval
      if try report(from: settings.pids).hasDeadlock { hasFound = true }
      while true {
        while let arrival = signals.next() {
          if arrival.number != SIGCHLD, arrival.number != SIGUSR1 { return hasFound ? Self.foundStatus : 0 }
        }
        let now = monotonicNow()
        if now >= next { break }
        wait(signals.descriptor, until: next, now: now)
      }
    }
  }

  /// Sleeps until a signal comes or a time is reached.
  func wait(_ descriptor: FileDescriptor, until time: UInt64, now: UInt64) {
    var poll = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
    Glibc.poll(&poll, 1, Int32(clamping: (time - min(time, now)) / 1_000_000 + 1))
  }

  /// Looks at everything.
  borrowing func look() -> WaitGraph { WaitGraph(taker.take()) }

  /// Looks, and tells what some processes are in or behind.
  @discardableResult
  borrowing func report(from pids: [Int32]?) throws(Failure) -> WaitReport { try report(look(), from: pids) }

  /// Tells what some processes are in or behind.
  @discardableResult
  borrowing func report(_ graph: WaitGraph, from pids: [Int32]?) throws(Failure) -> WaitReport {
    let report = WaitReport(graph, from: pids, at: monotonicNow())
    var buffer = OutputBuffer()
    if settings.isJSON {
      report.appendJSON(clock: WallClock(), to: &buffer)
    } else {
      report.appendText(
        width: output.isTerminal ? 80 : nil, isColored: settings.isColored, to: &buffer)
    }
    try output.write(&buffer)
    return report
  }
}

extension SnapshotTaker {
  /// Refuses to look without /proc.
  static func requireProcesses(toTell what: String) throws(Failure) {
    guard access("/proc/self/stat", R_OK) == 0 else {
      throw Failure(
        .system, "/proc is not mounted, which tells \(what)", advice: "mount it: mount -t proc proc /proc")
    }
  }
}

/// With the privilege to load BPF programs, the kernel itself is asked.
extension KernelLook: KernelWitness {
  /// Every thread by its number.
  public func threads() -> [Int32: WitnessedThread]? {
    sleepers().flatMap { sleepers in
      // Without times, nobody can say who has moved.
      guard sleepers.contains(where: { $0.arrival != nil }) else { return nil }
      var threads: [Int32: WitnessedThread] = [:]
      for sleeper in sleepers {
        threads[sleeper.tid] = WitnessedThread(
          arrival: sleeper.arrival, duration: sleeper.duration, timers: sleeper.timers)
      }
      return threads
    }
  }

  /// Everything that processes have open.
  public func files() -> [WitnessedFile]? {
    openFiles().map { files in
      files.map { file in
        WitnessedFile(
          pid: file.pid, number: file.number, inode: file.inode, device: file.device, node: file.node,
          system: file.system, object: file.object, mode: file.mode, canRead: file.canRead,
          canWrite: file.canWrite, name: file.name)
      }
    }
  }
}
