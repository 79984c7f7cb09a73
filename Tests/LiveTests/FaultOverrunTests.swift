import Foundation
import Glibc
import Testing

extension LiveTests {
  /// ipcdump is too slow, or stopped: what it could not take is counted, nothing else changes.
  @Suite(.serialized) struct FaultOverrunTests {
    static let kinds = [
      "pipe", "unix-stream", "unix-dgram", "unix-seqpacket", "tcp4", "udp4", "signal",
    ]

    @Test(arguments: zip(kinds, Hook.inTurn))
    func `what is told and what is lost make up what was done; then all is right`(
      _ kind: String, _ hook: Hook
    ) async throws {
      let session = try Session()
      let gates = ["--ready", session.file("ready"), "--wait-for", session.file("go")]
      let command = try session.actorCommand(["fault-overrun", "--kind", kind] + gates)
      let scope = ["-t", kind == "signal" ? "signal" : "pipe,unix,lo"]
      let ipcdump = try session.startIPCDump(
        session.recording + ["--buffer-size=64k", hook.option] + scope + command)
      try await session.untilAnnounced(1)
      ipcdump.send(SIGSTOP)
      try session.letGo()
      try await session.untilAnnounced(2)
      ipcdump.send(SIGCONT)
      #expect(try await eventually(seconds: 20) { try session.folder.text("events").contains("lost_type") })
      try session.folder.create("go-on")
      let trace = try await session.finish(ipcdump)
      #expect(trace.status == 0, "\(trace.diagnostics)")
      let truth = try session.truth()

      let totals = try #require(truth.totals.first)
      let losses = try #require(trace.lines).losses
      let closing = try #require(trace.closing, "\(trace.diagnostics)")
      #expect(losses.map(\.count).reduce(0, +) == closing.lost)
      #expect(closing.lost > 0)
      #expect(trace.events.allSatisfy { $0.delivered != false })
      let later = truth.events.count
      let burst = trace.events.dropLast(later)
      #expect(burst.allSatisfy { kind == "signal" || $0.channel == totals.meta.pipeInode })
      #expect(burst.count + closing.lost == totals.reads)
      let seen = burst.compactMap(\.meta.count).reduce(0, +)
      #expect(seen + losses.map(\.bytes).reduce(0, +) == totals.meta.count)
      var events = Array(trace.events.suffix(later))
      // Whose the first bytes behind a loss are can only be concluded where a stream has no positions.
      if ["pipe", "unix-stream"].contains(kind), events.first?.inferred == ["src"] {
        events[0].inferred = nil
      }
      expectExact(events, truth.events)
    }

    @Test(arguments: Hook.allCases)
    func `while ipcdump is stopped nothing waits for it, and nothing is lost`(_ hook: Hook) async throws {
      let session = try Session()
      let rounds = 10_000
      let (actor, pids) = try await session.startHalted(["fault-rally", "--count", "\(2 * rounds)"])
      let ipcdump = try session.startIPCDump(session.recording + [hook.option, "-p", "\(pids[0])"])
      try await session.untilAttached(ipcdump)
      ipcdump.send(SIGSTOP)
      #expect(try await eventually(seconds: 5) { ipcdump.isStopped })
      try session.letGo()
      #expect(try await actor.wait().status == 0)
      // Longer than anything that ipcdump waits for.
      try await Task.sleep(for: .seconds(2))
      #expect(ipcdump.isStopped)
      ipcdump.send(SIGCONT)
      ipcdump.send(SIGINT)
      let trace = try await session.finish(ipcdump)
      trace.expectClean()
      // The ball carries its number, and comes back as it went.
      let strokes = (rounds..<2 * rounds).flatMap { ball in
        [[pids[0], pids[1], ball], [pids[1], pids[0], ball]]
      }
      let told = trace.events.map { event in
        [
          event.srcPid, event.dstPid,
          Int(String(decoding: event.bytes ?? Data(), as: UTF8.self), radix: 16) ?? -1,
        ]
      }
      #expect(told == strokes)
      #expect(trace.events.allSatisfy { $0.inferred == nil && $0.delivered != false })
    }
  }
}

extension Session {
  /// Until a halted actor has announced so many pids.
  func untilAnnounced(_ count: Int) async throws {
    let isAnnounced = try await eventually(seconds: 20) {
      (try? self.folder.text("ready"))?.split(separator: "\n").count == count
    }
    guard isAnnounced else { throw HarnessFailure(description: "the actor did not come so far") }
  }
}

extension ChildProcess {
  /// Whether it is stopped by a signal, as its state in /proc tells.
  var isStopped: Bool {
    let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
    // The name before the state may hold anything.
    return text.split(separator: ")").last?.hasPrefix(" T") == true
  }
}

extension TracedEvent {
  /// The pipe or the receiving socket.
  var channel: UInt64? { meta.pipeInode ?? meta.dstInode }
}
