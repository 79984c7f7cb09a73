import Glibc
import IPCCorrelation
import IPCModel
import IPCTracing

/// What processes run, as `/proc` tells it.
struct RunningProcesses {
  /// A process that has been looked at.
  private struct Seen {
    /// What tells it from another one of the same number, and from what it was before it has executed a program: its name.
    let identity: ArraySlice<UInt8>
    let process: RunningProcess
  }

  private let users: UserNames
  private let containers: ContainerNames
  private var seen: [Int32: Seen] = [:]

  /// Has looked at nothing.
  init(_ users: UserNames, _ containers: ContainerNames) {
    self.users = users
    self.containers = containers
  }

  /// What has been seen, each process as it was seen last.
  var all: [RunningProcess] { seen.values.map(\.process) }

  /// Looks at every process that runs now and is not known yet. Of those that ipcdump may not look into, less is known.
  mutating func look() {
    guard let folder = opendir("/proc") else { return }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let pid = Int32(name) { look(at: pid) }
    }
  }

  private mutating func look(at pid: Int32) {
    guard let stat = bytesOfSmallFile("/proc/\(pid)/stat"), let start = Self.start(inStat: stat) else {
      return
    }
    let identity = stat[...(stat.lastIndex(of: UInt8(ascii: ")")) ?? stat.startIndex)]
    if let known = seen[pid], known.process.start == start, known.identity == identity { return }
    seen[pid] = Seen(identity: identity, process: process(pid, start: start))
  }

  /// The arguments that a process shows now, each with a NUL behind it; nil if it is gone.
  static func arguments(of pid: Int32) -> [UInt8]? {
    bytesOfSmallFile("/proc/\(pid)/cmdline", limit: ProcFile.argumentsLimit).flatMap {
      $0.isEmpty ? nil : $0
    }
  }

  private func process(_ pid: Int32, start: UInt64) -> RunningProcess {
    let status = bytesOfSmallFile("/proc/\(pid)/status")
    let cgroup = bytesOfSmallFile("/proc/\(pid)/cgroup")
    let container = cgroup.flatMap(Self.container(inCgroup:))
    return RunningProcess(
      pid: pid, start: start,
      description: ProcessDescription(
        executable: ProcFile.target(of: "/proc/\(pid)/exe"),
        arguments: Self.arguments(of: pid).map { ProcessDescription.commandLine($0) },
        directory: ProcFile.target(of: "/proc/\(pid)/cwd"),
        user: status.flatMap(Self.user(inStatus:)).map(users.name(of:)),
        container: container, containerName: container.flatMap(containers.name(of:)),
        cgroup: cgroup.flatMap(Self.path(inCgroup:)),
        namespacePid: status.flatMap(Self.namespacePid(inStatus:))))
  }

  /// When a process has started, in hundredths of a second since boot: field 22, counted from behind the name, which may have
  /// anything in it (proc_pid_stat(5)).
  static func start(inStat stat: [UInt8]) -> UInt64? {
    guard let end = stat.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = stat[(end + 1)...].split(separator: UInt8(ascii: " "))
    return fields.count > 19 ? UInt64(String(decoding: fields[19], as: UTF8.self)) : nil
  }

  /// The effective user (proc_pid_status(5)).
  static func user(inStatus status: [UInt8]) -> UInt32? {
    let words = words(behind: "Uid:", inStatus: status)
    return words.count > 1 ? UInt32(words[1]) : nil
  }

  /// Number of a process in its own pid namespace; nil if that is the one that /proc is of, or it cannot be told.
  static func namespacePid(of pid: Int32) -> Int32? {
    bytesOfSmallFile("/proc/\(pid)/status").flatMap(namespacePid(inStatus:))
  }

  /// The innermost of the numbers in the namespaces from that of /proc on (proc_pid_status(5)).
  static func namespacePid(inStatus status: [UInt8]) -> Int32? {
    let words = words(behind: "NSpid:", inStatus: status)
    return words.count > 1 ? words.last.flatMap { Int32($0) } : nil
  }

  private static func words(behind key: String, inStatus status: [UInt8]) -> [String] {
    let line = status.split(separator: UInt8(ascii: "\n")).first { $0.starts(with: key.utf8) } ?? []
    let words = line.split { $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: " ") }
    return words.dropFirst().map { String(decoding: $0, as: UTF8.self) }
  }

  /// The container, by the cgroup of any hierarchy (proc_pid_cgroup(5)).
  static func container(inCgroup text: [UInt8]) -> [UInt8]? {
    for line in text.split(separator: UInt8(ascii: "\n")) {
      let names = line.split(separator: UInt8(ascii: "/")).dropFirst().reversed()
      if let id = ContainerID.find(in: names) { return id }
    }
    return nil
  }

  /// The path of the cgroup: in the hierarchy of version 2, but where everybody is at its root, in that of systemd or else in
  /// the one where the process is deepest.
  static func path(inCgroup text: [UInt8]) -> [UInt8]? {
    let lines = text.split(separator: UInt8(ascii: "\n")).compactMap { line -> (Bool, Bool, [UInt8])? in
      let fields = line.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return nil }
      return (
        fields[0].elementsEqual("0".utf8), fields[1].elementsEqual("name=systemd".utf8), Array(fields[2])
      )
    }
    let below = lines.filter { $0.2.count > 1 }
    let best = below.first(where: \.0) ?? below.first(where: \.1) ?? below.max { $0.2.count < $1.2.count }
    return (best ?? lines.first)?.2
  }
}

/// Names of users, as `/etc/passwd` has them: whoever is asked for other users may have to be waited for.
struct UserNames: Sendable {
  private var names: [UInt32: [UInt8]] = [:]

  /// Reads the file.
  init() { self.init(passwd: bytesOfSmallFile("/etc/passwd", limit: 1 << 20) ?? []) }

  init(passwd: [UInt8]) {
    for line in passwd.split(separator: UInt8(ascii: "\n")) {
      let fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      guard fields.count > 2, let uid = UInt32(String(decoding: fields[2], as: UTF8.self)), names[uid] == nil
      else {
        continue
      }
      names[uid] = Array(fields[0])
    }
  }

  /// Name of a user; its number in digits if it has none.
  func name(of uid: UInt32) -> [UInt8] { names[uid] ?? Array("\(uid)".utf8) }

  /// Users that are shown by a name, or by a number.
  func ids(called name: [UInt8]) -> Set<UInt32> {
    let named = Set(names.filter { $0.value == name }.map(\.key))
    guard let number = UInt32(String(decoding: name, as: UTF8.self)), self.name(of: number) == name else {
      return named
    }
    return named.union([number])
  }
}

/// Small files, whose contents need not be text.
enum ProcFile {
  /// As many bytes of arguments as the kernel side tells (`IPC_ARGUMENTS_LIMIT`).
  static let argumentsLimit = 4096

  /// What a link leads to; nil if that cannot be told.
  static func target(of path: String) -> [UInt8]? {
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink(path, &bytes, bytes.count)
    return length > 0 ? bytes[..<length].map { UInt8(bitPattern: $0) } : nil
  }
}
