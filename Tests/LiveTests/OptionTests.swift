import Foundation
import Testing

extension LiveTests {
  @Suite(.serialized) struct OptionTests {
    @Test(arguments: [true, false])
    func `-x shows whole contents; without it there are none`(_ isShown: Bool) async throws {
      let session = try Session()
      let options = ["-f", "json", "-o", session.eventFile] + (isShown ? ["-x"] : [])
      let trace = try await session.ipcdump(options + ["--", "sh", "-c", "echo hello | cat"])
      trace.expectClean()
      #expect(trace.events.map(\.bytes) == [isShown ? Data("hello\n".utf8) : nil])
      #expect(trace.events.map(\.meta.count) == [6])
      #expect(trace.events.map(\.truncated) == [nil])
    }

    @Test(arguments: [0, 1, 4, 6, 100])
    func `-B limits what is shown, and says so; 0 means everything`(_ limit: Int) async throws {
      let session = try Session()
      let trace = try await session.trace(shell: "echo hello | cat", options: ["-B", "\(limit)"])
      trace.expectClean()
      let shown = limit == 0 ? 6 : min(limit, 6)
      #expect(trace.events.map(\.bytes) == [Data("hello\n".utf8.prefix(shown))])
      #expect(trace.events.map(\.meta.count) == [6])
      #expect(trace.events.map(\.truncated) == [shown < 6 ? true : nil])
    }

    @Test func `-B limits text too`() async throws {
      let session = try Session()
      let options = ["-x", "-B", "4", "-o", session.file("lines")]
      _ = try await session.ipcdump(options + ["--", "sh", "-c", "echo hello | cat"])
      let text = try session.folder.text("lines")
      #expect(text.contains("|hell|") && text.contains("count 6"), "\(text)")
    }

    @Test(arguments: [("-X", "\thell\n"), ("--text", "\thell\\\n")])
    func `-B limits readable text too`(_ option: String, _ expected: String) async throws {
      let session = try Session()
      let options = [option, "-B", "4", "-o", session.file("lines")]
      let trace = try await session.ipcdump(options + ["--", "sh", "-c", "echo hello | cat"])
      #expect(trace.status == 0, "\(trace.diagnostics)")
      let text = try session.folder.text("lines")
      #expect(text.hasSuffix(", count 6, truncated\n" + expected), "\(text)")
    }

    @Test(arguments: ["-x", "-X", "--ascii", "--text"])
    func `JSON has the bytes whichever option asks for them`(_ option: String) async throws {
      let session = try Session()
      let options = ["-f", "json", option, "-o", session.eventFile]
      let trace = try await session.ipcdump(options + ["--", "sh", "-c", "echo hello | cat"])
      trace.expectClean()
      #expect(trace.events.map(\.bytes) == [Data("hello\n".utf8)])
    }

    @Test func `two ways to show contents are refused, and nothing is run`() async throws {
      let session = try Session()
      let trace = try await session.ipcdump(["-x", "--text", "--", "touch", session.file("run")])
      #expect(trace.status == 64)
      #expect(
        trace.diagnosticLines.count == 1 && trace.diagnostics.contains("choose one"), "\(trace.diagnostics)")
      #expect(!FileManager.default.fileExists(atPath: session.file("run")))
    }

    @Test func `-c ends after so many events, with status 0`() async throws {
      let session = try Session()
      let trace = try await session.attach(to: ["mesh"], endsItself: true) {
        ["-c", "5", "-p", "\($0[0]),\($0[1]),\($0[2])"]
      }
      trace.expectClean()
      #expect(trace.events.count == 5)
      let truth = Set(try session.truth().events.map(Told.init))
      #expect(trace.events.allSatisfy { truth.contains(Told($0)) })
    }

    @Test func `-c with a command is 0 too, whatever becomes of the command`() async throws {
      let session = try Session()
      let trace = try await session.trace(shell: "echo x | cat; echo y | cat; exit 3", options: ["-c", "1"])
      #expect(trace.status == 0, "\(trace.diagnostics)")
      #expect(trace.events.map(\.bytes) == [Data("x\n".utf8)])
    }

