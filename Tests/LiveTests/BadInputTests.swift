import Foundation
import Testing

extension LiveTests {
  /// Each a status that scripts can rely on and a clear line.
  @Suite(.serialized) struct BadInputTests {
    static let statuses: [([String], Int)] = [
      (["true"], 0), (["sh", "-c", "exit 3"], 3), (["sh", "-c", "exit 255"], 255),
      (["sh", "-c", "kill -TERM $$"], 143), (["sh", "-c", "kill -KILL $$"], 137),
      (["sh", "-c", "echo x | cat; kill -USR1 $$"], 138),
    ]

    @Test(arguments: statuses)
    func `the exit status is the command's`(_ command: [String], _ expected: Int) async throws {
      let session = try Session()
      let trace = try await session.ipcdump(session.recording + ["--"] + command)
      trace.expectClean(status: expected)
    }

    @Test func `a command that cannot be found is 127, one that cannot be run 126`() async throws {
      let session = try Session()
      let missing = try await session.ipcdump(["--", session.file("no-such-command")])
      #expect(missing.status == 127)
      #expect(missing.diagnostics.contains("no-such-command"), "\(missing.diagnostics)")
      let unknown = try await session.ipcdump(["--", "ipcdump-tests-no-such-command"])
      #expect(unknown.status == 127, "\(unknown.diagnostics)")
      try session.folder.create("text", "no program")
      let text = try await session.ipcdump(["--", session.file("text")])
      #expect(text.status == 126)
      #expect(text.diagnostics.contains(session.file("text")), "\(text.diagnostics)")
    }

    static let usage = [
      ["-t", "carrier-pigeon"], ["-f", "xml"], ["-p", "init"], ["-s", "1,two"], ["-d", "12x"], ["-p", ","],
      ["-B", "10"], ["-x", "-B", "many"], ["-c", "some"], ["--hook=kretprobe"], ["--no-such-option"],
      ["--buffer-size=huge"], ["--time=never"], ["--color=blue"],
    ]

    @Test(arguments: usage)
    func `wrong usage is 64, and is said before anything is run`(_ options: [String]) async throws {
      let session = try Session()
      let trace = try await session.ipcdump(options + ["--", "sh", "-c", ": > \(session.file("was-run"))"])
      #expect(trace.status == 64, "\(trace.diagnostics)")
      #expect(!trace.diagnostics.isEmpty && trace.output.isEmpty)
      #expect(!FileManager.default.fileExists(atPath: session.file("was-run")))
      let wrong = options.last?.split(separator: "=").last.map(String.init) ?? ""
      if options != ["-B", "10"] {
        #expect(trace.diagnostics.contains(wrong), "does not name '\(wrong)': \(trace.diagnostics)")
      } else {
        #expect(trace.diagnostics.contains("-x"), "\(trace.diagnostics)")
      }
    }

    @Test func `an output file that cannot be written is 1, and nothing is run`() async throws {
      let session = try Session()
      let target = session.file("no-folder/events")
      let trace = try await session.ipcdump(
        ["-o", target, "--", "sh", "-c", ": > \(session.file("was-run"))"])
      #expect(trace.status == 1)
      #expect(trace.diagnosticLines.count == 1, "\(trace.diagnostics)")
      #expect(trace.diagnostics.contains(target) && trace.diagnostics.contains("No such file or directory"))
      #expect(!FileManager.default.fileExists(atPath: session.file("was-run")))
    }

    @Test(arguments: ["text", "json", "csv"])
    func `a full disk is 1, said once`(_ format: String) async throws {
      let session = try Session()
      let loop = "i=0; while [ $i -lt 50 ]; do echo x | cat >/dev/null; i=$((i+1)); done"
      let trace = try await session.ipcdump(["-f", format, "-o", "/dev/full", "--", "sh", "-c", loop])
      #expect(trace.status == 1, "\(trace.diagnostics)")
      let said = trace.diagnosticLines.filter { $0.contains("No space left on device") }
      #expect(said.count == 1 && trace.diagnosticLines.count <= 2, "\(trace.diagnostics)")
    }

    @Test func `without privilege it is 77, and the missing capabilities are named`() async throws {
      let session = try Session()
      let copy = session.file("ipcdump")
      try Programs.copy(Programs.ipcdump(), to: copy)
      for path in [session.folder.path, copy] {
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
      }
      let identity = ["--reuid=65534", "--regid=65534", "--clear-groups"]
      let nobody = try session.start("setpriv", identity + [copy, "--", "true"], name: "nobody")
      #expect(try await nobody.wait().status == 77)
      let diagnostics = try session.folder.text("nobody.err")
      #expect(diagnostics.contains("CAP_BPF") && diagnostics.contains("CAP_PERFMON"), "\(diagnostics)")
      #expect(diagnostics.split(separator: "\n").count == 1, "\(diagnostics)")
    }
  }
}
