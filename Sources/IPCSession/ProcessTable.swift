import ByteOutput
import Glibc
import IPCFormats
import IPCModel
import IPCTracing

/// The processes that run now, as far as /proc tells.
public enum ProcessTable {
  /// What a number stands for.
  public enum Standing: Equatable, Sendable {
    /// A process.
    case process
    /// A thread of the process with another number.
    case thread(of: Int32)
    /// Nothing that runs.
    case absent
  }

  /// What a number stands for that a user calls a pid.
  public static func standing(of pid: Int32) -> Standing {
    // The kernel's own answer needs no /proc, and takes threads for processes.
    guard kill(pid, 0) == 0 || errno != ESRCH else { return .absent }
    guard let leader = leader(of: pid), leader != pid else { return .process }
    return .thread(of: leader)
  }

  /// Name of a process, or of a thread; nil if it cannot be known.
  public static func name(of pid: Int32) -> Comm? { comm(at: "/proc/\(pid)/comm") }

  /// Names that processes, their threads and their executables have.
  public static func names() -> Set<Comm> {
    var names: Set<Comm> = []
    forEachNumber(in: "/proc") { pid in
      if let name = executable(of: pid) { names.insert(name) }
      forEachNumber(in: "/proc/\(pid)/task") { thread in
        if let name = comm(at: "/proc/\(pid)/task/\(thread)/comm") { names.insert(name) }
      }
    }
    return names
  }

  /// A process as lines of text show it, `1234(nginx)`; its number alone if its name cannot be known.
  public static func words(_ pid: Int32) -> String {
    name(of: pid).map { "\(pid)(\(words($0)))" } ?? "\(pid)"
  }

  /// A name that cannot steer a terminal.
  public static func words(_ comm: Comm) -> String {
    var output = OutputBuffer(capacity: 64)
    output.append(comm, .terminal)
    return output.withBytes { String(decoding: $0, as: UTF8.self) }
  }

  private static func comm(at path: String) -> Comm? {
    guard let bytes = bytesOfSmallFile(path), !bytes.isEmpty else { return nil }
    // The file ends a name, which may hold any byte, with a newline.
    return comm(bytes.dropLast())
  }

  private static func comm(_ name: some Collection<UInt8>) -> Comm {
    var bytes = Array(name.prefix(Comm.capacity - 1))
    bytes += [UInt8](repeating: 0, count: Comm.capacity - bytes.count)
    return bytes.withUnsafeBytes { bytes in bytes.baseAddress.map { Comm(copying: $0) } ?? Comm("") }
  }

  private static func executable(of pid: Int32) -> Comm? {
    var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/\(pid)/exe", &target, target.count)
    guard count > 0 else { return nil }
    return comm(target[..<count].split(separator: UInt8(ascii: "/")).last ?? [])
  }

  /// The process that a thread belongs to.
  private static func leader(of thread: Int32) -> Int32? {
    guard let bytes = bytesOfSmallFile("/proc/\(thread)/status") else { return nil }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("Tgid:") }
    return line?.split(separator: "\t").last.flatMap { Int32($0) }
  }

  private static func forEachNumber(in folder: String, _ body: (Int32) -> Void) {
    guard let stream = opendir(folder) else { return }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let number = Int32(name) { body(number) }
    }
  }
}
