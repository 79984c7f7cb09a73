import Foundation
import Testing

/// Programs that judge what was written.
enum ChildProgram {
  /// Whether a program is there; where it must be (`CI`), its absence is a failure of the test.
  static func isInstalled(_ name: String) -> Bool {
    if ProcessInfo.processInfo.environment["CI"] != nil { return true }
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
  }

  /// Runs a program to its end, with an input.
  ///
  /// - Returns: What it printed on standard output.
  static func run(_ name: String, _ arguments: [String], input: String = "") throws -> String {
    let folder = try TemporaryFolder()
    try Data(input.utf8).write(to: folder.url("input"))
    for name in ["output", "complaint"] { try Data().write(to: folder.url(name)) }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [name] + arguments
    // Files, since a full pipe that nobody reads would hold it up.
    process.standardInput = try FileHandle(forReadingFrom: folder.url("input"))
    process.standardOutput = try FileHandle(forWritingTo: folder.url("output"))
    process.standardError = try FileHandle(forWritingTo: folder.url("complaint"))
    try process.run()
    process.waitUntilExit()
    let complaint = String(decoding: try Data(contentsOf: folder.url("complaint")), as: UTF8.self)
    try #require(process.terminationStatus == 0, "\(name): \(complaint.suffix(2000))")
    return String(decoding: try Data(contentsOf: folder.url("output")), as: UTF8.self)
  }
}

/// A folder that goes away with its owner.
final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "ipcdump-report-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func url(_ name: String) -> URL { URL(filePath: path).appending(path: name) }
}
