/// Who can tell what /proc tells slowly, or not at all. It needs more privilege than that.
public protocol KernelWitness {
  /// Every thread by its number; nil if it cannot be told this time.
  func threads() -> [Int32: WitnessedThread]?

  /// Everything that processes have open; nil if it cannot be told this time.
  func files() -> [WitnessedFile]?
}

/// A thread, as the kernel has it in its memory.
public struct WitnessedThread: Sendable {
  /// When it got a CPU last, by a clock of the scheduler.
  public let arrival: UInt64?
  /// How long it has had none, in nanoseconds.
  public let duration: UInt64?
  /// Of a process's first thread: signals that running timers will send to the process.
  public let timers: UInt64

  /// Describes a thread.
  public init(arrival: UInt64?, duration: UInt64?, timers: UInt64) {
    self.arrival = arrival
    self.duration = duration
    self.timers = timers
  }
}

/// A descriptor, as the kernel has it in its memory.
public struct WitnessedFile: Sendable {
  /// Who has it, and its number.
  public let pid: Int32, number: Int32
  /// Inode, and numbers of the file system and of the device that the file is (major << 20 | minor).
  public let inode: UInt64, device: UInt32, node: UInt32
  /// Magic number of the file system (include/uapi/linux/magic.h).
  public let system: UInt32
  /// What an anonymous file is about.
  public let object: UInt64
  /// Type and permissions.
  public let mode: UInt16
  /// What it was opened for.
  public let canRead: Bool, canWrite: Bool
  /// The last part of its path, or what an anonymous file is; at most 15 bytes.
  public let name: String

  /// Describes a descriptor.
  public init(
    pid: Int32, number: Int32, inode: UInt64, device: UInt32, node: UInt32, system: UInt32, object: UInt64,
    mode: UInt16, canRead: Bool, canWrite: Bool, name: String
  ) {
    self.pid = pid
    self.number = number
    self.inode = inode
    self.device = device
    self.node = node
    self.system = system
    self.object = object
    self.mode = mode
    self.canRead = canRead
    self.canWrite = canWrite
    self.name = name
  }
}
