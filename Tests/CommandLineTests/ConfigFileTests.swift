import ArgumentParser
import CommandDescription
import Foundation
import IPCModel
import Testing

@testable import ipcdump

@Suite("A file of options")
struct ConfigFileTests {
  /// The words that a file stands for, or the sentence about what is wrong in it, as of a file that is called `f`.
  private func words(_ text: String) throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "config-\(UUID().uuidString)").path
    try Data(text.utf8).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let description = try CompletionScript.command()
    do throws(Failure) {
      return try ConfigFile(path: path).words(description).joined(separator: " ")
    } catch {
      return error.sentence.replacingOccurrences(of: path, with: "f")
    }
  }

  @Test(arguments: [
    ("", ""), ("type = \"pipe\"", "--type=pipe"), ("type = [\"pipe\", \"unix\"]", "--type=pipe --type=unix"),
    ("count = 5\nmax-bytes = \"4k\"", "--count=5 --max-bytes=4k"),
    ("calls = true\nquiet = false", "--calls"),
    ("where = ['port == 80 and not self']", "--where=port == 80 and not self"),
    ("write = \"-odd name\"", "--write=-odd name"), ("type = []", ""),
  ])
  func `is options as they would be typed`(_ text: String, _ expected: String) throws {
    #expect(try words(text) == expected)
  }

  @Test(arguments: [
    ("tpye = \"pipe\"", "f:1:1: there is no option tpye; did you mean type?"),
    ("# a comment\n  t = \"pipe\"", "f:2:3: there is no option t; did you mean type?"),
    ("colour = \"never\"", "f:1:1: there is no option colour; did you mean color?"),
    ("zzzzzz = 1", "f:1:1: there is no option zzzzzz; see ipcdump --help"),
    ("calls = 1", "f:1:9: calls is true or false"), ("calls = \"yes\"", "f:1:9: calls is true or false"),
    ("count = true", "f:1:9: count takes a text or a number, and not true or false"),
    ("count = [1, 2]", "f:1:13: count takes one value"),
    ("config = \"x\"", "f:1:1: --config belongs on the command line"),
    ("info = true", "f:1:1: --info belongs on the command line"),
    ("count = 5 6", "f:1:11: nothing may stand behind a value but a comment"),
    ("[ipcdump]", "f:1:1: there are no tables here; set options without a table"),
  ])
  func `that is wrong is refused with line and column, and the nearest right word`(
    _ text: String, _ expected: String
  )
    throws
  {
    #expect(try words(text) == expected)
  }

  @Test func `that is not there, or is a folder, is refused`() {
    for path in ["/nowhere/at/all", "/"] {
      #expect(throws: Failure.self) { try ConfigFile(path: path) }
    }
  }

  @Test func `is found among the words, and no value of another option is taken for it`() throws {
    let description = try CompletionScript.command()
    func value(_ words: [String]) -> String? { CommandWords(words).value(of: "--config", description) }
    #expect(value(["--config", "a"]) == "a" && value(["-x", "--config=b", "-c", "1"]) == "b")
    #expect(value(["--write", "--config", "-x"]) == nil && value(["--", "--config", "a"]) == nil)
    #expect(value(["--config"]) == nil && value(["--calls", "--config", "c"]) == "c")
  }

  @Test func `comes before what is typed, which is on top`() throws {
    let words = CommandWords(["-c", "7", "-t", "pipe", "--", "x", "-y"]).preceded(by: [
      "--count=5", "--type=signal", "--quiet",
    ])
    let command = try TraceCommand.parse(words.separated().all)
    #expect(command.output.count == 7 && command.output.quiet)
    #expect(command.filter.types.flatMap(\.kinds) == [.signal, .pipe])
    #expect(command.traced.command == ["x", "-y"])
  }

  @Test func `of the package is read, and its options go together`() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../packaging/ipcdump.toml").standardized.path
    let words = try ConfigFile(path: path).words(try CompletionScript.command())
    let command = try TraceCommand.parse(words)
    #expect(command.recorder.isWanted && command.capture.output != nil)
  }
}
