import Testing

extension LiveTests {
  /// What one process does to another one.
  @Suite(.serialized) struct AccessTests {
    static let memory = [
      Scenario("vm-read"),
      Scenario("vm-read", "--size", "100000"),
      Scenario("vm-write"),
      Scenario("vm-write", "--size", "100000"),
      Scenario("vm-thread"),
      Scenario("vm-failed"),
      Scenario("vm-file"),
      Scenario("vm-file", "--size", "70000"),
    ]
    static let compat = [Scenario("vm-compat")]

    @Test(arguments: memory, Hook.allCases)
    func `memory that is read or written is told once, with where it was and its bytes`(
      _ scenario: Scenario, _ hook: Hook
    ) async throws {
      try await scenario.expectExactTrace(hook)
    }

    @Test(arguments: compat, Hook.allCases)
    func `so is that of 32-bit callers`(_ scenario: Scenario, _ hook: Hook) async throws {
      try await scenario.skipUnlessPlayable()
      try await scenario.expectExactTrace(hook)
    }

    static let tracing = [Scenario("ptrace-attach"), Scenario("ptrace-seize")]

    @Test(arguments: tracing, Hook.allCases)
    func `tracers are told when they attach and when they change something`(
      _ scenario: Scenario, _ hook: Hook
    ) async throws {
      try await scenario.expectExactTrace(hook)
    }

    static let taking = [Scenario("getfd-pipe"), Scenario("getfd-files")]

    @Test(arguments: taking, Hook.allCases)
    func `a descriptor that is taken is told, and what then goes through it`(
      _ scenario: Scenario, _ hook: Hook
    ) async throws {
      try await scenario.expectExactTrace(hook)
    }

    @Test(arguments: [("vm", "vm-read"), ("pt", "ptrace-attach"), ("pf", "getfd-files")], Hook.allCases)
    func `each type is traced alone`(_ example: (type: String, scenario: String), _ hook: Hook) async throws {
      let session = try Session()
      let trace = try await session.trace([example.scenario], options: ["-t", example.type, hook.option])
      trace.expectClean()
      expectExact(trace.events, try session.truth().events)
    }
  }
}
