import Glibc
import LibbpfShims
import SystemPackage

/// A file in memory for type information, which libbpf opens by its path.
final class TypesFile {
  private let descriptor: FileDescriptor

  /// Creates it; nil if the kernel gives no such file, or /proc does not show it.
  init?() {
    let file = libbpf_shims_create_memory_file("types")
    guard file >= 0 else { return nil }
    descriptor = FileDescriptor(rawValue: file)
    if access(path, R_OK) != 0 { return nil }
  }

  deinit { try? descriptor.close() }

  /// Where it can be opened, as long as it is there.
  var path: String { "/proc/self/fd/\(descriptor.rawValue)" }

  /// Fills it.
  func write(_ bytes: [UInt8]) throws(BPFError) {
    do {
      try bytes.withUnsafeBytes { _ = try descriptor.writeAll($0) }
    } catch {
      throw BPFError("keep the kernel's types in memory", error as? Errno ?? .ioError)
    }
  }
}
