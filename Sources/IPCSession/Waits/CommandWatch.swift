import ByteOutput
import Glibc
import IPCModel
import IPCWaits
import ProcessShims
import ProcessSnapshot

/// Runs a command, and looks at it when it makes no progress, or when it is asked to.
struct CommandWatch: ~Copyable {
  private let settings: WaitSettings
  private let signals: StopSignals
  private let command: Command
  private var ending: Command.Ending?
  private var stop = StopPolicy()
  private var hasReported = false
  /// What the tree's threads had done at the last look, and since when that is so.
  private var progress: TreeProgress.Mark?
  private var idleSince: UInt64
  private var hasToldIdleness = false
  private var nextLook: UInt64
  private var isAsked = false

  /// Times between looks at the progress.
  private static let steps: ClosedRange<UInt64> = 20_000_000...500_000_000
  /// How long processes may take to end that are told to.
  private static let grace: UInt64 = 1_000_000_000

  init(_ watch: borrowing WaitWatch) throws(Failure) {
    let signals = try StopSignals()
    let command = try Command(watch.settings.command, as: watch.settings.identity)
    settings = watch.settings
    self.signals = signals
    self.command = command
    idleSince = monotonicNow()
    nextLook = idleSince + watch.settings.patience
  }

  /// Waits for the command's end, or until it is found to have none.
  ///
  /// - Returns: Exit status.
  consuming func run(_ watch: borrowing WaitWatch) throws(Failure) -> Int32 {
    // Descendants that lose their parent stay ours, and so to be found.
    process_adopt_orphans()
    try command.release()
    let step = min(max(settings.patience / 4, Self.steps.lowerBound), Self.steps.upperBound)
    do throws(Failure) {
      while ending == nil {
        let now = monotonicNow()
        if stop.isOver(at: now) { break }
        watch.wait(signals.descriptor, until: now + step, now: now)
        takeSignals()
        if ending == nil, try look(watch) {
          endTree()
          return WaitWatch.foundStatus
        }
      }
    } catch {
      endTree()
      throw error
    }
    if ending == nil { endTree() }
    // A program that reads JSON gets an answer in any case: nobody waits any more.
    if settings.isJSON, !hasReported { try watch.report(WaitGraph(WaitSnapshot()), from: []) }
    return ending?.status ?? 0
  }

  private mutating func takeSignals() {
    while let arrival = signals.next() {
      if arrival.number == SIGCHLD {
        ending = ending ?? command.ending()
        TreeProgress.reapOrphans(but: command.pid)
      } else if arrival.number == SIGUSR1 {
        isAsked = true
      } else if stop.take(arrival, sourceGoesOn: ending == nil, now: monotonicNow()) {
        kill(command.pid, arrival.number)
      }
    }
  }

  /// Looks if it is time to.
  ///
  /// - Returns: Whether the command will never end.
  private mutating func look(_ watch: borrowing WaitWatch) throws(Failure) -> Bool {
    let pids = TreeProgress.descendants(of: getpid())
    let mark = TreeProgress.mark(of: pids)
    let now = monotonicNow()
    if mark == nil || mark != progress {
      progress = mark
      idleSince = now
      hasToldIdleness = false
    }
    let isIdle = now - idleSince >= settings.patience && !hasToldIdleness
    guard isIdle || isAsked || now >= nextLook else { return false }
    nextLook = monotonicNow() + settings.patience
    let graph = watch.look()
    let deadlocks = graph.part(from: pids).deadlocks
    // Others of the tree may still be busy; whoever is stuck for long enough will be for ever.
    let isStuck = deadlocks.contains { deadlock in
      deadlock.threads.allSatisfy { graph.wait(of: $0)?.duration ?? 0 >= settings.patience }
    }
    guard isIdle || isAsked || isStuck else { return false }
    if isIdle { hasToldIdleness = true }
    isAsked = false
    hasReported = true
    try watch.report(graph, from: pids)
    return isStuck || isIdle && !deadlocks.isEmpty
  }

  /// Ends the command and its descendants: nobody else would.
  private borrowing func endTree() {
    let deadline = monotonicNow() + Self.grace
    var signal = SIGTERM
    // One that has ended is no descendant any more, and is still in the table of processes.
    defer { TreeProgress.reapOrphans(but: nil) }
    while true {
      let pids = TreeProgress.descendants(of: getpid())
      if pids.isEmpty { return }
      for pid in pids {
        kill(pid, signal)
        // One that is stopped hears nothing else.
        if signal == SIGTERM { kill(pid, SIGCONT) }
      }
      let end = monotonicNow() + Self.grace / 20
      while monotonicNow() < end {
        TreeProgress.reapOrphans(but: nil)
        if TreeProgress.descendants(of: getpid()).isEmpty { return }
        usleep(2000)
      }
      // What is deep in the kernel hears nothing at all.
      if monotonicNow() >= deadline + Self.grace { return }
      if monotonicNow() >= deadline { signal = SIGKILL }
    }
  }
}
