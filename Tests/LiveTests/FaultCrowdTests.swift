import Foundation
import Testing

extension LiveTests {
  /// Very much at once: channels that were open before, processes, tracers.
  @Suite struct FaultCrowdTests {
    /// What is open: lanes of a kind, of which a socket's has two.
    static let crowds = [("pipe", 100_000), ("unix-stream", 5000), ("tcp4", 5000)]

    @Test("an exchange over a few of very many open channels is exact", arguments: zip(crowds, Hook.inTurn))
    func channels(_ crowd: (kind: String, count: Int), _ hook: Hook) async throws {
      let session = try Session()
      let scenario = ["crowd-channels", "--kind", crowd.kind, "--count", "\(crowd.count)", "--writers", "20"]
      let trace = try await session.attach(to: scenario) { pids in
        [hook.option, "-p", pids.map(String.init).joined(separator: ",")]
      }
      trace.expectClean()
      expectExact(trace.events, try session.truth().events)
    }

    @Test(
      "2,000 processes that start each other and send one message are all seen",
      arguments: zip(["pipe", "unix-dgram"], Hook.inTurn))
    func processes(_ kind: String, _ hook: Hook) async throws {
      let session = try Session()
      let trace = try await session.trace(["crowd-processes", "--kind", kind], options: [hook.option])
      trace.expectClean()
      let truth = try session.truth().events
      #expect(Set(truth.map(\.srcPid)).count == 2000)
      expectExact(trace.events, truth)
    }

    @Test("two that trace the same are both exact", arguments: zip(["mixed", "mesh"], Hook.inTurn))
    func twoTracers(_ scenario: String, _ hook: Hook) async throws {
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
