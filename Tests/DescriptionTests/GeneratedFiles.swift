import Foundation

@testable import CommandDescription
@testable import ipcdump

/// The manual page and the completions of the real command, in a folder that goes away with its owner.
final class GeneratedFiles {
  let folder: URL
  let command: CommandDescription

  /// What shells look for.
  private static let names: [CompletedShell: String] = [
    .bash: "ipcdump.bash", .zsh: "_ipcdump", .fish: "ipcdump.fish",
  ]

  init() throws {
    command = try CompletionScript.command()
    folder = FileManager.default.temporaryDirectory.appending(path: "ipcdump-described-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    for (shell, name) in Self.names { try write(name, CompletionScript.text(for: shell.rawValue)) }
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
