import Foundation
import Glibc
import Testing

extension LiveTests {
  /// Who waits by poll, select, epoll and splice, and for whom.
  @Suite(.serialized) struct SummaryWaitTests {
    /// What the roles of `waiting-sets` wait for, in their order: operation, type, and among how many.
    private static let roles: [(call: String, waits: [(String, String)], among: Int)] = [
      ("poll", [("read", "pipe"), ("read", "unix-stream")], 2),
      ("poll", [("write", "pipe")], 1),
      ("poll", [("read", "pipe"), ("read", "eventfd")], 2),
      ("poll", [("write", "pipe")], 1),
      ("poll", [("read", "pipe"), ("read", "loopback-tcp"), ("read", "eventfd")], 3),
      ("poll", [("read", "unix-stream")], 1),
      ("transfer", [("read", "pipe")], 1),
      ("transfer", [("write", "pipe")], 1),
      ("transfer", [("read", "pipe")], 1),
      ("transfer", [("write", "pipe")], 1),
      ("transfer", [("write", "pipe")], 1),
      ("poll", [("read", "loopback-udp")], 1),
      ("poll", [], 0),
      // Of 100 pipes, 64 are told, and one thing else that stands for the others.
      ("poll", Array(repeating: ("read", "pipe"), count: 64), 65),
    ]

    private static func expected(_ pids: [Int]) -> [SummaryWait: Int] {
      var waits: [SummaryWait: Int] = [:]
      for (pid, role) in zip(pids.dropFirst(), roles) {
        for (operation, type) in role.waits {
          // Anybody may send to a UDP socket; who has an eventfd is not looked at.
          let wait = SummaryWait(
            pid: pid, tid: pid, operation: operation, type: type,
            waitsFor: ["loopback-udp", "eventfd"].contains(type) ? nil : [pids[0]], call: role.call,
            among: role.among)
          waits[wait, default: 0] += 1
        }
      }
      return waits
    }

    @Test(arguments: Hook.allCases)
    func `every thread is told with what it waits for, and with nothing else`(_ hook: Hook) async throws {
      let session = try Session()
      let (actor, pids) = try await session.startHalted(["waiting-sets"])
      let ipcdump = try session.startIPCDump([
        "-q", "--summary", "-f", "json", hook.option, "-p", pids.map(String.init).joined(separator: ","),
      ])
      try await session.untilAttached(ipcdump)
      let expected = Self.expected(pids)
      let summary = try await session.nextSummary(of: ipcdump) { $0.waits(of: pids) == expected }
      #expect(summary.blocked?.allSatisfy { $0.waitingNs != nil } == true)
      ipcdump.send(SIGINT)
      #expect(try await session.finish(ipcdump).status == 0)
      try session.letGo()
      #expect(try await actor.wait().status == 0)
    }

    @Test func `of types that are not traced, and of others' channels, nothing is told`() async throws {
      let session = try Session()
      let (actor, pids) = try await session.startHalted(["waiting-sets"])
      // The first role waits at a pipe and a socket.
      let ipcdump = try session.startIPCDump([
        "-q", "--summary", "-f", "json", "-t", "unix-stream", "-p", "\(pids[1])",
      ])
      try await session.untilAttached(ipcdump)
      let expected = SummaryWait(
        pid: pids[1], tid: pids[1], operation: "read", type: "unix-stream", waitsFor: [pids[0]], call: "poll",
        among: 2)
      _ = try await session.nextSummary(of: ipcdump) { $0.waits(of: pids) == [expected: 1] }
      ipcdump.send(SIGINT)
      #expect(try await session.finish(ipcdump).status == 0)
      try session.letGo()
      #expect(try await actor.wait().status == 0)
    }

    @Test(.needsPython) func `what will never end is said as well, and kept in a capture`() async throws {
      let session = try Session()
      let script = """
        import subprocess, sys
        words = [sys.executable, "-c", "import sys; sys.stderr.write('x' * 200000)"]
        subprocess.Popen(words, stderr=subprocess.PIPE).wait()
        """
      try session.folder.create("popen.py", script)
      let ipcdump = try session.startIPCDump([
        "-q", "--summary", "-f", "json", "-w", session.file("t.pcapng"), "--", "python3",
        session.file("popen.py"),
      ])
      try await session.untilAttached(ipcdump)
      let summary = try await session.nextSummary(of: ipcdump) { $0.deadlocks?.isEmpty == false }
      let deadlock = try #require(summary.deadlocks?.first)
      #expect(deadlock.kind == "cycle")
      #expect(deadlock.pids.count == 2)
      for pid in deadlock.pids { kill(pid_t(pid), SIGKILL) }
      _ = try await session.finish(ipcdump)
      // A capture has it although nobody waits any more.
      let replay = try await session.ipcdump([
        "-q", "-r", session.file("t.pcapng"), "--summary", "-f", "json",
      ])
      #expect(try SummaryTests.summaries(replay.output).last?.deadlocks?.map(\.pids) == [deadlock.pids])
      let text = try await session.ipcdump(["-q", "-r", session.file("t.pcapng"), "--summary"])
      #expect(
        String(decoding: text.output, as: UTF8.self).contains("\nDEADLOCK of \(deadlock.pids[0])(python3)"))
      let page = session.file("t.html")
      #expect(try await session.ipcdump(["report", session.file("t.pcapng"), "-o", page]).status == 0)
      let html = try session.folder.text("t.html")
      #expect(html.contains(#""waitSentences":"DEADLOCK of \#(deadlock.pids[0])(python3)"#))
      #expect(html.contains(#"\"kind\":\"cycle\""#))
    }
  }
}
