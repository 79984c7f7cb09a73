import Foundation
import Glibc
import Testing

extension LiveTests {
  /// A ring that is too small for what comes: loss is told, nothing breaks, and what comes later is right again.
  @Suite(
    .serialized,
    .sensitiveToLoad(
      "a burst must overrun a ring that nobody reads for 400 ms, or must not overrun a large one"))
  struct LossTests {
    /// A burst at full speed while ipcdump is stopped, so that its ring must overflow; then quiet traffic.
    private func overrun(_ options: [String], keeps: Bool = false) async throws -> (Session, Trace) {
      let session = try Session()
      let options = options + (keeps ? session.keeping : [])
      let gates = ["--ready", session.file("ready"), "--wait-for", session.file("go")]
      let scenario = ["burst", "--count", "50000", "--size", "512", "--ms", "1500"] + gates
      let ipcdump = try session.startIPCDump(
        session.recording + ["-t", "pipe", "--buffer-size=64k"] + options + session.actorCommand(scenario))
      _ = try await session.announcedPids()
      try await session.letGo(past: ipcdump)
      return (session, try await session.finish(ipcdump))
    }

    @Test(arguments: Hook.allCases)
    func `an overrun is counted and told, and later events are right again`(_ hook: Hook) async throws {
      let (session, trace) = try await overrun([hook.option], keeps: true)
      try await session.expectSameReplay(of: trace)
      #expect(trace.status == 0, "\(trace.diagnostics)")
      let closing = try #require(trace.closing, "\(trace.diagnostics)")
      let losses = try #require(trace.lines).losses
      #expect(closing.captured == trace.events.count)
      #expect(closing.lost > 0)
      #expect(closing.lost == losses.map(\.count).reduce(0, +))
      #expect(losses.allSatisfy { $0.lostType == "pipe" && $0.count > 0 && $0.bytes >= 0 })

      let truth = try session.truth()
      let totals = try #require(truth.totals.first)
      let seen = trace.events.filter { $0.meta.pipeInode == totals.meta.pipeInode && $0.delivered != false }
      let moved = totals.meta.count ?? 0
      #expect(seen.count <= totals.reads)
      #expect(seen.compactMap(\.meta.count).reduce(0, +) <= moved)
      #expect(seen.count + closing.lost >= totals.reads, "transfers vanished without a word")
      let quiet = trace.events.filter { $0.meta.pipeInode != totals.meta.pipeInode }
      expectExact(quiet, truth.events)
      expectOrderedByTime(trace.events)
    }

    @Test func `-L leaves the reports of loss out, not the closing line's figure`() async throws {
      let (_, trace) = try await overrun(["-L"])
      #expect(trace.status == 0, "\(trace.diagnostics)")
      #expect(trace.lines?.losses.isEmpty == true)
      #expect((trace.closing?.lost ?? 0) > 0, "\(trace.diagnostics)")
    }

    @Test(arguments: Hook.allCases)
    func `a busy pipe is told without loss by a ring that is large enough`(_ hook: Hook) async throws {
      let session = try Session()
      let options = [hook.option, "-t", "pipe", "--buffer-size=64M"]
      let scenario = ["burst", "--count", "20000", "--size", "512", "--ms", "1"]
      let trace = try await session.trace(scenario, options: options)
      trace.expectClean()
      let truth = try session.truth()
      let totals = try #require(truth.totals.first)
      let seen = trace.events.filter { $0.meta.pipeInode == totals.meta.pipeInode }
      #expect(seen.count == totals.reads)
      #expect(seen.compactMap(\.meta.count).reduce(0, +) == totals.meta.count)
      #expect(seen.allSatisfy { $0.inferred == nil && $0.delivered != false })
    }

    /// Each takes in nothing of what goes on beside it.
    static let scopes = [
      ["-p", "2"], ["-P", "no such name"], ["-S", "nobody", "-d", "2"], ["-t", "signal"],
    ]

    @Test(arguments: scopes, Hook.allCases)
    func `what a filter leaves out fills no buffer`(_ scope: [String], _ hook: Hook) async throws {
      let session = try Session()
      let (actor, pids) = try await session.startHalted(["burst", "--count", "5000", "--size", "512"])
      // `-t signal` alone would trace everybody's signals.
      let bound = scope[0] == "-t" ? ["-p", "\(pids[0])"] : []
      let ipcdump = try session.startIPCDump(
        session.recording + ["--buffer-size=64k", hook.option] + scope + bound)
      try await session.untilAttached(ipcdump)
      ipcdump.send(SIGSTOP)
      try session.letGo()
      #expect(try await actor.wait().status == 0)
      ipcdump.send(SIGCONT)
      ipcdump.send(SIGINT)
      let trace = try await session.finish(ipcdump)
      #expect(
        trace.status == 0 && trace.closing.map { [$0.captured, $0.lost] } == [0, 0], "\(trace.diagnostics)")
      #expect(trace.lines?.losses.isEmpty == true && trace.events.isEmpty)
    }
  }
}
