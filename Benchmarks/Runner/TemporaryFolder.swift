import Foundation

/// A folder that goes away with its owner.
final class TemporaryFolder {
  let path: String

  /// - Parameter parent: Folder on the file system that outputs are to be written to.
  init(in parent: String) throws(BenchFailure) {
    var template = Array("\(parent)/ipcdump-bench-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else {
      throw BenchFailure("cannot make a folder in \(parent): \(String(cString: strerror(errno)))")
    }
    path = String(cString: made)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// A file's text; empty if there is none.
  func text(_ name: String) -> String {
    (try? String(contentsOfFile: file(name), encoding: .utf8)) ?? ""
  }

  func remove(_ name: String) { unlink(file(name)) }
}
