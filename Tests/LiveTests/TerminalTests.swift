import Testing

extension LiveTests {
  /// Pseudoterminals: what is typed and what is printed, as it was written.
  @Suite(.serialized) struct TerminalTests {
    static let scenarios = [
      Scenario("terminal-raw"),
      Scenario("terminal-plain"),
      Scenario("terminal-cooked"),
      Scenario("terminal-spliced"),
      Scenario("terminal-by-tty"),
      Scenario("terminal-flood", "--size", "65536"),
      Scenario("terminal-flood", "--size", "65536", "--count", "16"),
      Scenario("terminal-flood", "--size", "128", "--count", "512"),
      Scenario("terminal-flood", "--size", "4095", "--count", "16"),
    ]

    @Test(arguments: scenarios, Hook.allCases)
    func `typing and output are told once, as they were written`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      try await scenario.expectExactTrace(hook)
    }

    static let readers = [
      Scenario("terminal-readers"),
      Scenario("terminal-unread"),
      Scenario("terminal-unread-job"),
      Scenario("terminal-inherited"),
      Scenario("terminal-several"),
      Scenario("terminal-rally"),
    ]

    @Test(arguments: readers, Hook.allCases)
    func `whoever reads is told, or who is in the foreground`(_ scenario: Scenario, _ hook: Hook) async throws
    {
      try await scenario.expectExactTrace(hook)
    }

    @Test(arguments: Hook.allCases)
    func `a slave that was opened through its master has its name`(_ hook: Hook) async throws {
      try await Scenario("terminal-by-peer").skipUnlessPlayable()
      try await Scenario("terminal-by-peer").expectExactTrace(hook)
    }

    @Test func `-t pty leaves out the pipes beside it`() async throws {
      let session = try Session()
      let trace = try await session.trace(["terminal-spliced"], options: ["-t", "pty"])
      trace.expectClean()
      expectExact(trace.events, try session.truth().events.filter { $0.type == "pty" })
    }
  }
}
