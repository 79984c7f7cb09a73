import Foundation
import Testing

extension LiveTests {
  /// Very much at once: channels that were open before, processes, tracers.
  @Suite(.serialized, .sensitiveToLoad("very much is started and told in bounded time"))
  struct FaultCrowdTests {
    /// What is open, in lanes, and of how many of the 20 processes that receive it is traced.
    static let crowds = [
      Crowd(kind: "pipe", lanes: 100_000, traced: 10), Crowd(kind: "unix-stream", lanes: 5000, traced: 20),
      Crowd(kind: "tcp4", lanes: 5000, traced: 20),
    ]

    struct Crowd {
      var kind: String
      var lanes: Int
      var traced: Int
    }

    @Test(arguments: zip(crowds, Hook.inTurn))
    func `an exchange over a few of very many open channels is exact`(_ crowd: Crowd, _ hook: Hook)
      async throws
    {
      let session = try Session()
      let scenario = ["crowd-channels", "--kind", crowd.kind, "--count", "\(crowd.lanes)", "--writers", "20"]
      let (actor, pids) = try await session.startHalted(scenario)
      // Who sends is none of the traced, and seen only because the channels are known from the start.
      let traced = Set(stride(from: 0, to: 2 * crowd.traced, by: 2).map { pids[$0] })
      let scope = ["-v", hook.option, "-p", traced.map(String.init).joined(separator: ",")]
      let ipcdump = try session.startIPCDump(session.recording + scope)
      // Programs that are attached are not enough: it takes a while to look at so many channels.
      #expect(
        try await eventually(seconds: 60) {
          try session.folder.text("ipcdump.err").contains(" tracing, with ")
        })
      try session.letGo()
      #expect(try await actor.wait().status == 0)
      let truth = try session.truth().events.filter { traced.contains($0.dstPid) }
      #expect(truth.count == 5 * crowd.traced)
      let trace = try await session.finish(ipcdump, whenItHasTold: truth)
      #expect(trace.status == 0 && trace.closing?.lost == 0, "\(trace.diagnostics)")
      expectExact(trace.events, truth)
    }

    @Test(arguments: zip(["pipe", "unix-dgram"], Hook.inTurn))
    func `2,000 processes that start each other and send one message are all seen`(
      _ kind: String, _ hook: Hook
    ) async throws {
      let session = try Session()
      let trace = try await session.trace(["crowd-processes", "--kind", kind], options: [hook.option])
      trace.expectClean()
      let truth = try session.truth().events
      #expect(Set(truth.map(\.srcPid)).count == 2000)
      expectExact(trace.events, truth)
    }

    @Test(arguments: zip(["mixed", "mesh"], Hook.inTurn))
    func `two that trace the same are both exact`(_ scenario: String, _ hook: Hook) async throws {
      let session = try Session()
      let other = try Session()
      let (actor, pids) = try await session.startHalted([scenario])
      let scope = [hook.option, "-p", pids.map(String.init).joined(separator: ",")]
      let ipcdumps = try [session, other].map { try $0.startIPCDump($0.recording + scope) }
      try await session.untilAttached(ipcdumps[0])
      try await other.untilAttached(ipcdumps[1])
      try session.letGo()
      #expect(try await actor.wait().status == 0)
      let truth = try session.truth().events
      for (session, ipcdump) in zip([session, other], ipcdumps) {
        let trace = try await session.finish(ipcdump, whenItHasTold: truth)
        trace.expectClean()
        expectExact(trace.events, truth)
      }
    }
  }
}

extension Session {
  /// Ends a trace by SIGINT as soon as its file has at least as many events as these, or does not grow to it.
  func finish(_ ipcdump: ChildProcess, whenItHasTold events: [TracedEvent]) async throws -> Trace {
    _ = try await eventually(seconds: 2) {
      guard let lines = try? EventLines(self.folder.contents("events")) else { return false }
      return lines.events.count >= events.count
    }
    ipcdump.send(SIGINT)
    return try await finish(ipcdump)
  }
}