    @Test func `-o truncates a longer file that exists`() async throws {
      let session = try Session()
      try session.folder.create("events", String(repeating: "an old line\n", count: 1000))
      let trace = try await session.trace(shell: "echo hello | cat")
      trace.expectClean()
      #expect(trace.events.count == 1)
      #expect(trace.output == Data("hello\n".utf8))
    }

    @Test func `-o creates its file for its owner only`() async throws {
      let session = try Session()
      let script = "umask 0; exec \"$@\""
      let words = [try Programs.ipcdump()] + session.recording + ["--", "true"]
      let shell = try session.start("sh", ["-c", script, "sh"] + words, name: "shell")
      #expect(try await shell.wait().status == 0)
      let attributes = try FileManager.default.attributesOfItem(atPath: session.eventFile)
      #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    }

    @Test func `standard output carries the events without -o, and only them`() async throws {
      let session = try Session()
      let trace = try await session.ipcdump(
        ["-f", "json", "-x", "--", "sh", "-c", "echo hello | cat >/dev/null"])
      #expect(trace.status == 0, "\(trace.diagnostics)")
      #expect(trace.closing?.captured == 1, "\(trace.diagnostics)")
      #expect(try EventLines(trace.output).events.map(\.bytes) == [Data("hello\n".utf8)])
    }

    @Test(arguments: ["-h", "--help"])
    func `-h tells every option`(_ option: String) async throws {
      let session = try Session()
      let trace = try await session.ipcdump([option])
      #expect(trace.status == 0, "\(trace.diagnostics)")
      let text = String(decoding: trace.output, as: UTF8.self)
      let options = [
        "-B", "-D", "-L", "-P", "-S", "-c", "-d", "-f", "-o", "-p", "-s", "-t", "-x", "-X", "-h", "-q", "-v",
        "--ascii", "--text",
        "--hook", "--buffer-size", "--include-self", "--time", "--color", "--version", "--list-types",
        "--info", "-w", "-r", "-C", "-G", "-W", "--print", "--dissect",
      ]
      for option in options { #expect(text.contains(option), "no \(option) in the help") }
    }

    @Test(arguments: ["--version", "--list-types", "--info"])
    func `--version, --list-types and --info answer and end`(_ option: String) async throws {
      let session = try Session()
      let trace = try await session.ipcdump([option])
      #expect(trace.status == 0, "\(trace.diagnostics)")
      #expect(!trace.output.isEmpty)
    }

    /// The forms of a text line; the pattern is for what stands before the kind.
    static let times = [
      ("wall", #"^\d\d:\d\d:\d\d\.\d{9} pipe "#),
      ("date", #"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\.\d{9}\S* pipe "#),
      ("epoch", #"^\d{10}\.\d{9} pipe "#),
      ("delta", #"^\s*\+?\d+\.\d+ pipe "#),
      ("relative", #"^\s*\+?\d+\.\d+ pipe "#),
      ("none", "^pipe "),
    ]

    @Test(arguments: times)
    func `--time chooses how times are shown`(_ form: String, _ pattern: String) async throws {
      let session = try Session()
      let trace = try await session.ipcdump(
        ["--time=\(form)", "-o", session.file("lines"), "--", "sh", "-c", "echo x | cat"])
      #expect(trace.status == 0, "\(trace.diagnostics)")
      let lines = try session.folder.text("lines").split(separator: "\n")
      #expect(lines.count == 1, "\(lines)")
      #expect(lines.allSatisfy { $0.range(of: pattern, options: .regularExpression) != nil }, "\(lines)")
    }

    @Test func `-q leaves the closing line out`() async throws {
      let session = try Session()
      let trace = try await session.trace(shell: "echo x | cat >/dev/null", options: ["-q"])
      #expect(trace.status == 0 && trace.diagnostics.isEmpty, "\(trace.diagnostics)")
      #expect(trace.events.count == 1)
    }
  }
}
