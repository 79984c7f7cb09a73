import Glibc
import LibbpfShims
import SystemPackage

/// Small files of the kernel's own file systems, mounted or not.
enum KernelFile {
  /// File systems that such files are in.
  enum System: String {
    case debugfs, securityfs
  }

  /// Text of a file below 4 KiB.
  ///
  /// - Parameters:
  ///   - path: Where it is in the file system.
  ///   - system: The file system.
  static func text(of path: String, in system: System) throws(Errno) -> String {
    let opened = libbpf_shims_open_kernel_file(system.rawValue, path)
    guard opened >= 0 else { throw Errno(rawValue: -opened) }
    defer { close(opened) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(opened, &bytes, bytes.count)
    guard count >= 0 else { throw Errno(rawValue: errno) }
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}

/// Text of a small file, such as those in /proc; nil if it cannot be read.
func textOfSmallFile(_ path: String) -> String? {
  bytesOfSmallFile(path).map { String(decoding: $0, as: UTF8.self) }
}

/// The first bytes of a file, such as those in /proc; nil if it cannot be read.
package func bytesOfSmallFile(_ path: String, limit: Int = 1 << 14) -> [UInt8]? {
  guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else { return nil }
  defer { try? file.close() }
  return try? [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
    while count < limit {
      let got = try file.read(
        into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count..<limit]))
      if got == 0 { break }
      count += got
    }
  }
}

/// The pid namespace that ipcdump runs in, whose numbers the user's own ps shows.
enum PidNamespace {
  /// Inode number of the initial namespace (`PID_NS_INIT_INO`, include/uapi/linux/nsfs.h).
  private static let initial: UInt32 = 0xEFFF_FFFC

  /// Inode number of ours; the initial one's if /proc does not tell.
  static var inode: UInt32 {
    var status = stat()
    return stat("/proc/self/ns/pid", &status) == 0 ? UInt32(truncatingIfNeeded: status.st_ino) : initial
  }

  /// Whether numbers need no translation.
  static var isInitial: Bool { inode == initial }
}
