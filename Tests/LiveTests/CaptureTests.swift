import Foundation
import Glibc
import Testing

extension LiveTests {
  /// `-w` and `-r`, beside what every scenario tries with them.
  @Suite(.serialized) struct CaptureTests {
    private static let command = [
      "--", "sh", "-c", "echo hello | cat >/dev/null; kill -URG $$; printf 'a\\0b' | cat >/dev/null",
    ]

    static let formats = [
      [], ["-x"], ["-X"], ["--text"], ["-f", "csv"], ["-f", "csv", "-x"], ["-f", "json"], ["--time=relative"],
      ["--time=delta"], ["--time=epoch"], ["--time=date"], ["-x", "-B", "3"], ["--color=always"],
    ]

    @Test(arguments: formats)
    func `every format shows of a capture what it shows live`(_ options: [String]) async throws {
      let session = try Session()
      let live = try await session.ipcdump(
        options + session.keeping + ["-o", session.file("lines")] + Self.command)
      #expect(live.status == 0 && live.closing?.captured == 3, "\(live.diagnostics)")
      let replayed = try await session.replay(options)
      #expect(replayed.status == 0, "\(replayed.diagnostics)")
      #expect(replayed.output == (try session.folder.contents("lines")))
      #expect(replayed.diagnostics == live.diagnostics)
    }

    @Test func `without --print nothing is shown, and contents are kept whole all the same`() async throws {
      let session = try Session()
      let live = try await session.ipcdump(["-w", session.captureFile] + Self.command)
      #expect(live.status == 0 && live.output.isEmpty, "\(live.diagnostics)")
      let events = try EventLines(try await session.replay(["-f", "json", "-x"]).output).events
      #expect(events.map(\.bytes) == [Data("hello\n".utf8), nil, Data("a\0b".utf8)])
      #expect(events.allSatisfy { $0.truncated == nil })
    }

    @Test func `-B limits what is kept`() async throws {
      let session = try Session()
      _ = try await session.ipcdump(["-w", session.captureFile, "-B", "2"] + Self.command)
      let events = try EventLines(try await session.replay(["-f", "json", "-x"]).output).events
      #expect(events.map(\.bytes) == [Data("he".utf8), nil, Data("a\0".utf8)])
      #expect(events.map(\.truncated) == [true, nil, true])
      // Without -x, it is as if contents had never been asked for.
      let plain = try EventLines(try await session.replay(["-f", "json"]).output).events
      #expect(plain.allSatisfy { $0.bytes == nil && $0.truncated == nil })
    }

    @Test func `filters and -c choose among what was kept`() async throws {
      let session = try Session()
      let live = try await session.trace(["mesh"], options: session.keeping)
      live.expectClean()
      let all = live.events
      let pid = try #require(all.first?.srcPid)
      func replayed(_ options: [String]) async throws -> [Told] {
        try EventLines(try await session.replay(["-f", "json", "-x"] + options).output).events.map(Told.init)
      }
      #expect(try await replayed(["-s", "\(pid)"]) == all.filter { $0.srcPid == pid }.map(Told.init))
      #expect(try await replayed(["-d", "\(pid)"]) == all.filter { $0.dstPid == pid }.map(Told.init))
      #expect(try await replayed(["-t", "signal"]) == all.filter { $0.type == "signal" }.map(Told.init))
      #expect(try await replayed(["-P", "no such name"]).isEmpty)
      #expect(try await replayed(["-c", "4"]) == all.prefix(4).map(Told.init))
    }

    @Test func `a part of a capture is a capture, too`() async throws {
      let session = try Session()
      _ = try await session.trace(["mesh"], options: session.keeping)
      let pipes = try await session.replay(["-t", "pipe", "-f", "json", "-x"])
      let part = try await session.replay(["-t", "pipe", "-w", session.file("part")])
      #expect(part.status == 0 && part.output.isEmpty, "\(part.diagnostics)")
      try FileManager.default.removeItem(atPath: session.captureFile)
      try FileManager.default.moveItem(atPath: session.file("part"), toPath: session.captureFile)
      #expect(try await session.replay(["-f", "json", "-x"]).output == pipes.output)
    }

    @Test func `a capture is read without any privilege, and can be read by its owner only`() async throws {
      let session = try Session()
      let script = "umask 0; exec \"$@\""
      let words = [try Programs.ipcdump(), "-w", session.captureFile] + Self.command
      let shell = try session.start("sh", ["-c", script, "sh"] + words, name: "shell")
      #expect(try await shell.wait().status == 0)
      let attributes = try FileManager.default.attributesOfItem(atPath: session.captureFile)
      #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)

      let copy = session.file("ipcdump")
      try Programs.copy(Programs.ipcdump(), to: copy)
      for path in [session.folder.path, copy, session.captureFile] {
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
      }
      let identity = ["--reuid=65534", "--regid=65534", "--clear-groups"]
      let nobody = try session.start(
        "setpriv", identity + [copy, "-r", session.captureFile], name: "nobody")
      #expect(try await nobody.wait().status == 0)
      #expect(try session.folder.text("nobody.out").split(separator: "\n").count == 3)
    }

