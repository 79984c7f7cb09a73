import Foundation

/// How a scenario or a check went on one kernel: a cell of the matrix counts them.
struct RecordedVerdict {
  enum Result: String {
    case passed
    case failed
    case skipped
  }

  var group: String
  var name: String
  var result: Result
  /// The missing feature, or what differs; empty if passed.
  var reason = ""

  /// Adds this to the row's file `verdicts`, one a line, and the whole of a difference to its file `failures`.
  func write(to folder: URL) throws {
    let first = String(reason.prefix { $0 != "\n" }).replacing("\t", with: " ")
    let line = [group, name, result.rawValue, first].joined(separator: "\t")
    try append("\(line)\n", to: folder.appending(path: "verdicts"))
    guard result == .failed else { return }
    let indented = reason.split(separator: "\n").prefix(30).map { "    \($0)\n" }.joined()
    try append("  \(group): \(name)\n\(indented)", to: folder.appending(path: "failures"))
  }

  private func append(_ text: String, to file: URL) throws {
    if !FileManager.default.fileExists(atPath: file.path) { try Data().write(to: file) }
    let handle = try FileHandle(forWritingTo: file)
    defer { try? handle.close() }
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(text.utf8))
  }
}
