import Glibc
import IPCWaits
import SnapshotShims

/// A descriptor as its process's folder shows it.
struct FileEntry {
  let pid: Int32
  let number: Int32
  /// What is behind it; sockets are told apart later.
  let channel: ChannelID
  let canRead: Bool, canWrite: Bool
  /// Of a file with a path: what tells it from others.
  let identity: FileIdentity?
}

/// Which file it is, by file system and inode.
struct FileIdentity: Hashable {
  let device: UInt64
  let inode: UInt64

  init(_ file: snapshot_file) {
    device = UInt64(file.device_major) << 32 | UInt64(file.device_minor)
    inode = file.inode
  }

  init(_ file: WitnessedFile) {
    device = UInt64(file.device >> 20) << 32 | UInt64(file.device & 0xfffff)
    inode = file.inode
  }

  /// As a channel's number; different for different files but for a chance.
  var number: UInt64 { device &* 0x9e37_79b9_7f4a_7c15 ^ inode }
}

/// What all processes have open.
struct FileTable {
  /// Descriptors by process.
  private(set) var entries: [Int32: [FileEntry]] = [:]
  /// Processes whose descriptors could not be looked at.
  private(set) var unseen: Set<Int32> = []
  /// Whether anybody has a socket open.
  private(set) var hasSockets = false

  /// File systems that have been asked whether they keep message queues.
  private var queueDevices: [UInt64: Bool] = [:]
  private let buffer: ProcBuffer

  init(buffer: ProcBuffer) { self.buffer = buffer }

  /// What a process has at a number.
  func entry(_ number: Int32, of pid: Int32) -> FileEntry? { entries[pid]?.first { $0.number == number } }

  private mutating func add(
    _ number: Int32, of pid: Int32, _ channel: ChannelID, canRead: Bool = true, canWrite: Bool = true,
    identity: FileIdentity? = nil
  ) {
    if channel.kind == .otherSocket { hasSockets = true }
    entries[pid, default: []].append(
      FileEntry(
        pid: pid, number: number, channel: channel, canRead: canRead, canWrite: canWrite, identity: identity))
  }

  /// The number of a file that has none of its own; other processes' descriptors of it are taken for something else.
  private static func ownNumber(_ number: Int32, of pid: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: pid)) << 32 | UInt64(UInt32(bitPattern: number))
  }

  private static func kind(ofAnonymous words: String) -> ChannelKind {
    switch words {
    case "[eventfd]": .eventfd
    case "[timerfd]": .timerfd
    case "[signalfd]": .signalfd
    case "[pidfd]": .pidfd
    case "[eventpoll]": .epoll
    case "inotify", "[fanotify]": .inotify
    case "[io_uring]": .opaque
    default: .device
    }
  }

  /// A terminal by its device's number (Documentation/admin-guide/devices.txt), or another device.
  private func device(
    _ major: UInt32, _ minor: UInt32, _ number: Int32, of process: ProcessEntry, _ identity: FileIdentity
  ) -> ChannelID {
    switch (major, minor) {
    case (136...143, let minor): return ChannelID(.terminalSlave, UInt64(minor))
    case (5, 2):
      let index = buffer.withFile("/proc/\(process.pid)/fdinfo/\(number)") { text in
        var text = text
        return text.find(line: "tty-index:") ? text.number() : nil
      }
      return index.map { ChannelID(.terminalMaster, $0) } ?? ChannelID(.device, identity.number)
    case (5, 0):
      // The terminal of whoever opens it: `new_encode_dev`, include/linux/kdev_t.h.
      let terminal = process.terminal
      let (major, minor) = (terminal >> 8 & 0xfff, terminal & 0xff | terminal >> 12 & 0xfff00)
      return major == 136 ? ChannelID(.terminalSlave, minor) : ChannelID(.terminal, terminal)
    case (4, _), (5, 1), (188, _), (204, _), (229, _):
      return ChannelID(.terminal, UInt64(major) << 32 | UInt64(minor))
    default: return ChannelID(.device, identity.number)
    }
  }
}

// MARK: - As a witness tells it

extension FileTable {
  /// Magic numbers of file systems (include/uapi/linux/magic.h).
  private static let pipes: UInt32 = 0x5049_5045, sockets: UInt32 = 0x534f_434b, queues: UInt32 = 0x1980_0202
  private static let anonymous: UInt32 = 0x0904_1934, processes: UInt32 = 0x5049_4446

  /// Takes what processes have open.
  mutating func add(_ files: [WitnessedFile], of processes: [ProcessEntry]) {
    var places: [Int32: Int] = [:]
    for (place, process) in processes.enumerated() { places[process.pid] = place }
    for file in files {
      guard let place = places[file.pid] else { continue }
      let identity = FileIdentity(file)
      add(
        file.number, of: file.pid, channel(file, processes[place], identity), canRead: file.canRead,
        canWrite: file.canWrite, identity: identity)
    }
  }

