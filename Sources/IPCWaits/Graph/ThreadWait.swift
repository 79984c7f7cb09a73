/// A thread that waits, and who could end that.
public struct ThreadWait: Sendable {
  /// Who waits.
  public let pid: Int32, tid: Int32
  /// What the thread is called.
  public let name: String
  /// How long it has not run, in nanoseconds; nil if that is not known.
  public let duration: UInt64?
  /// What it called.
  public let call: WaitCall
  /// Whether one of ``targets`` is enough.
  public let mode: WaitMode
  /// What it waits for.
  public internal(set) var targets: [WaitTarget]
  /// Whether nothing can end the wait any more.
  public internal(set) var isStuck = false
}

/// One thing that a thread waits for.
public struct WaitTarget: Sendable {
  /// What kind of thing it is, as the JSON says it.
  public let type: TargetType
  /// What it is called; nil if it has no name.
  public let channel: String?
  /// By which descriptor the waiter has it.
  public let descriptor: Int32?
  /// Bytes or messages that lie in it; nil if they are not counted.
  public let unread: UInt64?
  /// How many fit; nil if that is not known.
  public let capacity: UInt64?
  /// Who could end the wait.
  public internal(set) var enders: [WaitEnder]
  /// Whether something that is none of these can end it.
  public internal(set) var isExternal: Bool

  init(
    _ type: TargetType, channel: String? = nil, descriptor: Int32? = nil, unread: UInt64? = nil,
    capacity: UInt64? = nil, enders: [WaitEnder] = [], isExternal: Bool = false
  ) {
    self.type = type
    self.channel = channel
    self.descriptor = descriptor
    self.unread = unread
    self.capacity = capacity
    self.enders = enders
    self.isExternal = isExternal
  }

  /// What a thread waits for that is beside it: time, signals.
  static func outside(_ type: TargetType) -> WaitTarget { WaitTarget(type, isExternal: true) }
}

/// Who could end a wait, and how.
public struct WaitEnder: Sendable, Hashable {
  /// The process; any of its threads could do it.
  public let pid: Int32
  /// The only thread of it that could; nil for any.
  public let tid: Int32?
  /// What the process is called.
  public let name: String
  /// By which descriptor.
  public let descriptor: Int32?
  /// What it would have to do.
  public let deed: Deed

  /// What ends a wait.
  public enum Deed: String, Sendable {
    case write, read, close, accept, exit, unlock, wake, msgsnd, msgrcv, semop, settime
    case execute = "exec"
    case `continue` = "continue"
  }
}

/// Kinds of things that threads wait for, in the words of `-t` where it has them.
public enum TargetType: String, Sendable {
  case pipe
  case unixStream = "unix-stream", unixDatagram = "unix-dgram", unixSeqpacket = "unix-seqpacket"
  case loopbackTCP = "loopback-tcp", loopbackUDP = "loopback-udp"
  case network, netlink, pty, terminal, eventfd, inotify, mqueue, process, futex, lock
  case semaphore = "sysv-sem", queue = "sysv-msg"
  case timer, device, signal, stopped
}

/// A thread that sleeps for something that cannot be told.
public struct UnknownWait: Sendable {
  /// Who sleeps.
  public let pid: Int32, tid: Int32
  /// What the thread is called.
  public let name: String
  /// How long it has not run, in nanoseconds.
  public let duration: UInt64?
  /// What it called.
  public let call: WaitCall
  /// The kernel's function that it sleeps in, or what else hides the reason.
  public let function: String
}

/// Threads that wait for each other, and for nobody else.
public struct Deadlock: Sendable, Decodable {
  /// How they wait for each other.
  public enum Shape: String, Sendable, Decodable {
    /// One process waits for itself.
    case alone = "self"
    /// Each for exactly one other.
    case cycle
    /// Some for several others, all of which are in it.
    case knot
  }

  /// The processes in it, in order.
  public let pids: [Int32]
  /// The threads in it, in order.
  public let threads: [Int32]
  /// See ``Shape``.
  public let shape: Shape
  /// Why it will not end, in a sentence.
  public internal(set) var reason: String
  /// Other processes that wait for it, and for nothing else.
  public internal(set) var blocked: [Int32]

  // As `ipcdump why --json` writes it.
  private enum CodingKeys: String, CodingKey {
    case pids, threads, reason, blocked
    case shape = "kind"
  }
}

/// A reader that waits for the end of a pipe whose other end was left open where nobody will write: a suspicion.
public struct Leak: Sendable, Decodable {
  /// Somebody with a descriptor.
  public struct Holder: Sendable, Hashable, Decodable {
    /// The process.
    public let pid: Int32
    /// What it is called.
    public let name: String
    /// The descriptor.
    public let descriptor: Int32

    private enum CodingKeys: String, CodingKey {
      case pid
      case name = "comm"
      case descriptor = "fd"
    }

    /// Names somebody.
    public init(pid: Int32, name: String, descriptor: Int32) {
      self.pid = pid
      self.name = name
      self.descriptor = descriptor
    }
  }

  /// The pipe.
  public let channel: String
  /// Who waits for its end.
  public let reader: Holder
  /// Who keeps it open, one entry a descriptor.
  public let holders: [Holder]
}
