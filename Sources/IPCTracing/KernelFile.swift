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
