import IPCModel
import RecordLayout

/// What a correlator asks the system about processes.
public struct ProcessSources: Sendable {
  /// The arguments that a process shows now, each with a NUL behind it; nil if it is gone.
  public var arguments: @Sendable (_ pid: Int32) -> [UInt8]?
  /// The number of a process in its own pid namespace; nil if that is ipcdump's, or it is gone.
  public var namespacePid: @Sendable (_ pid: Int32) -> Int32?
  /// Name of a user.
  public var userName: @Sendable (_ uid: UInt32) -> [UInt8]
  /// What its engine calls a container, by the first 12 characters of its id; nil if that is not known.
  public var containerName: @Sendable (_ id: [UInt8]) -> [UInt8]?

  /// Names where to ask.
  public init(
    arguments: @escaping @Sendable (_ pid: Int32) -> [UInt8]?,
    userName: @escaping @Sendable (_ uid: UInt32) -> [UInt8],
    containerName: @escaping @Sendable (_ id: [UInt8]) -> [UInt8]? = { _ in nil },
    namespacePid: @escaping @Sendable (_ pid: Int32) -> Int32? = { _ in nil }
  ) {
    self.arguments = arguments
    self.userName = userName
    self.containerName = containerName
    self.namespacePid = namespacePid
  }
}

/// A process that ran before the trace did.
public struct RunningProcess: Sendable {
  /// Its number.
  public let pid: Int32
  /// When it has started, in hundredths of a second since boot, as proc_pid_stat(5) tells it.
  public let start: UInt64
  /// What it runs.
  public let description: ProcessDescription

  /// Describes a process.
  public init(pid: Int32, start: UInt64, description: ProcessDescription) {
    self.pid = pid
    self.start = start
    self.description = description
  }
}

/// Finds out what processes run: from those that ran when the trace began, and from what the kernel tells of each that
/// executes a program or makes another process.
struct ProcessTracker {
  private let sources: ProcessSources?
  /// Processes from before the trace that have not been met yet.
  private var initial: [Int32: RunningProcess] = [:]
  /// What made each process that has not been met yet, nor executed a program.
  private var makers = RecentEntries<Int32, ProcessDescription>(limit: 16_384)
  /// Images that were met last, by the lowest bits of their processes' numbers.
  private var recent = [KnownProcesses.Image](repeating: .init(pid: 0, image: 0), count: 1024)

  /// Nanoseconds in the unit of ``RunningProcess/start`` (USER_HZ, 100 on every architecture that is supported).
  private static let tick: UInt64 = 10_000_000

  init(_ sources: ProcessSources?) { self.sources = sources }

  mutating func seed(_ processes: [RunningProcess]) {
    for process in processes { initial[process.pid] = process }
  }

  /// Takes a record of no kind; others are ignored.
  mutating func take(_ record: UnsafeRawBufferPointer, _ header: ipc_header, into table: inout KnownProcesses)
  {
    switch UInt32(header.type) {
    case IPC_RECORD_EXEC.rawValue: takeExec(record, into: &table)
    case IPC_RECORD_FORK.rawValue: takeFork(record, into: &table)
    default: break
    }
  }

  /// Learns that a process is at an end of an event, as long as something is to be found out about it.
  @inline(__always)
  mutating func meet(tgid: UInt32, image: UInt64, into table: inout KnownProcesses) {
    guard image != 0, tgid != 0 else { return }
    let image = KnownProcesses.Image(pid: Int32(bitPattern: tgid), image: image)
    let place = Int(tgid) % recent.count
    if recent[place] == image { return }
    recent[place] = image
    if table[image] == nil { findOut(image, into: &table) }
  }

  private mutating func findOut(_ image: KnownProcesses.Image, into table: inout KnownProcesses) {
    if let running = initial.removeValue(forKey: image.pid) {
      // What has been executed since is told by a record.
      let start = image.image / Self.tick
      if start == running.start || start == running.start + 1 { table.add(running.description, for: image) }
    } else if let maker = makers.remove(image.pid) {
      // A server may have written there what this child is for.
      let arguments = sources?.arguments(image.pid).map { ProcessDescription.commandLine($0) }
      table.add(arguments.map { maker.with(arguments: $0) } ?? maker, for: image)
    }
  }

  private mutating func takeExec(_ record: UnsafeRawBufferPointer, into table: inout KnownProcesses) {
    guard let (raw, rest) = record.record(ipc_exec.self), raw.header.tgid != 0 else { return }
    var left = rest[...]
    func next(_ count: UInt32) -> Slice<UnsafeRawBufferPointer> {
      let piece = left.prefix(Int(count))
      left = left.dropFirst(Int(count))
      return piece
    }
    let executable = Self.path(next(raw.executable), isPseudo: raw.is_pseudo != 0)
    let directory = Self.path(next(raw.directory), isPseudo: false)
    let arguments = next(raw.arguments)
    let cgroups = next(raw.cgroup).split(separator: 0).map { ArraySlice($0) }
    let pid = Int32(bitPattern: raw.header.tgid)
    let maker = makers.remove(pid)
    let running = initial.removeValue(forKey: pid)
    let before = maker ?? running?.description ?? table.latestDescription(of: pid)
    // In cgroups of version 1 everybody is at the root of version 2, which is all that the kernel tells here.
    let cgroup = cgroups.isEmpty ? before?.cgroup ?? CgroupPath.joined(cgroups) : CgroupPath.joined(cgroups)
    let container = cgroups.isEmpty ? before?.container : ContainerID.find(in: cgroups)
    table.add(
      ProcessDescription(
        executable: executable,
        arguments: arguments.isEmpty ? nil : ProcessDescription.commandLine(arguments), directory: directory,
        user: sources?.userName(raw.uid), container: container,
        containerName: container.flatMap { sources?.containerName($0) }, cgroup: cgroup,
        namespacePid: Self.number(raw.own_pid)),
      for: KnownProcesses.Image(pid: pid, image: raw.header.image))
  }

  private mutating func takeFork(_ record: UnsafeRawBufferPointer, into table: inout KnownProcesses) {
    guard let (raw, _) = record.record(ipc_fork.self), raw.child != 0 else { return }
    let child = Int32(bitPattern: raw.child)
    initial[child] = nil
    meet(tgid: raw.header.tgid, image: raw.header.image, into: &table)
    let maker = KnownProcesses.Image(pid: Int32(bitPattern: raw.header.tgid), image: raw.header.image)
    if let description = table[maker] {
      // The classic tracepoint does not say what number a child has in its own namespace.
      let isElsewhere = description.namespacePid != nil || description.container != nil
      let found = Self.number(raw.own_child) ?? (isElsewhere ? sources?.namespacePid(child) : nil)
      makers.set(child, description.with(namespacePid: found))
    } else {
      _ = makers.remove(child)
    }
  }

  /// A number of a record, where 0 stands for none.
  private static func number(_ raw: UInt32) -> Int32? { raw == 0 ? nil : Int32(bitPattern: raw) }

  private static func path(_ names: Slice<UnsafeRawBufferPointer>, isPseudo: Bool) -> [UInt8]? {
    if names.isEmpty { return nil }
    return isPseudo ? Array(names.prefix { $0 != 0 }) : SocketNames.path(fromComponents: Array(names))
  }
}
