import Foundation
import Testing

extension LiveTests {
  /// Colours are for terminals, unless the user says otherwise.
  @Suite(.serialized) struct ColorTests {
    static let choices: [(options: [String], environment: String, isColored: Bool)] = [
      ([], "", false), (["--color=auto"], "", false), (["--color=never"], "", false),
      (["--color=always"], "", true), (["--color=always"], "NO_COLOR=1", true),
    ]

    @Test(arguments: choices)
    func `a file is coloured only with --color=always`(
      _ options: [String], _ environment: String, _ isColored: Bool
    ) async throws {
      let text = try await shown(options, environment: environment, isTerminal: false)
      #expect(text.contains("\u{1B}[") == isColored, "\(text)")
    }

    static let terminalChoices: [(options: [String], environment: String, isColored: Bool)] = [
      ([], "", true), ([], "NO_COLOR=1", false), ([], "NO_COLOR=", true), (["--color=never"], "", false),
      (["--color=always"], "NO_COLOR=1", true),
    ]

    @Test(arguments: terminalChoices)
    func `a terminal is coloured unless NO_COLOR or --color=never say otherwise`(
      _ options: [String], _ environment: String, _ isColored: Bool
    ) async throws {
      let text = try await shown(options, environment: environment, isTerminal: true)
      #expect(text.contains("\u{1B}[") == isColored, "\(text)")
    }

    /// What a run shows in a file, or on the terminal that script(1) makes.
    private func shown(_ options: [String], environment: String, isTerminal: Bool) async throws -> String {
      let session = try Session()
      let words = [try Programs.ipcdump()] + options + ["--", "sh", "-c", "'echo hello | cat >/dev/null'"]
      let line = "unset NO_COLOR; \(environment) \(words.joined(separator: " "))"
      let shell = ["-c", isTerminal ? "script -qec \"\(line)\" /dev/null" : line]
      let run = try session.start("sh", shell, name: "shown")
      #expect(try await run.wait().status == 0)
      let text = try session.folder.text("shown.out")
      #expect(text.contains("count"), "\(text)")
      return text
    }
  }
}
