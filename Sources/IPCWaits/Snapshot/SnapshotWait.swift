/// What a thread sleeps for.
public struct SnapshotWait: Sendable {
  /// What it called.
  public let call: WaitCall
  /// Whether one of the conditions is enough, or all have to come true.
  public let mode: WaitMode
  /// What has to come true.
  public var conditions: [WaitCondition]
  /// Whether it waits until something is ready, as opposed to doing it: poll and its like.
  public var isPolling: Bool { call == .poll }

  /// Describes a wait.
  public init(_ call: WaitCall, _ conditions: [WaitCondition], mode: WaitMode = .any) {
    self.call = call
    self.mode = mode
    self.conditions = conditions
  }
}

/// How many ways out a wait takes.
public enum WaitMode: String, Sendable {
  /// One is enough.
  case any
  /// It takes every one.
  case all
}

/// One thing that a thread waits for.
public enum WaitCondition: Sendable {
  /// What has to become possible with a channel.
  public enum Need: Sendable {
    case read, write
    /// Only its end is waited for.
    case hangUp
    /// Somebody has to connect.
    case connection
    /// The other side has to take the connection.
    case acceptance
  }

  /// Who has a lock, by a descriptor if that is known.
  public struct LockHolder: Sendable, Hashable {
    /// The process.
    public let pid: Int32
    /// Its descriptor.
    public let descriptor: Int32?

    /// Names a holder.
    public init(pid: Int32, descriptor: Int32? = nil) {
      self.pid = pid
      self.descriptor = descriptor
    }
  }

  /// A word of memory that a thread sleeps on.
  public struct Futex: Sendable {
    /// How it is shown.
    public let name: String
    /// Processes that share the memory, the waiter's included.
    public let sharers: [Int32]
    /// The thread that alone can end the wait, if the word holds one.
    public let owner: (pid: Int32, tid: Int32)?
    /// Whether the owner ends it by ending itself (`pthread_join`).
    public let isJoin: Bool
    /// Whether the memory has a name by which somebody who has not come yet can map it.
    public let isNamed: Bool

    /// Describes a word.
    public init(
      name: String, sharers: [Int32], owner: (pid: Int32, tid: Int32)? = nil, isJoin: Bool = false,
      isNamed: Bool = false
    ) {
      self.name = name
      self.sharers = sharers
      self.owner = owner
      self.isJoin = isJoin
      self.isNamed = isNamed
    }
  }

  /// Something at a descriptor of the waiter.
  case descriptor(Int32, Need)
  /// Something at a channel that the waiter names without a descriptor of it, or by one of another kind.
  case channel(ChannelID, Need, descriptor: Int32?)
  /// A FIFO that has to be opened by somebody else, too.
  case opening(path: String)
  /// One of these children has to end.
  case children([Int32])
  /// A child that borrows the waiter's memory has to execute another program or end.
  case borrower(Int32)
  case futex(Futex)
  /// A file lock that others have. Each holder of one lock can give it up.
  case lock(path: String, descriptor: Int32?, holders: [LockHolder])
  /// A SysV semaphore: who was last to change it.
  case semaphore(name: String, last: Int32?)
  /// A SysV queue: who was last at its other side.
  case queue(name: String, last: Int32?, Need)
  /// Time has to pass.
  case timer
  /// A signal has to come.
  case signal
  /// A device has to do something; with its name.
  case device(String?)
  /// Something has to come from outside of this host.
  case network(String?)
  /// It is stopped and has to be continued.
  case stopped
  /// A debugger has stopped it.
  case traced(by: Int32)
}
