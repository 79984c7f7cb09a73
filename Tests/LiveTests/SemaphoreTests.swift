import Foundation
import Testing

extension LiveTests {
  /// SysV semaphores.
  @Suite(.serialized) struct SemaphoreTests {
    static let scenarios = [
      Scenario("sem-one"),
      Scenario("sem-zero"),
      Scenario("sem-several"),
      Scenario("sem-set"),
      Scenario("sem-undo"),
      Scenario("sem-chain"),
      Scenario("sem-zero-chain"),
      Scenario("sem-both"),
      Scenario("sem-failing"),
      Scenario("sem-crowd"),
      Scenario("sem-ring"),
      Scenario("sem-threads"),
    ]

    @Test(arguments: scenarios, Hook.allCases)
    func `a wait that ends well is told once, with who let it go on`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      try await scenario.expectExactTrace(hook)
    }

    static let compat = [Scenario("sem-compat")]

    @Test(arguments: compat, Hook.allCases)
    func `so is that of 32-bit callers`(_ scenario: Scenario, _ hook: Hook) async throws {
      try await scenario.skipUnlessPlayable()
      try await scenario.expectExactTrace(hook)
    }

    static let late = [Scenario("sem-before")]

    @Test(arguments: late, Hook.allCases)
    func `so is one that has begun before the trace`(_ scenario: Scenario, _ hook: Hook) async throws {
      try await scenario.expectExactLateTrace(hook)
    }

    @Test(arguments: Hook.allCases) func `are traced alone`(_ hook: Hook) async throws {
      try await Scenario("sem-chain", options: ["-t", "ss"]).expectExactTrace(hook)
    }
  }
}
