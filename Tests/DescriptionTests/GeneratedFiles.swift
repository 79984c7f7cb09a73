import ArgumentParser
import Foundation

@testable import describe_command
@testable import ipcdump

/// The manual page and the completions of the real command, in a folder that goes away with its owner.
final class GeneratedFiles {
  let folder: URL
  let command: CommandDescription

  init() throws {
    command = try CommandDescription(
      dump: Data(IPCDump._dumpHelp().utf8), subcommandDumps: [Data(ReportCommand._dumpHelp().utf8)])
    folder = FileManager.default.temporaryDirectory.appending(path: "ipcdump-described-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    try write("ipcdump.bash", BashCompletion(command).text)
    try write("_ipcdump", ZshCompletion(command).text)
    try write("ipcdump.fish", FishCompletion(command).text)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  /// The manual page, from the template in the repository.
  static func manual(of command: CommandDescription) throws -> String {
    let template = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../docs/ipcdump.8.in")
    return try ManualPage(template: String(contentsOf: template, encoding: .utf8), version: "1").text(
      of: command)
  }
}
