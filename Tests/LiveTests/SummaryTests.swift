import Foundation
import Glibc
import Testing

extension LiveTests {
  /// Who talks to whom, and who waits for whom.
  @Suite(.serialized) struct SummaryTests {
    static let scenarios: [[String]] = [
      ["pipe-1x1"], ["pipe-two-writers"], ["pipe-unread"], ["fifo"], ["signal-kill"], ["mixed"],
      ["socket-ping-pong", "--kind", "unix-stream"], ["socket-ping-pong", "--kind", "tcp4"],
      ["socket-ping-pong", "--kind", "tcp6"], ["socket-ping-pong", "--kind", "udp4"], ["dgram-senders"],
      ["terminal-raw"],
    ]

    @Test(arguments: scenarios, Hook.allCases)
    func `its edges are the events', to the byte`(_ scenario: [String], _ hook: Hook) async throws {
      let session = try Session()
      let trace = try await session.trace(scenario, options: ["--summary", "--top", "0", hook.option])
      trace.expectClean()
      let summary = try #require(try Self.summaries(trace.output).last)
      #expect(SummaryEdge.Total.byEnds(summary.edges) == SummaryEdge.Total.byEnds(trace.events))
      #expect(summary.events == trace.events.count && summary.lost == 0 && summary.others.edges == 0)
      #expect(summary.bytes == trace.events.reduce(0) { $0 + ($1.meta.count ?? 0) })
      let truth = try session.truth().events
      #expect(Set(summary.edges.map(SummaryEdge.Ends.init)) == Set(truth.map(SummaryEdge.Ends.init)))
      #expect(summary.blocked != nil && summary.waits(of: truth.flatMap { [$0.srcPid, $0.dstPid] }).isEmpty)
    }

    @Test func `alone shows no events, and says the same as with them`() async throws {
      let session = try Session()
      let trace = try await session.ipcdump(["--summary", "--", "sh", "-c", "echo hello | cat >/dev/null"])
      #expect(trace.status == 0 && trace.closing?.captured == 1, "\(trace.diagnostics)")
      // What follows the table may tell of the tests' own process: Foundation waits at sockets that others inherit,
      // and which are channels of the command thereby.
      let lines = String(decoding: trace.output, as: UTF8.self).split(separator: "\n")
        .prefix { !$0.hasPrefix("blocked: ") }
      #expect(lines.count == 3, "\(lines)")
      #expect(lines.first?.hasPrefix("SOURCE ") == true && lines.last?.hasPrefix("all ") == true, "\(lines)")
      #expect(
        try #require(lines.dropFirst().first)
          .wholeMatch(
            of: /\d+\(sh\) +\d+\(cat\) +pipe +\[\d+\] +1 +6 +\S+ k?B +\S+ .s +\S+ .s +(\d+|-)/) != nil,
        "\(lines)")
    }

    @Test func `--top shows the greatest edges, and adds up the others`() async throws {
      let session = try Session()
      let script = "echo a long line | cat; echo short | cat; echo x | cat"
      let trace = try await session.ipcdump(
        [
          "-t", "pipe", "--summary", "--top", "1", "-f", "json", "--", "sh", "-c",
          "{ \(script); } >/dev/null",
        ])
      #expect(trace.status == 0, "\(trace.diagnostics)")
      let summary = try #require(try Self.summaries(trace.output).last)
      #expect(summary.edges.map(\.bytes) == [12])
      #expect(summary.others == SummaryEdges.Others(edges: 2, messages: 2, bytes: 8))
    }

    @Test func `what nobody has read is told apart`() async throws {
      let session = try Session()
      let trace = try await session.ipcdump(
        ["-t", "pipe", "--summary", "-f", "json", "--", "sh", "-c", "echo hello | sleep 0.2"])
      let summary = try #require(try Self.summaries(trace.output).last, "\(trace.diagnostics)")
      #expect(summary.edges.map(\.delivered) == [false])
      #expect(summary.edges.map(\.bytes) == [6])
      #expect(summary.edges.map(\.srcComm) == ["sh"])
    }

    static let channels = [
      ("pipe", "pipe"), ("unix-stream", "unix-stream"), ("tcp4", "loopback-tcp"), ("tcp6", "loopback-tcp"),
      ("unix-seqpacket", "unix-seqpacket"),
    ]

