import ByteOutput
import Glibc
import IPCCapture
import IPCModel
import SystemPackage

/// Where events go: standard output, or the file of an option.
public struct OutputFile: ~Copyable {
  /// Option that names a file, and with it what the file consists of.
  public enum Option: String {
    /// Lines.
    case shown = "-o"
    /// Blocks of pcapng.
    case kept = "-w"
  }

  private let file: FileDescriptor
  private let name: String
  private let isOwned: Bool
  private let option: Option

  /// Opens a file, made or emptied, that only its owner can read, because it holds other processes' data.
  ///
  /// - Parameters:
  ///   - path: The file; nil or `-` for standard output.
  ///   - option: Option that names it.
  public init(path: String?, option: Option = .shown) throws(Failure) {
    self.option = option
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
      throw Failure(
        .system, "cannot write to \(path)", errno: (error as? Errno)?.rawValue,
        advice: "choose another file for \(option.rawValue)")
    }
    name = path
    isOwned = true
  }

  /// Standard error.
  public static var standardError: OutputFile {
    OutputFile(borrowing: .standardError, name: "standard error")
  }

  private init(borrowing file: FileDescriptor, name: String) {
    self.file = file
    self.name = name
    isOwned = false
    option = .shown
  }

  deinit { if isOwned { try? file.close() } }

  /// Whether lines appear on a terminal.
  public var isTerminal: Bool { isatty(file.rawValue) == 1 }

  /// Descriptor, to find the pipe or terminal behind it.
  public var descriptor: Int32 { file.rawValue }

  /// Writes everything in a buffer, which begins at the beginning of a line or block, and empties it.
  public borrowing func write(_ buffer: inout OutputBuffer) throws(Failure) {
    if buffer.isEmpty { return }
    defer { buffer.removeAll() }
    try buffer.withBytes { bytes throws(Failure) in try write(bytes) }
  }

  /// Writes bytes, which begin at the beginning of a line or block.
  public borrowing func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      do {
        rest = rest.dropFirst(try file.write(UnsafeRawBufferPointer(rebasing: rest)))
      } catch {
        removeBrokenEnd(of: bytes, written: rest.startIndex)
        throw failure(error as? Errno ?? .ioError)
      }
    }
  }

  /// Cuts what has been written down to whole lines or blocks. Somebody else may write to standard output, too.
  private borrowing func removeBrokenEnd(of bytes: UnsafeRawBufferPointer, written: Int) {
    let broken =
      switch option {
      case .shown: bytes[..<written].reversed().prefix { $0 != UInt8(ascii: "\n") }.count
      case .kept: written - CaptureBlocks.wholeLength(of: bytes, in: written)
      }
    guard isOwned, broken > 0, let end = try? file.seek(offset: 0, from: .current) else { return }
    ftruncate(file.rawValue, off_t(end) - off_t(broken))
  }

  private borrowing func failure(_ errno: Errno) -> Failure {
    let isFull = [.noSpace, .diskQuotaExceeded].contains(errno)
    return Failure(
      .system, "cannot write to \(name)", errno: errno.rawValue,
      advice: isFull ? "free some space or choose another file for \(option.rawValue)" : nil)
  }
}
