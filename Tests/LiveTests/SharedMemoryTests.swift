import Foundation
import Testing

extension LiveTests {
  @Suite(.serialized) struct SharedMemoryTests {
    static let scenarios = [
      Scenario("shm-lent"),
      Scenario("shm-read-only"),
      Scenario("shm-readers"),
      Scenario("shm-parts"),
      Scenario("shm-forked"),
      Scenario("shm-killed"),
      Scenario("shm-exec"),
      Scenario("shm-sysv"),
      Scenario("shm-named"),
      Scenario("shm-moved"),
      Scenario("shm-silent"),
    ]

    @Test(arguments: scenarios, Hook.allCases)
    func `is told when the later process maps it and when one lets go`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      let session = try Session()
      let trace = try await session.trace(scenario.words, options: ["-t", "sh", hook.option])
      trace.expectClean()
      expectExact(trace.events.withoutArenas, try session.truth().events)
    }

    static let compat = [Scenario("shm-compat")]

    @Test(arguments: compat, Hook.allCases)
    func `so is that of 32-bit callers`(_ scenario: Scenario, _ hook: Hook) async throws {
      try await scenario.skipUnlessPlayable()
      let session = try Session()
      let trace = try await session.trace(scenario.words, options: ["-t", "sh", hook.option])
      expectExact(trace.events.withoutArenas, try session.truth().events)
    }

    static let late = [Scenario("shm-before")]

    @Test(arguments: late, Hook.allCases)
    func `is known if it was mapped before the trace`(_ scenario: Scenario, _ hook: Hook) async throws {
      let session = try Session()
      let trace = try await session.attach(to: scenario.words) { pids in
        [hook.option, "-t", "sh", "-p", "\(pids[0])"]
      }
      trace.expectClean()
      expectExact(trace.events.withoutArenas, try session.truth().events)
    }

    @Test func `is no part of what all types are`() async throws {
      let session = try Session()
      let trace = try await session.trace(["shm-forked"], options: ["-t", "all"])
      #expect(trace.events.allSatisfy { $0.type != "shared-memory" })
    }
  }
}
