import Foundation
import Testing

extension LiveTests {
  /// Futexes between processes.
  @Suite(.serialized) struct FutexTests {
    static let scenarios = [
      Scenario("futex-wake"),
      Scenario("futex-several"),
      Scenario("futex-requeue"),
      Scenario("futex-wake-op"),
      Scenario("futex-pi"),
      Scenario("futex-robust"),
      Scenario("futex-mutex"),
      Scenario("futex-condition"),
      Scenario("futex-barrier"),
      Scenario("futex-semaphore"),
      Scenario("futex-silent"),
      Scenario("futex-vain"),
    ]

    /// By which actors wait for each other is not of their truth.
    private static func own(_ events: [TracedEvent]) -> [TracedEvent] {
      events.filter { $0.meta.object != "memfd:ipc-actor-truth" }
    }

    @Test(arguments: scenarios, Hook.allCases)
    func `a wake that ends another process's wait is told once`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      let session = try Session()
      let trace = try await session.trace(scenario.words, options: ["-t", "fx", hook.option])
      trace.expectClean()
      expectExact(Self.own(trace.events), try session.truth().events)
    }

    static let optional = [Scenario("futex-vector"), Scenario("futex-compat")]

    @Test(arguments: optional, Hook.allCases)
    func `so is what some kernels only can do`(_ scenario: Scenario, _ hook: Hook) async throws {
      try await scenario.skipUnlessPlayable()
      let session = try Session()
      let trace = try await session.trace(scenario.words, options: ["-t", "fx", hook.option])
      expectExact(Self.own(trace.events), try session.truth().events)
    }

    @Test(arguments: Hook.allCases)
    func `so is one that ends a wait from before the trace`(_ hook: Hook) async throws {
      let session = try Session()
      let trace = try await session.attach(to: ["futex-before"]) { pids in
        [hook.option, "-t", "fx", "-p", "\(pids[0])"]
      }
      trace.expectClean()
      expectExact(Self.own(trace.events), try session.truth().events)
    }
  }
}
