import Foundation
import Testing

extension LiveTests {
  /// Given processes, their descendants, and when a trace of them is over.
  @Suite(.serialized) struct FollowTests {
    /// Starts a shell that waits for the file `go`, and traces it by its number until it is gone.
    private func trace(
      _ script: String, _ options: [String], in session: Session,
      gone: (ChildProcess) async throws -> Void = { _ in }
    ) async throws -> (trace: Trace, shell: Int) {
      let gate = "until [ -e \(session.file("go")) ]; do sleep 0.05; done"
      let shell = try session.start("bash", ["-c", "\(gate); \(script); true"], name: "shell")
      let ipcdump = try session.startIPCDump(
        session.recording + ["-t", "pipe", "-p", "\(shell.pid)"] + options)
      try await session.untilAttached(ipcdump)
      try session.letGo()
      #expect(try await shell.wait().status == 0)
      try await gone(ipcdump)
      // Nobody ends it.
      return (try await session.finish(ipcdump), Int(shell.pid))
    }

    private func ways(_ trace: Trace) -> [String] {
      trace.events.map {
        "\($0.srcComm) > \($0.dstComm) \(String(decoding: $0.bytes ?? Data(), as: UTF8.self))"
      }
    }

    private static let remark = "which are not traced; --follow adds them"

    @Test(arguments: Hook.allCases)
    func `-p traces exactly what is given, and says once that there is more`(_ hook: Hook) async throws {
      let session = try Session()
      let (trace, shell) = try await trace(
        "x=$(echo sub); echo a | cat; echo b | cat", [hook.option], in: session)
      #expect(trace.status == 0)
      #expect(ways(trace) == ["bash > bash sub\n"])
      #expect(trace.events.allSatisfy { $0.dstPid == shell && $0.srcPid != shell })
      // Its children are gone before the trace begins, or come later.
      #expect(trace.diagnosticLines.count == 2, "\(trace.diagnostics)")
      #expect(
        trace.diagnosticLines.first?.contains("not traced; --follow adds") == true, "\(trace.diagnostics)")
      #expect(trace.diagnosticLines.first?.hasPrefix("ipcdump: \(shell)(bash) ") == true)
      #expect(trace.closing?.captured == 1)
    }

    @Test(arguments: Hook.allCases)
    func `--follow adds children and theirs`(_ hook: Hook) async throws {
      let session = try Session()
      let (trace, _) = try await trace(
        "x=$(echo sub); echo a | cat; (bash -c 'echo deep | cat; true'; true)", [hook.option, "--follow"],
        in: session)
      trace.expectClean()
      #expect(ways(trace) == ["bash > bash sub\n", "bash > cat a\n", "bash > cat deep\n"])
    }

    @Test(arguments: Hook.allCases)
    func `--follow adds those who are there already`(_ hook: Hook) async throws {
      let session = try Session()
      let gate = "until [ -e \(session.file("go")) ]; do sleep 0.05; done"
      let script =
        "bash -c 'bash -c \"\(gate); echo deep | cat; true\" & echo $$ > \(session.file("ready")); wait; true' & wait; echo late | cat"
      let shell = try session.start("bash", ["-c", script], name: "shell")
      _ = try await session.announcedPids()
      let ipcdump = try session.startIPCDump(
        session.recording + [hook.option, "-t", "pipe", "--follow", "-p", "\(shell.pid)"])
      try await session.untilAttached(ipcdump)
      try session.letGo()
      #expect(try await shell.wait().status == 0)
      let trace = try await session.finish(ipcdump)
      trace.expectClean()
      #expect(ways(trace) == ["bash > cat deep\n", "bash > cat late\n"])
    }

    @Test func `children that are there already are counted`() async throws {
      let session = try Session()
      let script =
        "sleep 30 & sleep 30 & echo $$ > \(session.file("ready")); read x < \(session.file("fifo")); kill %1 %2"
      let fifo = session.file("fifo")
      #expect(mkfifo(fifo, 0o600) == 0)
      let shell = try session.start("bash", ["-c", script], name: "shell")
      _ = try await session.announcedPids()
      let ipcdump = try session.startIPCDump(session.recording + ["-t", "signal", "-p", "\(shell.pid)"])
      try await session.untilAttached(ipcdump)
      let writer = try session.start("sh", ["-c", "echo > \(fifo)"], name: "writer")
      #expect(try await writer.wait().status == 0)
      #expect(try await shell.wait().status == 0)
      let trace = try await session.finish(ipcdump)
      #expect(trace.status == 0)
      #expect(
        trace.diagnosticLines.first == "ipcdump: \(shell.pid)(bash) has 2 children, \(Self.remark)",
        "\(trace.diagnostics)")
      #expect(trace.events.map(\.srcPid) == [Int(shell.pid), Int(shell.pid)])
    }

    @Test func `threads are no children, and -q says nothing`() async throws {
      let session = try Session()
      let script = "import threading; [t.start() or t.join() for t in [threading.Thread(target=int)]]"
      let gate = "import os, time\nwhile not os.path.exists('\(session.file("go"))'): time.sleep(.05)\n"
      let python = try session.start("python3", ["-c", gate + script], name: "python")
      let ipcdump = try session.startIPCDump(session.recording + ["-t", "pipe", "-p", "\(python.pid)"])
      try await session.untilAttached(ipcdump)
      try session.letGo()
      #expect(try await python.wait().status == 0)
      try await session.finish(ipcdump).expectClean()
      let quiet = try Session()
      #expect(try await trace("echo a | cat", ["-q"], in: quiet).trace.diagnostics.isEmpty)
    }

    @Test func `with --follow, a trace ends when the last descendant is gone`() async throws {
      let session = try Session()
      let (trace, shell) = try await trace(
        "(sleep 1.5; echo late | cat) & true", ["--follow"], in: session
      ) { ipcdump in
        try await Task.sleep(for: .milliseconds(700))
        #expect(ipcdump.poll() == nil, "it ends too early")
      }
      trace.expectClean()
      #expect(ways(trace) == ["bash > cat late\n"])
      #expect(trace.events.allSatisfy { $0.srcPid != shell })
    }

    @Test func `a process that is born with the number of a given one is not traced`() async throws {
      let session = try Session()
      // In a pid namespace of its own, the next number can be chosen.
      let script = """
        mount -t proc proc /proc; cd \(session.folder.path)
        bash -c 'until [ -e go ]; do sleep 0.05; done; true' & old=$!
        sleep 300 & keep=$!
        "$@" -p $old,$keep & tracer=$!
        until ls -l /proc/$tracer/fd | grep -q bpf_link; do sleep 0.1; done; sleep 1
        touch go; wait $old
        for i in $(seq 50); do
          echo $((old - 1)) > /proc/sys/kernel/ns_last_pid
          bash -c 'echo $$ > new; echo x | cat > /dev/null; true'
          [ "$(cat new)" = $old ] && touch reused && break
        done
        kill $keep; wait $tracer
        """
      let words = [try Programs.ipcdump()] + session.recording + ["-q", "-t", "pipe"]
      let shell = try session.start(
        "unshare", ["--pid", "--fork", "--mount", "bash", "-c", script, "bash"] + words, name: "shell")
      let termination = try await shell.wait()
      let diagnostics = try session.folder.text("shell.err")
      #expect(termination.status == 0, "\(diagnostics)")
      #expect(FileManager.default.fileExists(atPath: session.file("reused")))
      #expect(try EventLines(session.folder.contents("events")).events.isEmpty)
    }
  }
}
