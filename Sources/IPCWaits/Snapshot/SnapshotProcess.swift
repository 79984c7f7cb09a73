/// A process of a snapshot.
public struct SnapshotProcess: Sendable {
  /// Process id.
  public let pid: Int32
  /// Who waits for its end.
  public let parent: Int32
  /// What it is called (`comm`).
  public let name: String
  /// Process group.
  public let group: Int32
  /// Signals that it has a handler for.
  public let caught: SignalSet
  /// Signals that do nothing to it.
  public let ignored: SignalSet
  /// Signals that running timers will send to it (`alarm`, `setitimer`, `timer_create`).
  public let timers: SignalSet

  /// Describes a process.
  public init(
    pid: Int32, parent: Int32, name: String, group: Int32 = 0, caught: SignalSet = [],
    ignored: SignalSet = [],
    timers: SignalSet = []
  ) {
    self.pid = pid
    self.parent = parent
    self.name = name
    self.group = group
    self.caught = caught
    self.ignored = ignored
    self.timers = timers
  }

  /// What of these signals does something: is caught, or kills.
  func effective(_ signals: SignalSet) -> SignalSet {
    signals.subtracting(ignored).subtracting(SignalSet.harmless.subtracting(caught))
  }
}

/// Signals by their numbers, as `/proc/PID/status` has them.
public struct SignalSet: OptionSet, Sendable, Hashable {
  /// Bit n − 1 is signal n.
  public let rawValue: UInt64

  /// Takes the bits.
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// One signal.
  public init(_ number: Int32) { rawValue = 1 << UInt64(number - 1) }

  /// What neither kills nor interrupts without a handler (signal(7)): SIGCHLD, SIGCONT, SIGURG, SIGWINCH, and those that
  /// stop.
  static let harmless: SignalSet = [17, 18, 19, 20, 21, 22, 23, 28].reduce(into: []) {
    $0.insert(SignalSet($1))
  }

  /// What glibc keeps for itself, to cancel threads and to change their user (`SIGCANCEL`, `SIGSETXID`): a handler for
  /// these says nothing about the program.
  public static let ofLibrary: SignalSet = [SignalSet(32), SignalSet(33)]
}

/// A thread of a snapshot.
public struct SnapshotThread: Sendable {
  /// What a thread does.
  public enum State: Sendable {
    /// It runs, or has moved between two looks.
    case running
    /// It sleeps, and what for is known.
    case waiting(SnapshotWait)
    /// It sleeps for something that cannot be told: in this function of the kernel.
    case unknown(call: WaitCall, function: String)
  }

  /// Process that it is of.
  public let pid: Int32
  /// Thread id.
  public let tid: Int32
  /// What it is called.
  public let name: String
  /// What it does.
  public var state: State
  /// How long it has not run, in nanoseconds; nil if the kernel does not tell.
  public var duration: UInt64?
  /// Signals that it has blocked.
  public let blocked: SignalSet

  /// Describes a thread.
  public init(
    pid: Int32, tid: Int32, name: String, state: State, duration: UInt64? = nil, blocked: SignalSet = []
  ) {
    self.pid = pid
    self.tid = tid
    self.name = name
    self.state = state
    self.duration = duration
    self.blocked = blocked
  }
}

/// What kind of call a thread sleeps in.
public enum WaitCall: String, Sendable, CaseIterable {
  case read, write, poll, accept, connect, open, wait, futex, flock, semop, msgsnd, msgrcv, mq, sleep, sigwait
  case other
}
