import Foundation
import Glibc
import Testing

@testable import CommandDescription
@testable import ipcdump

/// What real shells make of the completions.
@Suite("Shells complete")
struct ShellCompletionTests {
  /// A line, the words that complete it, and the line that zsh has then.
  private static let lines: [(line: String, words: [String], whole: String)] = [
    ("ipcdump -f j", ["json"], "ipcdump -f json "),
    ("ipcdump -t unix-d", ["unix-dgram"], "ipcdump -t unix-dgram,"),
    ("ipcdump -t pipe,unix-d", ["pipe,unix-dgram"], "ipcdump -t pipe,unix-dgram,"),
    ("ipcdump --time rel", ["relative"], "ipcdump --time relative "),
    ("ipcdump -x --color nev", ["never"], "ipcdump -x --color never "),
    ("ipcdump --hook raw", ["raw_tp"], "ipcdump --hook raw_tp "),
    ("ipcdump --inc", ["--include-self"], "ipcdump --include-self "),
    ("ipcdump -o _ipc", ["_ipcdump"], "ipcdump -o _ipcdump "),
    ("ipcdump -p \(getpid())", ["\(getpid())"], "ipcdump -p \(getpid()),"),
    ("ipcdump -s 1,\(getpid())", ["1,\(getpid())"], "ipcdump -s 1,\(getpid()),"),
    ("ipcdump --user daemo", ["daemon"], "ipcdump --user daemon "),
    ("ipcdump --uid daemo", ["daemon"], "ipcdump --uid daemon "),
    ("ipcdump --where src_por", ["src_port"], "ipcdump --where src_port "),
    ("ipcdump --where dst_ns", ["dst_ns_pid"], "ipcdump --where dst_ns_pid "),
    ("ipcdump -c 1", [], "ipcdump -c 1"),
    // A command is completed behind -- only, and its own words are none of ours.
    ("ipcdump rmdi", [], "ipcdump rmdi"),
    ("ipcdump -x -- rmdi", ["rmdir"], "ipcdump -x -- rmdir "),
    ("ipcdump -- cat _ipc", ["_ipcdump"], "ipcdump -- cat _ipcdump "),
  ]

  @Test(arguments: lines) func bash(_ line: String, _ words: [String], _ whole: String) throws {
    #expect(try Shell.bash.completions(of: line, GeneratedFiles()) == words)
  }

  @Test(.enabled(if: Shell.fish.isInstalled, "fish is not installed"), arguments: lines)
  func fish(_ line: String, _ words: [String], _ whole: String) throws {
    #expect(try Shell.fish.completions(of: line, GeneratedFiles()) == words)
  }

  @Test(.enabled(if: Shell.zsh.isInstalled, "zsh is not installed"), arguments: lines)
  func zsh(_ line: String, _ words: [String], _ whole: String) throws {
    #expect(try Shell.zsh.completions(of: line, GeneratedFiles()) == [whole])
  }

  @Test func `bash takes the value behind =`() throws {
    let files = try GeneratedFiles()
    #expect(try Shell.bash.completions(of: "ipcdump --time=rel", files) == ["relative"])
    #expect(try Shell.bash.completions(of: "ipcdump --color=", files) == ["always", "auto", "never"])
  }

  /// A process can call itself what it likes, and who completes is often root.
  @Test func `bash does not run what a process is called`() throws {
    let files = try GeneratedFiles()
    let name = "$(touch ran)"
    let sleeper = Process()
    sleeper.executableURL = URL(filePath: "/usr/bin/env")
    // The builtin writes as the shell itself, whose name changes; `read` ends with its input.
    sleeper.arguments = [
      "bash", "-c", #"printf %s "$1" > /proc/self/comm; printf 'ready\n'; read -r"#, "bash", name,
    ]
    let (input, output) = (Pipe(), Pipe())
    sleeper.standardInput = input
    sleeper.standardOutput = output
    try sleeper.run()
    defer {
      try? input.fileHandleForWriting.close()
      sleeper.waitUntilExit()
    }
    #expect(try output.fileHandleForReading.read(upToCount: 6) == Data("ready\n".utf8))
    #expect(try Shell.bash.completions(of: "ipcdump -P $(t", files) == [#"\$\(touch\ ran\)"#])
    #expect(!FileManager.default.fileExists(atPath: files.folder.appending(path: "ran").path))
  }
}
