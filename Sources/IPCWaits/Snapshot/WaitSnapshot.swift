/// Who was there at a moment, what each thread slept in, and what was open: all that the wait graph is made of.
///
/// It is plain values, so that it can be written down in a test as well as taken from a kernel.
public struct WaitSnapshot: Sendable {
  /// The processes, by pid.
  public private(set) var processes: [Int32: SnapshotProcess] = [:]
  /// Their threads, those of a process one after the other.
  public private(set) var threads: [SnapshotThread] = []
  /// What is behind the descriptors.
  public private(set) var channels: [ChannelID: SnapshotChannel] = [:]
  /// Processes whose descriptors could not be looked at; they can hold anything.
  public var unseenProcesses = 0
  /// Whether descriptors are on their way between processes, so that their holders are not known.
  public var hasDescriptorsInFlight = false

  private var descriptorsByProcess: [Int32: [Int32: OpenDescriptor]] = [:]
  private var holdersByChannel: [ChannelID: [OpenDescriptor]] = [:]
  private var children: [Int32: [Int32]] = [:]
  private var threadsByProcess: [Int32: [Int]] = [:]

  /// Nobody was there.
  public init() {}

  /// Adds a process.
  public mutating func add(_ process: SnapshotProcess) {
    processes[process.pid] = process
    children[process.parent, default: []].append(process.pid)
  }

  /// Adds a thread of a process.
  public mutating func add(_ thread: SnapshotThread) {
    threadsByProcess[thread.pid, default: []].append(threads.count)
    threads.append(thread)
  }

  /// Adds a channel, or takes its place if it is known by the same name.
  public mutating func add(_ channel: SnapshotChannel) { channels[channel.id] = channel }

  /// Adds a descriptor of a process.
  public mutating func add(_ descriptor: OpenDescriptor) {
    descriptorsByProcess[descriptor.pid, default: [:]][descriptor.number] = descriptor
    holdersByChannel[descriptor.channel, default: []].append(descriptor)
  }

  /// Whether a timer will interrupt a process, or kill it.
  func hasTimer(_ pid: Int32) -> Bool {
    guard let process = processes[pid], !process.timers.isEmpty else { return false }
    let signals = process.effective(process.timers)
    return self.threads(of: pid).contains { !signals.subtracting(threads[$0].blocked).isEmpty }
  }

  /// What a process has open at a number; nil if that is nothing, or not known.
  public func descriptor(_ number: Int32, of pid: Int32) -> OpenDescriptor? {
    descriptorsByProcess[pid]?[number]
  }

  /// All descriptors of a process.
  public func descriptors(of pid: Int32) -> some Collection<OpenDescriptor> {
    (descriptorsByProcess[pid] ?? [:]).values
  }

  /// Everybody who has a channel open, in the order of pids and numbers.
  public func holders(of channel: ChannelID) -> [OpenDescriptor] {
    (holdersByChannel[channel] ?? []).sorted { ($0.pid, $0.number) < ($1.pid, $1.number) }
  }

  /// Children of a process.
  public func children(of pid: Int32) -> [Int32] { children[pid] ?? [] }

  /// Places of a process's threads in ``threads``.
  public func threads(of pid: Int32) -> [Int] { threadsByProcess[pid] ?? [] }

  /// What a process is called; empty if it is not there.
  public func name(of pid: Int32) -> String { processes[pid]?.name ?? "" }

  /// Whether one process is an ancestor of another one, or itself.
  public func isAncestor(_ ancestor: Int32, of pid: Int32) -> Bool {
    var current = pid
    // A process's parent can have changed while the snapshot was taken, so that a circle is not impossible.
    for _ in 0..<processes.count + 1 {
      if current == ancestor { return true }
      guard let parent = processes[current]?.parent, parent > 0 else { return false }
      current = parent
    }
    return false
  }
}
