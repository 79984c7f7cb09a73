import Testing

extension LiveTests {
  /// Vsock connections within this host.
  @Suite(.serialized) struct VsockTests {
    static let scenarios = [
      Scenario("vs-both"),
      Scenario("vs-writers"),
      Scenario("vs-connections"),
      Scenario("vs-long"),
      Scenario("vs-packets"),
      Scenario("vs-unread"),
      Scenario("vs-compat"),
    ]

    @Test(arguments: scenarios, Hook.allCases)
    func `every transfer is told once, with the right ends`(_ scenario: Scenario, _ hook: Hook) async throws {
      try await scenario.skipUnlessPlayable()
      try await scenario.expectExactTrace(hook)
    }

    static let late = [Scenario("vs-before")]

    @Test(arguments: late, Hook.allCases)
    func `of a connection from before the trace sources are inferred`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      try await scenario.skipUnlessPlayable()
      try await scenario.expectExactLateTrace(hook)
    }
  }
}
