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

    @Test(arguments: scenarios, Hook.allCases)
    func `a wake that ends another process's wait is told once`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      let session = try Session()
      let trace = try await session.trace(scenario.words, options: ["-t", "fx", hook.option])
      trace.expectClean()
      expectExact(trace.events.withoutArenas, try session.truth().events)
    }

    static let optional = [Scenario("futex-vector"), Scenario("futex-compat")]

    @Test(arguments: optional, Hook.allCases)
    func `so is what some kernels only can do`(_ scenario: Scenario, _ hook: Hook) async throws {
      try await scenario.skipUnlessPlayable()
      let session = try Session()
      let trace = try await session.trace(scenario.words, options: ["-t", "fx", hook.option])
      expectExact(trace.events.withoutArenas, try session.truth().events)
    }

    static let late = [Scenario("futex-before")]

    @Test(arguments: late, Hook.allCases)
    func `so is one that ends a wait from before the trace`(_ scenario: Scenario, _ hook: Hook) async throws {
      let session = try Session()
      let trace = try await session.attach(to: scenario.words) { pids in
        [hook.option, "-t", "fx", "-p", "\(pids[0])"]
      }
      trace.expectClean()
      expectExact(trace.events.withoutArenas, try session.truth().events)
    }
  }
}
