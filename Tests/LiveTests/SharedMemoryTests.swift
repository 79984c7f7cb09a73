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

    /// What all actors share to know what to do is not of their truth.
    private static func own(_ events: [TracedEvent]) -> [TracedEvent] {
      events.filter { $0.meta.object != "memfd:ipc-actor-truth" }
    }

    @Test(arguments: scenarios, Hook.allCases)
    func `is told when the later process maps it and when one lets go`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      let session = try Session()
      let trace = try await session.trace(scenario.words, options: ["-t", "sh", hook.option])
      trace.expectClean()
      expectExact(Self.own(trace.events), try session.truth().events)
    }

    static let compat = [Scenario("shm-compat")]

    @Test(arguments: compat, Hook.allCases)
    func `so is that of 32-bit callers`(_ scenario: Scenario, _ hook: Hook) async throws {
      try await scenario.skipUnlessPlayable()
      let session = try Session()
      let trace = try await session.trace(scenario.words, options: ["-t", "sh", hook.option])
      expectExact(Self.own(trace.events), try session.truth().events)
    }

    @Test(arguments: Hook.allCases)
    func `is known if it was mapped before the trace`(_ hook: Hook) async throws {
      let session = try Session()
      let trace = try await session.attach(to: ["shm-before"]) { pids in
        [hook.option, "-t", "sh", "-p", "\(pids[0])"]
      }
      trace.expectClean()
      expectExact(Self.own(trace.events), try session.truth().events)
    }

    @Test func `is no part of what all types are`() async throws {
      let session = try Session()
      let trace = try await session.trace(["shm-forked"], options: ["-t", "all"])
      #expect(trace.events.allSatisfy { $0.type != "shared-memory" })
    }
  }
}
