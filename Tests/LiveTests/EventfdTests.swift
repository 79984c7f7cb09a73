import Testing

extension LiveTests {
  @Suite(.serialized) struct EventfdTests {
    static let scenarios = [
      Scenario("eventfd-one"),
      Scenario("eventfd-three"),
      Scenario("eventfd-semaphore"),
      Scenario("eventfd-initial"),
      Scenario("eventfd-overflow"),
      Scenario("eventfd-vector"),
      Scenario("eventfd-rounds"),
      Scenario("eventfd-crowd"),
    ]

    @Test(arguments: scenarios, Hook.allCases)
    func `what a read takes is told once for each who had added it`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      try await scenario.expectExactTrace(hook)
    }

    @Test(arguments: Hook.allCases) func `is traced alone`(_ hook: Hook) async throws {
      try await Scenario("eventfd-three", options: ["-t", "ev"]).expectExactTrace(hook)
    }
  }
}