    @Test(arguments: channels)
    func `SIGUSR1 shows who waits for whom, and the trace goes on`(_ kind: String, _ type: String)
      async throws
    {
      let session = try Session()
      let (actor, pids) = try await session.startHalted(["waiting", "--kind", kind])
      let ipcdump = try session.startIPCDump(
        ["-q", "--summary", "-f", "json", "-t", type, "-p", pids.map(String.init).joined(separator: ",")])
      try await session.untilAttached(ipcdump)
      let expected = [
        SummaryWait(pid: pids[1], tid: pids[1], operation: "read", type: type, waitsFor: [pids[0]]): 1,
        SummaryWait(pid: pids[2], tid: pids[2], operation: "write", type: type, waitsFor: [pids[0]]): 1,
      ]
      let first = try await session.nextSummary(of: ipcdump) {
        $0.waits(of: pids) == expected
      }
      // They have not run in between.
      let second = try await session.nextSummary(of: ipcdump)
      #expect(second.waits(of: pids) == expected)
      for thread in first.blocked ?? [] {
        let later = second.blocked?.first { $0.pid == thread.pid }
        #expect(try #require(later?.waitingNs) > (try #require(thread.waitingNs)))
      }
      ipcdump.send(SIGINT)
      let trace = try await session.finish(ipcdump)
      #expect(trace.status == 0 && trace.diagnostics.isEmpty, "-q says nothing: \(trace.diagnostics)")
      let last = try #require(try Self.summaries(trace.output).last)
      #expect(last.waits(of: pids) == expected, "SIGINT shows it, too")
      try session.letGo()
      #expect(try await actor.wait().status == 0)
    }

    @Test func `unread bytes are those of now`() async throws {
      let session = try Session()
      let script = #"exec 3<>"$0"; echo hello >&3; read line <&3; echo more >&3; : >"$1"; sleep 60"#
      let fifo = session.file("queue")
      #expect(mkfifo(fifo, 0o600) == 0)
      let ipcdump = try session.startIPCDump(
        ["--summary", "-f", "json", "-t", "pipe", "--", "sh", "-c", script, fifo, session.file("ready")])
      // ipcdump has taken the signal over by then.
      _ = try await session.announcedPids()
      let summary = try await session.nextSummary(of: ipcdump) { $0.edges.first?.unread == 5 }
      #expect(summary.edges.map(\.bytes) == [6])
      #expect(summary.edges.map(\.channel) == [fifo])
      ipcdump.send(SIGTERM)
      let trace = try await session.finish(ipcdump)
      let last = try #require(try Self.summaries(trace.output).last, "\(trace.diagnostics)")
      #expect(last.edges.map(\.delivered) == [nil, false])
      #expect(last.edges.map(\.bytes) == [6, 5])
    }

    @Test func `goes to standard error if the events go to standard output`() async throws {
      let session = try Session()
      let trace = try await session.ipcdump(
        ["-q", "--summary", "-o", "-", "-f", "json", "--", "sh", "-c", "echo hello | cat >/dev/null"])
      #expect(trace.status == 0)
      #expect(try EventLines(trace.output).events.map(\.meta.count) == [6])
      #expect(try Self.summaries(Data(trace.diagnostics.utf8)).map(\.events) == [1])
    }

    @Test func `without --summary, SIGUSR1 ends no trace`() async throws {
      let session = try Session()
      let trace = try await session.ipcdump(
        ["-t", "pipe", "--", "sh", "-c", "kill -USR1 $PPID; echo hello | cat >/dev/null"])
      #expect(trace.status == 0 && trace.closing?.captured == 1, "\(trace.diagnostics)")
      #expect(trace.diagnostics.contains("--summary"), "\(trace.diagnostics)")
    }

    static let usage: [([String], String)] = [
      (["--top", "5"], "--summary"), (["--summary", "--top", "-1"], "--top"),
      (["--summary", "--top", "many"], "many"), (["--summary", "-x"], "-o"),
      (["--summary", "-f", "csv"], "csv"), (["--summary", "-f", "dot"], "dot"),
    ]

    @Test(arguments: usage)
    func `what makes no sense is refused in one line`(_ options: [String], _ word: String) async throws {
      let session = try Session()
      let trace = try await session.ipcdump(options + ["--", "touch", session.file("run")])
      #expect(trace.status == 64 && trace.output.isEmpty)
      #expect(
        trace.diagnosticLines.count == 1 && trace.diagnostics.contains(word), "\(trace.diagnostics)")
      #expect(!FileManager.default.fileExists(atPath: session.file("run")))
    }

    // MARK: - Reading

    static func summaries(_ output: Data) throws -> [SummaryEdges] {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try output.split(separator: UInt8(ascii: "\n")).map {
        try decoder.decode(SummaryEdges.self, from: Data($0))
      }
    }
  }
}
