import Glibc
import LibbpfShims

/// Small files of the kernel's own file systems.
enum KernelFile {
  /// Text of a file of debugfs below 4 KiB, mounted or not; nil if there is none or it cannot be read.
  static func debugfs(_ path: String) -> String? {
    let opened = libbpf_shims_open_kernel_file("debugfs", path)
    guard opened >= 0 else { return nil }
    defer { close(opened) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(opened, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
  }
}
