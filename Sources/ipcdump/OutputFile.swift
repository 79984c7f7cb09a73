import Glibc
import IPCFormats
import IPCModel
import SystemPackage

/// Where events go: standard output, or the file of `-o`.
struct OutputFile: ~Copyable {
  private let file: FileDescriptor
  private let name: String
  private let isOwned: Bool

  /// Opens a file, made or emptied, that only its owner can read, because it holds other processes' data.
  ///
  /// - Parameter path: The file; nil or `-` for standard output.
  init(path: String?) throws(Failure) {
    guard let path, path != "-" else {
      file = .standardOutput
      name = "standard output"
      isOwned = false
      return
    }
    do {
      file = try FileDescriptor.open(
        FilePath(path), .writeOnly, options: [.create, .truncate, .closeOnExec],
        permissions: [.ownerRead, .ownerWrite])
    } catch {
      throw Failure(.system, "cannot write to \(path): \(error); choose another file for -o")
    }
    name = path
    isOwned = true
  }

  deinit { if isOwned { try? file.close() } }

  /// Whether lines appear on a terminal.
  var isTerminal: Bool { isatty(file.rawValue) == 1 }

  /// Descriptor, to find the pipe or terminal behind it.
  var descriptor: Int32 { file.rawValue }

  /// Writes everything in a buffer and empties it.
  borrowing func write(_ buffer: inout OutputBuffer) throws(Failure) {
    if buffer.isEmpty { return }
    defer { buffer.removeAll() }
    do {
      try buffer.withBytes { _ = try file.writeAll(UnsafeRawBufferPointer($0)) }
    } catch {
      let advice = error as? Errno == .noSpace ? "; free some space or choose another file for -o" : ""
      throw Failure(.system, "cannot write to \(name): \(error)\(advice)")
    }
  }
}
