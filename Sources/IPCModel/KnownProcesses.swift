/// What one process runs, and for whom; what is not known is nil. All texts are untrusted bytes.
public final class ProcessDescription: Sendable {
  /// Number in the order in which a ``KnownProcesses`` has got to know processes, from 1 on; 0 outside of one.
  public let number: UInt32
  /// Path of the executable, as `/proc/PID/exe` shows it.
  public let executable: [UInt8]?
  /// Command line, a space between two arguments, as ps(1) shows it.
  public let arguments: [UInt8]?
  /// Working directory, when the process was met or executed the program.
  public let directory: [UInt8]?
  /// Name of the effective user, or its number in digits if it has no name.
  public let user: [UInt8]?
  /// First 12 characters of the container's id; nil outside of one.
  public let container: [UInt8]?
  /// What the container's engine calls it; nil if that is not known.
  public let containerName: [UInt8]?
  /// Path of the cgroup, as proc_pid_cgroup(5) has it.
  public let cgroup: [UInt8]?
  /// Process id in the pid namespace of its own, as the container has it; nil if that is the one that ipcdump runs in.
  public let namespacePid: Int32?
  /// Name of the executable's file, as much of it as a name of a process has room for; nil if it is not known.
  public let executableComm: Comm?

  /// Describes a process.
  public init(
    number: UInt32 = 0, executable: [UInt8]? = nil, arguments: [UInt8]? = nil, directory: [UInt8]? = nil,
    user: [UInt8]? = nil, container: [UInt8]? = nil, containerName: [UInt8]? = nil, cgroup: [UInt8]? = nil,
    namespacePid: Int32? = nil
  ) {
    self.number = number
    self.executable = executable
    self.arguments = arguments
    self.directory = directory
    self.user = user
    self.container = container
    self.containerName = containerName
    self.cgroup = cgroup
    self.namespacePid = namespacePid
    executableComm = executable.map { path in
      let name = path[(path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? path.startIndex)...]
      return name.withUnsafeBytes { Comm(firstBytesOf: $0) }
    }
  }

  /// The same under another number.
  package func numbered(_ number: UInt32) -> ProcessDescription {
    ProcessDescription(
      number: number, executable: executable, arguments: arguments, directory: directory, user: user,
      container: container, containerName: containerName, cgroup: cgroup, namespacePid: namespacePid)
  }

  /// The same with another command line.
  package func with(arguments: [UInt8]) -> ProcessDescription {
    ProcessDescription(
      number: number, executable: executable, arguments: arguments, directory: directory, user: user,
      container: container, containerName: containerName, cgroup: cgroup, namespacePid: namespacePid)
  }

  /// The same as another process, which it has made.
  package func with(namespacePid: Int32?) -> ProcessDescription {
    if self.namespacePid == nil, namespacePid == nil { return self }
    return ProcessDescription(
      number: number, executable: executable, arguments: arguments, directory: directory, user: user,
      container: container, containerName: containerName, cgroup: cgroup, namespacePid: namespacePid)
  }

  /// The container as people know it: by its name, else by its id.
  public var shownContainer: [UInt8]? { containerName ?? container }

  /// A command line of arguments that have a NUL behind each of them.
  package static func commandLine(_ arguments: some Collection<UInt8>) -> [UInt8] {
    var line = Array(arguments)
    while line.last == 0 { line.removeLast() }
    for index in line.indices where line[index] == 0 { line[index] = UInt8(ascii: " ") }
    return line
  }
}

/// What is known of the processes at the ends of events. It does not grow with time: of many, the last are known.
public struct KnownProcesses: Sendable {
  /// What names a process image: the process's number, and ``Endpoint/image``.
  package struct Image: Hashable, Sendable {
    package let pid: Int32
    package let image: UInt64

    package init(pid: Int32, image: UInt64) {
      self.pid = pid
      self.image = image
    }
  }

  /// More than processes that can have gone before their last events are shown.
  private static let limit = 16_384

  private var known = RecentEntries<Image, ProcessDescription>(limit: limit)
  /// The image that each process had last.
  private var latest = RecentEntries<Int32, UInt64>(limit: limit)
  private var count: UInt32 = 0

  /// Knows no process.
  public init() {}

  /// What is known of the process at an end of an event; nil if nothing is.
  public func description(of end: Endpoint) -> ProcessDescription? {
    if end.pid < 0 || count == 0 { return nil }
    let image = end.image != 0 ? end.image : latest[end.pid] ?? 0
    return known[Image(pid: end.pid, image: image)]
  }

  /// What is known of a process by what it has run last; nil if nothing is.
  package func latestDescription(of pid: Int32) -> ProcessDescription? {
    latest[pid].flatMap { known[Image(pid: pid, image: $0)] }
  }

  /// What is known of a process image.
  package subscript(image: Image) -> ProcessDescription? { known[image] }

  /// Learns what a process runs.
  package mutating func add(_ description: ProcessDescription, for image: Image) {
    count &+= 1
    // 0 is no number, also after four billion processes.
    if count == 0 { count = 1 }
    known.set(image, description.numbered(count))
    latest.set(image.pid, image.image)
  }
}

/// Values by keys, of which the oldest goes when there are too many.
package struct RecentEntries<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private let limit: Int
  private var values: [Key: (value: Value, serial: Int)] = [:]
  /// Keys in the order in which their values were set, in a ring, and how many were set.
  private var order: [Key] = []
  private var serial = 0

  /// Is empty.
  package init(limit: Int) { self.limit = limit }

  /// The value of a key, if it is still known.
  package subscript(key: Key) -> Value? { values[key]?.value }

  /// Sets the value of a key.
  package mutating func set(_ key: Key, _ value: Value) {
    let place = serial % limit
    if place < order.count {
      // Unless it was set anew since.
      if values[order[place]]?.serial == serial - limit { values[order[place]] = nil }
      order[place] = key
    } else {
      order.append(key)
    }
    values[key] = (value, serial)
    serial += 1
  }

  /// Takes a value out.
  package mutating func remove(_ key: Key) -> Value? { values.removeValue(forKey: key)?.value }
}
