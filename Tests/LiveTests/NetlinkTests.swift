import Testing

extension LiveTests {
  /// Netlink messages between processes, and with the kernel.
  @Suite(.serialized) struct NetlinkTests {
    static let scenarios = [
      Scenario("nl-one"),
      Scenario("nl-group"),
      Scenario("nl-batch"),
      Scenario("nl-cut"),
      Scenario("nl-unread"),
      Scenario("nl-overrun"),
      Scenario("nl-alike"),
      Scenario("nl-quiet"),
    ]

    @Test(arguments: scenarios, Hook.allCases)
    func `every receiver's message is told once`(_ scenario: Scenario, _ hook: Hook) async throws {
      try await scenario.expectExactTrace(hook)
    }

    static let optional = [Scenario("nl-udev"), Scenario("nl-crowd"), Scenario("nl-compat")]

    @Test(arguments: optional, Hook.allCases)
    func `so is what only root, or some kernels, can do`(_ scenario: Scenario, _ hook: Hook) async throws {
      try await scenario.skipUnlessPlayable()
      try await scenario.expectExactTrace(hook)
    }

    static let ofKernel = [
      Scenario("nl-kernel", options: ["--kernel-netlink", "-t", "netlink"]),
      Scenario("nl-uevent", options: ["--kernel-netlink", "-t", "netlink"]),
    ]

    @Test(arguments: ofKernel, Hook.allCases)
    func `the kernel is an end if it is asked for`(_ scenario: Scenario, _ hook: Hook) async throws {
      try await scenario.skipUnlessPlayable()
      try await scenario.expectExactTrace(hook)
    }

    static let late = [Scenario("nl-before")]

    @Test(arguments: late, Hook.allCases)
    func `of what was sent before the trace the sender is not known`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      try await scenario.expectExactLateTrace(hook)
    }

    @Test(arguments: Hook.allCases)
    func `it is traced alone`(_ hook: Hook) async throws {
      try await Scenario("nl-group", options: ["-t", "nl"]).expectExactTrace(hook)
    }
  }
}
