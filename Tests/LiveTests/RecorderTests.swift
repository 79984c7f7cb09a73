import Foundation
import Glibc
import Testing

extension LiveTests {
  /// The flight recorder (`--keep`), as somebody uses it who waits for what happens at night.
  @Suite(.serialized) struct RecorderTests {
    /// What a recorder has left.
    private struct Recording {
      var trace: Trace
      /// Lines that tell of files.
      var told: [Substring]
    }

    private func record(
      _ script: String, _ options: [String], in session: Session, keep: String = "60s"
    ) async throws -> Recording {
      let trace = try await session.ipcdump(
        ["-t", "pipe", "-w", session.captureFile, "--keep", keep] + options + ["--", "sh", "-c", script])
      #expect(trace.closing?.lost == 0, "\(trace.diagnostics)")
      return Recording(trace: trace, told: trace.diagnosticLines.filter { $0.contains(" are in ") })
    }

    /// Contents of the events of a file.
    private func contents(of name: String? = nil, in session: Session) async throws -> [String] {
      let replayed = try await session.replay(["-f", "json", "-x"], of: name)
      #expect(replayed.status == 0, "\(replayed.diagnostics)")
      return try EventLines(replayed.output).events.map {
        String(decoding: $0.bytes ?? Data(), as: UTF8.self)
      }
    }

