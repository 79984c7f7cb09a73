import Glibc
import RecordLayout

/// A mapping that others may share, which a process has.
public struct MappedMemory: Sendable, Equatable {
  /// The process, and what it is called.
  public var pid: Int32
  /// See ``pid``.
  public var comm: [UInt8]
  /// Whether the filter takes it in.
  public var isInScope: Bool
  /// Where the mapping lies in the process.
  public var start: UInt64
  /// Bytes.
  public var length: UInt64
  /// Where it begins in the file, in bytes.
  public var offset: UInt64
  /// Device of the file system; major << 20 | minor.
  public var device: UInt32
  /// Inode of the file.
  public var inode: UInt64
  /// Whether the process may write there.
  public var isWritable: Bool
  /// Path of the file, as `/proc/PID/maps` has it.
  public var path: [UInt8]

  /// Reads what the iterator has written.
  static func list(_ bytes: [UInt8]) -> [MappedMemory] {
    var mappings: [MappedMemory] = []
    let size = MemoryLayout<ipc_mapped_before>.size
    bytes.withUnsafeBytes { bytes in
      var offset = 0
      while offset + size <= bytes.count {
        let raw = bytes.loadUnaligned(fromByteOffset: offset, as: ipc_mapped_before.self)
        let end = min(offset + size + Int(raw.path_length), bytes.count)
        mappings.append(MappedMemory(raw, path: bytes[(offset + size)..<end].prefix { $0 != 0 }))
        offset = end
      }
    }
    return mappings
  }

  private init(_ raw: ipc_mapped_before, path: some Sequence<UInt8>) {
    pid = Int32(bitPattern: raw.tgid)
    comm = withUnsafeBytes(of: raw.comm) { Array($0.prefix { $0 != 0 }) }
    isInScope = raw.in_scope != 0
    start = raw.start
    length = raw.length
    offset = raw.offset
    device = raw.device
    inode = raw.inode
    isWritable = raw.traits & IPC_MAPPED_WRITABLE.rawValue != 0
    self.path = Array(path)
  }

  // MARK: - Without an iterator

  /// Reads a line of `/proc/PID/maps`; nil if others cannot share what it is about.
  init?(line: some Collection<UInt8>, pid: Int32, comm: [UInt8]) {
    let space = UInt8(ascii: " ")
    let parts = line.split(separator: space, maxSplits: 5, omittingEmptySubsequences: true).map { Array($0) }
    guard parts.count >= 5, parts[1].count == 4, parts[1][3] == UInt8(ascii: "s") else { return nil }
    func number(_ digits: some Collection<UInt8>, radix: Int = 16) -> UInt64? {
      UInt64(String(decoding: digits, as: UTF8.self), radix: radix)
    }
    let ends = parts[0].split(separator: UInt8(ascii: "-")).compactMap { number($0) }
    let device = parts[3].split(separator: UInt8(ascii: ":")).compactMap { number($0) }
    guard ends.count == 2, ends[0] < ends[1], device.count == 2, let offset = number(parts[2]),
      let inode = number(parts[4], radix: 10)
    else { return nil }
    path = parts.count > 5 ? Array(parts[5].drop { $0 == space }) : []
    guard Self.isShareable(path) else { return nil }
    self.pid = pid
    self.comm = comm
    isInScope = false
    start = ends[0]
    length = ends[1] - ends[0]
    self.offset = offset
    self.device = UInt32(truncatingIfNeeded: device[0] << 20 | device[1])
    self.inode = inode
    isWritable = parts[1][1] == UInt8(ascii: "w")
  }

  /// Whether a path is of memory, and not of a device.
  private static func isShareable(_ path: [UInt8]) -> Bool {
    if path.starts(with: "anon_inode:".utf8) { return false }
    if !path.starts(with: "/dev/".utf8) { return true }
    return ["/dev/shm/", "/dev/hugepages/", "/dev/zero (deleted)"].contains { path.starts(with: $0.utf8) }
  }

  /// Reads what all processes have, from /proc.
  ///
  /// - Parameter chosen: The processes that the filter takes in.
  static func fromProc(chosen: Set<Int32>) -> [MappedMemory] {
    guard let folder = opendir("/proc") else { return [] }
    defer { closedir(folder) }
    var mappings: [MappedMemory] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let pid = Int32(name), pid != getpid() else { continue }
      let comm = Array(bytes(of: "/proc/\(name)/comm").prefix { $0 != 0x0A })
      for line in bytes(of: "/proc/\(name)/maps").split(separator: 0x0A) {
        guard var mapping = MappedMemory(line: line, pid: pid, comm: comm) else { continue }
        mapping.isInScope = chosen.contains(pid)
        mappings.append(mapping)
      }
    }
    return mappings
  }

  private static func bytes(of path: String) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return [] }
    defer { close(file) }
    var all: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = part.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
      guard count > 0 else { return all }
      all += part.prefix(count)
    }
  }
}
