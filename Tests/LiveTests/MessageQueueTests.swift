import Testing

extension LiveTests {
  /// POSIX and SysV message queues.
  @Suite(.serialized) struct MessageQueueTests {
    static let scenarios = [
      Scenario("mq-priorities"),
      Scenario("mq-unasked"),
      Scenario("mq-full"),
      Scenario("mq-waiting"),
      Scenario("mq-unread"),
      Scenario("mq-failing"),
      Scenario("mq-alike"),
      Scenario("mq-crowd"),
      Scenario("msg-types"),
      Scenario("msg-cut"),
      Scenario("msg-removed"),
      Scenario("msg-full"),
      Scenario("msg-waiting"),
      Scenario("msg-crowd"),
    ]

    @Test(arguments: scenarios, Hook.allCases)
    func `every message is told once, with who had sent it`(_ scenario: Scenario, _ hook: Hook) async throws {
      try await scenario.expectExactTrace(hook)
    }

    static let optional = [Scenario("msg-copied"), Scenario("msg-compat")]

    @Test(arguments: optional, Hook.allCases)
    func `so is what some kernels only can do`(_ scenario: Scenario, _ hook: Hook) async throws {
      try await scenario.skipUnlessPlayable()
      try await scenario.expectExactTrace(hook)
    }

    static let late = [Scenario("mq-before")]

    @Test(arguments: late, Hook.allCases)
    func `of what lay there before the trace the sender is not known`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      try await scenario.expectExactLateTrace(hook)
    }

    @Test(arguments: [("mq", "mq-priorities"), ("sm", "msg-types")], Hook.allCases)
    func `each type is traced alone`(_ example: (type: String, scenario: String), _ hook: Hook) async throws {
      try await Scenario(example.scenario, options: ["-t", example.type]).expectExactTrace(hook)
    }
  }
}