    private func names(in session: Session) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: session.folder.path)
        .filter { $0.hasPrefix("capture.pcapng") }.sorted()
    }

    @Test(arguments: Hook.allCases)
    func `a command that fails leaves a file with what came before`(_ hook: Hook) async throws {
      let session = try Session()
      let recording = try await record(
        "echo one | cat >/dev/null; echo two | cat >/dev/null; exit 3", [hook.option, "--trigger", "exit"],
        in: session)
      #expect(recording.trace.status == 3)
      #expect(recording.told.count == 1, "\(recording.trace.diagnostics)")
      #expect(
        recording.told.first?.contains(#/ipcdump: \d+\(sh\) exited with 3: 2 events of the last /#) == true)
      #expect(recording.told.first?.hasSuffix("are in \(session.captureFile)") == true)
      #expect(try await contents(in: session) == ["one\n", "two\n"])
    }

    @Test(arguments: [(SIGSEGV, "SIGSEGV"), (SIGKILL, "SIGKILL"), (SIGABRT, "SIGABRT")])
    func `a descendant that is killed leaves a file, which names it`(_ signal: Int32, _ name: String)
      async throws
    {
      let session = try Session()
      let recording = try await record(
        "ulimit -c 0; echo before | cat >/dev/null; sh -c 'kill -\(signal) $$'; true", ["--trigger", "exit"],
        in: session)
      #expect(recording.trace.status == 0)
      #expect(
        recording.told.first?.contains("(sh) was killed by \(name): 1 event of") == true,
        "\(recording.trace.diagnostics)")
      #expect(try await contents(in: session) == ["before\n"])
    }

    @Test func `without a trigger nothing is written, and that is said`() async throws {
      let session = try Session()
      let recording = try await record(
        "echo one | cat >/dev/null; true", ["--trigger", "exit", "--trigger", "loss"], in: session)
      #expect(recording.trace.status == 0 && recording.told.isEmpty)
      #expect(
        recording.trace.diagnosticLines.first == "ipcdump: no trigger has come, so that nothing was written")
      #expect(try names(in: session).isEmpty)
    }

    @Test func `an exit of what is not traced is no trigger`() async throws {
      let session = try Session()
      let (actor, pids) = try await session.startHalted(["busy"])
      let ipcdump = try session.startIPCDump(
        ["-t", "pipe", "-w", session.captureFile, "--keep", "60s", "--trigger", "exit", "-p", "\(pids[0])"])
      try await session.untilAttached(ipcdump)
      _ = try await session.start("false", [], name: "false").wait()
      try await Task.sleep(for: .milliseconds(500))
      #expect(try names(in: session).isEmpty)
      // Its own is one.
      actor.send(SIGKILL)
      _ = try await actor.wait()
      let isWritten = try await eventually(seconds: 10) { try !names(in: session).isEmpty }
      #expect(isWritten)
      ipcdump.send(SIGINT)
      let trace = try await session.finish(ipcdump)
      #expect(trace.diagnostics.contains("was killed by SIGKILL: "), "\(trace.diagnostics)")
    }

    @Test func `SIGUSR2 writes what was kept, again and again, in as many files as -W says`() async throws {
      let session = try Session()
      let script = "i=0; while :; do echo $i | cat >/dev/null; i=$((i+1)); sleep 0.02; done"
      let ipcdump = try session.startIPCDump([
        "-t", "pipe", "-w", session.captureFile, "--keep", "60s", "-W", "2", "--trigger-cooldown", "1ms",
        "--",
        "sh", "-c", script,
      ])
      try await session.untilAttached(ipcdump)
      for count in 1...3 {
        try await Task.sleep(for: .milliseconds(400))
        ipcdump.send(SIGUSR2)
        let isTold = try await eventually(seconds: 10) {
          try session.folder.text("ipcdump.err").split(separator: "\n").filter { $0.contains(" are in ") }
            .count
            == count
        }
        #expect(isTold, "\(count)")
      }
      ipcdump.send(SIGTERM)
      let trace = try await session.finish(ipcdump)
      #expect(trace.closing?.lost == 0, "\(trace.diagnostics)")
      #expect(try names(in: session) == ["capture.pcapng0", "capture.pcapng1"])
      let second = try await contents(of: "capture.pcapng1", in: session)
      let third = try await contents(of: "capture.pcapng0", in: session)
      // Each has everything from the beginning on, without a gap.
      #expect(second == second.indices.map { "\($0)\n" } && third == third.indices.map { "\($0)\n" })
      #expect(second.count > 10 && third.count > second.count)
    }

    @Test func `an expression is a trigger, and the cool-down lets the next ones pass`() async throws {
      let session = try Session()
      let script = "for i in 1 22 333 4444 55555; do echo $i | cat >/dev/null; sleep 0.3; done"
      let recording = try await record(script, ["--trigger", "count > 3"], in: session)
      #expect(recording.told.count == 1, "\(recording.trace.diagnostics)")
      #expect(recording.told.first?.contains(#/'count > 3' is true of \d+\(sh\) > \d+\(cat\): /#) == true)
      let kept = try await contents(in: session)
      #expect(kept == ["1\n", "22\n", "333\n"])
    }

    /// A client and its server, of which one call takes long.
    private static let calls = #"""
      import json, subprocess, sys
      SERVER = """
      import json, sys, time
      for line in sys.stdin:
          asked = json.loads(line)
          if asked["method"] == "slow": time.sleep(0.5)
          print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": {}}), flush=True)
      """
      server = subprocess.Popen([sys.executable, "-c", SERVER], stdin=-1, stdout=-1, text=True)
      for id, method in enumerate(["fast", "slow", "fast"]):
          server.stdin.write(json.dumps({"jsonrpc": "2.0", "id": id, "method": method}) + "\n")
          server.stdin.flush()
          server.stdout.readline()
      server.stdin.close()
      server.wait()
      """#

    @Test(.enabled(if: ProgramsScript.path(of: "python3") != nil || Obstacle.isFailure, "python3 is missing"))
    func `a slow call is a trigger with --calls`() async throws {
      let session = try Session()
      try session.folder.create("calls.py", Self.calls)
      let trace = try await session.ipcdump([
        "-t", "pipe", "-w", session.captureFile, "--keep", "60s", "--calls", "--trigger",
        "duration > 300ms and method == slow", "--", "python3", session.file("calls.py"),
      ])
      #expect(trace.status == 0, "\(trace.diagnostics)")
      #expect(
        trace.diagnostics.contains("'duration > 300ms and method == slow' is true of "),
        "\(trace.diagnostics)")
      let kept = try await session.replay(["--calls", "-f", "json"])
      let calls = try MessageLine.all(in: kept.output)
      #expect(calls.compactMap(\.meta.method).contains("slow"), "\(kept.diagnostics)")
    }

    /// Two processes each of which reads before it writes.
    private static let deadlock = """
      import os, time
      a, b = os.pipe(), os.pipe()
      os.write(a[1], b"x"); os.read(a[0], 1)
      if os.fork() == 0:
          os.close(a[1]); os.close(b[0])
          os.read(a[0], 1)
          os.write(b[1], b"y")
          os._exit(0)
      os.close(a[0]); os.close(b[1])
      os.read(b[0], 1)
      """

    @Test(.enabled(if: ProgramsScript.path(of: "python3") != nil || Obstacle.isFailure, "python3 is missing"))
    func `processes that wait for each other are a trigger, once`() async throws {
      let session = try Session()
      let ipcdump = try session.startIPCDump([
        "-t", "pipe", "-w", session.captureFile, "--keep", "60s", "--trigger", "stuck", "--trigger-cooldown",
        "1ms", "--", "python3", "-c", Self.deadlock,
      ])
      let isTold = try await eventually(seconds: 30) {
        try session.folder.text("ipcdump.err").contains("(python3) wait for each other: ")
      }
      try await Task.sleep(for: .seconds(5))
      ipcdump.send(SIGTERM)
      let trace = try await session.finish(ipcdump)
      #expect(isTold, "\(trace.diagnostics)")
      #expect(trace.diagnosticLines.filter { $0.contains("wait for each other") }.count == 1)
      #expect(try await contents(in: session).contains("x"))
      #expect(try names(in: session) == ["capture.pcapng"])
    }

    @Test func `a loss is a trigger`() async throws {
      let session = try Session()
      let gates = ["--ready", session.file("ready"), "--wait-for", session.file("go")]
      let scenario = ["burst", "--count", "50000", "--size", "512", "--ms", "500"] + gates
      let ipcdump = try session.startIPCDump(
        ["-t", "pipe", "--buffer-size=64k", "-w", session.captureFile, "--keep", "4M", "--trigger", "loss"]
          + session.actorCommand(scenario))
      _ = try await session.announcedPids()
      try await session.letGo(past: ipcdump)
      let trace = try await session.finish(ipcdump)
      #expect(
        trace.diagnostics.contains(#/ipcdump: \d+ lost of pipe: \d+ events? of the last /#),
        "\(trace.diagnostics)")
      let replayed = try await session.replay(["-f", "json"])
      #expect(try EventLines(replayed.output).losses.isEmpty == false, "the file tells it, too")
    }

    @Test func `what is kept is the newest, as many bytes as asked for`() async throws {
      let session = try ProgramsScript(needs: ["capinfos"]).session
      // 5.2 MB in 80 events; the exit of what comes behind is the trigger.
      let actor =
        "'\(try Programs.actor())' pipe-1x1 --size 65536 --count 80 --resize --truth '\(session.truthFile)'"
      let recording = try await record(
        "\(actor); exit 9", session.recording + ["--print", "--trigger", "exit"], in: session, keep: "2M")
      #expect(recording.trace.status == 9 && recording.told.count == 1, "\(recording.trace.diagnostics)")
      let size = try session.folder.contents("capture.pcapng").count
      #expect((1_900_000...2_200_000).contains(size), "\(size) bytes")
      let lines = try await session.replay(["-f", "json", "-x"]).output
      let kept = try EventLines(lines).events
      #expect(lines == (try session.folder.contents("events")).suffix(lines.count) && kept.count > 25)
      let counts = try await session.output(of: "capinfos", ["-T", "-r", "-c", session.captureFile])
      #expect(counts.last?.split(separator: "\t").last == "\(kept.count)")
    }

    @Test func `a disk that is full costs the file, not the trace`() async throws {
      let session = try Session()
      let recording = try await record(
        "echo one | cat >/dev/null; sleep 0.5; exit 5", ["--trigger", "exit", "-W", "1"], in: session)
      #expect(recording.trace.status == 5)
      // The first file of all can be opened, and takes nothing.
      let full = try await session.ipcdump([
        "-t", "pipe", "-w", "/dev/full", "--keep", "60s", "--trigger", "exit", "--", "sh", "-c",
        "echo one | cat >/dev/null; exit 6",
      ])
      #expect(full.status == 6, "\(full.diagnostics)")
      #expect(full.diagnostics.contains("cannot write to /dev/full: No space left on device"))
    }

    @Test func `a folder that is not there is refused at once`() async throws {
      let session = try Session()
      let trace = try await session.ipcdump([
        "-w", session.file("nowhere/t"), "--keep", "60s", "--", "touch", session.file("ran"),
      ])
      #expect(
        trace.status == 1 && trace.diagnostics.contains("choose another file for -w"), "\(trace.diagnostics)")
      #expect(!FileManager.default.fileExists(atPath: session.file("ran")))
    }
  }
}