    @Test func `-w - and -r - put ipcdump before and behind a pipe`() async throws {
      let session = try Session()
      let ipcdump = try Programs.ipcdump()
      let script = "\"$0\" -w - -- sh -c 'echo hello | cat >&2; echo two | cat >&2' | \"$0\" -r - -f json -x"
      let shell = try session.start("sh", ["-c", script, ipcdump], name: "shell")
      #expect(try await shell.wait().status == 0)
      let events = try EventLines(try session.folder.contents("shell.out")).events
      // The pipe that carries the capture is not in it.
      #expect(events.map(\.bytes) == [Data("hello\n".utf8), Data("two\n".utf8)])
    }

    @Test func `what streams by is shown at once, not when the stream ends`() async throws {
      let session = try Session()
      let ipcdump = try Programs.ipcdump()
      // The command ends when its first event has come out at the other end.
      let command = "echo hello | cat >&2; until [ -s \"$1\" ]; do sleep 0.05; done"
      let script =
        "\"$0\" -w - -t pipe -- sh -c '\(command)' sh \"$1\" | \"$0\" -r - -f json -x -c 1 > \"$1\""
      let shell = try session.start("sh", ["-c", script, ipcdump, session.file("shown")], name: "shell")
      #expect(try await shell.wait().status == 0)
      #expect(try EventLines(session.folder.contents("shown")).events.map(\.bytes) == [Data("hello\n".utf8)])
    }

    @Test func `after SIGKILL, what was written is whole`() async throws {
      let session = try Session()
      let end = session.file("end")
      let script = "i=0; until [ -e \(end) ]; do echo $i | cat >/dev/null; i=$((i+1)); done"
      let ipcdump = try session.startIPCDump(
        ["-w", session.captureFile, "-t", "pipe", "--", "sh", "-c", script])
      let hasBegun = try await eventually(seconds: 30) {
        ((try? FileManager.default.attributesOfItem(atPath: session.captureFile)[.size]) as? Int ?? 0) > 4096
      }
      #expect(hasBegun)
      ipcdump.send(SIGKILL)
      _ = try await ipcdump.wait()
      try session.folder.create("end")
      let replayed = try await session.replay(["-f", "json", "-x"])
      let numbers = try EventLines(replayed.output).events.compactMap(\.bytes).map {
        String(decoding: $0, as: UTF8.self)
      }
      #expect(!numbers.isEmpty)
      #expect(numbers == numbers.indices.map { "\($0)\n" })
      #expect(
        replayed.status == 0 || replayed.diagnostics.contains("ends in the middle"), "\(replayed.diagnostics)"
      )
    }

    @Test func `a full disk is 1, said once, and the command goes on`() async throws {
      let session = try Session()
      let script =
        "i=0; while [ $i -lt 50 ]; do echo x | cat >/dev/null; i=$((i+1)); done; : > \(session.file("done"))"
      let trace = try await session.ipcdump(["-w", "/dev/full", "--", "sh", "-c", script])
      #expect(trace.status == 1, "\(trace.diagnostics)")
      let said = trace.diagnosticLines.filter {
        $0.contains("No space left on device") && $0.contains("for -w")
      }
      #expect(said.count == 1 && trace.diagnosticLines.count == 1, "\(trace.diagnostics)")
      #expect(FileManager.default.fileExists(atPath: session.file("done")))
    }

    @Test(arguments: ["", "no capture at all, only text\n"])
    func `a file that is no capture is 1, said in one line`(_ text: String) async throws {
      let session = try Session()
      try session.folder.create("capture.pcapng", text)
      let replayed = try await session.replay([])
      #expect(replayed.status == 1 && replayed.output.isEmpty)
      #expect(replayed.diagnosticLines.count == 1 && replayed.diagnostics.contains(session.captureFile))
    }

    @Test func `a capture that was cut off is told as far as it is whole, then it is said where`()
      async throws
    {
      let session = try Session()
      _ = try await session.ipcdump(["-w", session.captureFile] + Self.command)
      let whole = try await session.replay(["-f", "json", "-x"]).output
      let bytes = try session.folder.contents("capture.pcapng")
      try Data(bytes.dropLast(100)).write(to: URL(filePath: session.captureFile))
      let replayed = try await session.replay(["-f", "json", "-x"])
      #expect(replayed.status == 1)
      #expect(replayed.output.count < whole.count && whole.starts(with: replayed.output))
      #expect(replayed.diagnosticLines.count == 1 && replayed.diagnostics.contains("ends in the middle"))
    }
  }
}