  private func channel(
    _ file: WitnessedFile, _ process: ProcessEntry, _ identity: FileIdentity
  ) -> ChannelID {
    switch file.system {
    case Self.pipes: return ChannelID(.pipe, file.inode)
    case Self.sockets: return ChannelID(.otherSocket, file.inode)
    case Self.queues: return ChannelID(.messageQueue, identity.number)
    case Self.processes: return ChannelID(.pidfd, Self.ownNumber(file.number, of: file.pid))
    case Self.anonymous:
      let kind = Self.kind(ofAnonymous: file.name)
      return ChannelID(kind, file.object == 0 ? Self.ownNumber(file.number, of: file.pid) : file.object)
    default: break
    }
    switch mode_t(file.mode) & S_IFMT {
    case S_IFIFO: return ChannelID(.fifo, identity.number)
    case S_IFCHR: return device(file.node >> 20, file.node & 0xfffff, file.number, of: process, identity)
    default: return ChannelID(.file, identity.number)
    }
  }
}

// MARK: - As /proc tells it

extension FileTable {
  /// Reads what a process has open.
  mutating func add(_ process: ProcessEntry, _ folder: borrowing ProcFolder) {
    guard let files = folder.folder("fd") else {
      unseen.insert(process.pid)
      return
    }
    var numbers: [Int32] = []
    files.forEachNumber { numbers.append($0) }
    for number in numbers { add(number, of: process, folder, files) }
  }

  /// What a link of a descriptor says (proc_pid_fd(5)).
  private enum Target {
    case pipe(UInt64)
    case socket(UInt64)
    case anonymous(String)
    case path

    init(_ text: ProcText) {
      var text = text
      if text.skip("pipe:[" as StaticString), let inode = text.number() {
        self = .pipe(inode)
      } else if text.skip("socket:[" as StaticString), let inode = text.number() {
        self = .socket(inode)
      } else if text.skip("anon_inode:" as StaticString) {
        self = .anonymous(text.rest)
      } else {
        self = text.skip("pidfd:[" as StaticString) ? .anonymous("[pidfd]") : .path
      }
    }
  }

  private mutating func add(
    _ number: Int32, of process: ProcessEntry, _ folder: borrowing ProcFolder, _ files: borrowing ProcFolder
  ) {
    let name = "\(number)"
    guard let target = files.withLink(name, in: buffer, { Target($0) }) else { return }
    let channel: ChannelID
    var identity: FileIdentity?
    switch target {
    case .pipe(let inode): channel = ChannelID(.pipe, inode)
    case .socket(let inode): channel = ChannelID(.otherSocket, inode)
    case .anonymous(let words):
      let id = words == "[eventfd]" ? eventfd(number, folder) : nil
      channel = ChannelID(Self.kind(ofAnonymous: words), id ?? Self.ownNumber(number, of: process.pid))
    case .path:
      var file = snapshot_file()
      guard snapshot_status(files.descriptor, name, 1, &file) == 0 else { return }
      let known = FileIdentity(file)
      identity = known
      channel = id(of: file, known, process, number, files)
    }
    var mode: UInt32 = 0o600
    if [.pipe, .fifo, .messageQueue].contains(channel.kind) {
      // The link's own permissions say what the file was opened for.
      var link = snapshot_file()
      guard snapshot_status(files.descriptor, name, 0, &link) == 0 else { return }
      mode = link.mode
    }
    add(
      number, of: process.pid, channel, canRead: mode & 0o400 != 0, canWrite: mode & 0o200 != 0,
      identity: identity)
  }

  private func eventfd(_ number: Int32, _ folder: borrowing ProcFolder) -> UInt64? {
    folder.withFile("fdinfo/\(number)", in: buffer) { text in
      var text = text
      return text.find(line: "eventfd-id:") ? text.number() : nil
    }
  }

  private mutating func id(
    of file: snapshot_file, _ identity: FileIdentity, _ process: ProcessEntry, _ number: Int32,
    _ files: borrowing ProcFolder
  ) -> ChannelID {
    switch mode_t(file.mode) & S_IFMT {
    case S_IFIFO: return ChannelID(.fifo, identity.number)
    case S_IFCHR: return device(file.node_major, file.node_minor, number, of: process, identity)
    case S_IFREG where file.device_major == 0 && isQueue(identity.device, files, "\(number)"):
      return ChannelID(.messageQueue, identity.number)
    default: return ChannelID(.file, identity.number)
    }
  }

  /// Whether a file system keeps message queues.
  private mutating func isQueue(_ device: UInt64, _ files: borrowing ProcFolder, _ name: String) -> Bool {
    if let known = queueDevices[device] { return known }
    let isQueue = snapshot_is_queue(files.descriptor, name) != 0
    queueDevices[device] = isQueue
    return isQueue
  }
}
