import ByteOutput
import Glibc
import IPCCapture
import IPCModel
import ProcessShims
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
  private let option: Option
  /// Whether the option has named a file, which is closed in the end.
  private let isOwned: Bool
  /// Whether the file is to go away again if nothing begins: it was made here and has not been begun.
  private var isInVain = false

  /// Opens a file, made if it is not there, that only its owner can read, because it holds other processes' data. What is
  /// made belongs to who has called sudo. Nothing is emptied before ``begin()``.
  ///
  /// - Parameters:
  ///   - path: The file; nil or `-` for standard output.
  ///   - option: Option that names it.
  ///   - waits: Whether to wait for the reader of a FIFO.
  public init(path: String?, option: Option = .shown, waits: Bool = true) throws(Failure) {
    self.option = option
    guard let path, path != "-" else {
      file = .standardOutput
      name = "standard output"
      isOwned = false
      return
    }
    var output = process_output()
    let error = process_open_output(path, waits ? 1 : 0, Identity.sudoCaller ?? .max, &output)
    guard error == 0 else {
      let reason =
        output.is_planted != 0
        ? ": another user has put it into a folder that everybody may write to"
        : error == ENXIO ? ": nobody reads from it" : nil
      throw Failure(
        .system, "cannot write to \(path)\(reason ?? "")", errno: reason == nil ? error : nil,
        advice: "choose another file for \(option.rawValue)")
    }
    file = FileDescriptor(rawValue: output.descriptor)
    name = path
    isOwned = true
    isInVain = output.is_new != 0
    // Some file systems have no owners; the file is then whose they say.
    if isInVain, let caller = Identity.sudoCaller {
      fchown(file.rawValue, caller, Identity.sudoGroup ?? .max)
    }
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

  deinit {
    if isInVain, FileIdentity(of: file.rawValue) == FileIdentity(at: name) { unlink(name) }
    if isOwned { try? file.close() }
  }

  /// Empties the file: from now on, it is what is written to it.
  public mutating func begin() throws(Failure) {
    isInVain = false
    guard isOwned, FileIdentity(of: file.rawValue)?.type == S_IFREG, ftruncate(file.rawValue, 0) != 0 else {
      return
    }
    throw failure(Errno(rawValue: errno))
  }

  /// What the file is used for, beside standard error and what else is open.
  ///
  /// - Parameter purpose: What it is used for.
  public borrowing func use(as purpose: FileUse.Purpose) -> FileUse {
    FileUse(purpose, name: name, descriptor: file.rawValue, isNamed: isOwned)
  }

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
