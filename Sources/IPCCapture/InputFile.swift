import Glibc
import IPCModel

/// A file, or standard input, that is read from its beginning to its end.
///
/// A class, so that whoever reads last closes it.
final class InputFile {
  /// What is read from.
  let descriptor: Int32
  private let name: String

  /// Opens a file; `-` is standard input.
  init(path: String) throws(Failure) {
    if path == "-" {
      name = "standard input"
      descriptor = STDIN_FILENO
    } else {
      name = path
      descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw Self.failure(name) }
    }
  }

  deinit { if descriptor != STDIN_FILENO { close(descriptor) } }

  /// Fills a buffer as far as bytes are there; 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      guard errno == EINTR else { throw Self.failure(name) }
    }
  }

  private static func failure(_ name: String) -> Failure {
    Failure(
      .system, "cannot read \(name)", errno: errno, advice: "-r takes what ipcdump -w has written")
  }
}
