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

  /// Standard error.
  static var standardError: OutputFile { OutputFile(borrowing: .standardError, name: "standard error") }

  private init(borrowing file: FileDescriptor, name: String) {
    self.file = file
    self.name = name
    isOwned = false
  }

  deinit { if isOwned { try? file.close() } }

  /// Whether lines appear on a terminal.
  var isTerminal: Bool { isatty(file.rawValue) == 1 }

  /// Descriptor, to find the pipe or terminal behind it.
  var descriptor: Int32 { file.rawValue }

  /// Writes everything in a buffer, which begins at the beginning of a line, and empties it.
  borrowing func write(_ buffer: inout OutputBuffer) throws(Failure) {
    if buffer.isEmpty { return }
    defer { buffer.removeAll() }
    try buffer.withBytes { bytes throws(Failure) in
      var rest = bytes[...]
      while !rest.isEmpty {
        do {
          rest = rest.dropFirst(try file.write(UnsafeRawBufferPointer(rebasing: rest)))
        } catch {
          removeBrokenLine(from: bytes[..<rest.startIndex])
          throw Self.failure(error as? Errno ?? .ioError, name: name)
        }
      }
    }
  }

  /// Cuts what has been written down to whole lines. Somebody else may write to standard output, too.
  private borrowing func removeBrokenLine(from written: Slice<UnsafeRawBufferPointer>) {
    let broken = written.reversed().prefix { $0 != UInt8(ascii: "\n") }.count
    guard isOwned, broken > 0, let end = try? file.seek(offset: 0, from: .current) else { return }
    ftruncate(file.rawValue, off_t(end) - off_t(broken))
  }

  private static func failure(_ errno: Errno, name: String) -> Failure {
    let isFull = [.noSpace, .diskQuotaExceeded].contains(errno)
    let advice = isFull ? "; free some space or choose another file for -o" : ""
    return Failure(.system, "cannot write to \(name): \(errno)\(advice)")
  }
}
