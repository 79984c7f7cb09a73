import Testing

extension LiveTests {
  @Suite(.serialized) struct SignalTests {
    static let scenarios = [
      Scenario("signal-kill"),
      Scenario("signal-tgkill"),
      Scenario("signal-sigqueue"),
      Scenario("signal-rt"),
      Scenario("signal-pidfd"),
      Scenario("signal-group"),
      Scenario("signal-exit"),
      Scenario("signal-ignored"),
      Scenario("signal-pending"),
      Scenario("signal-overflow"),
      // Only an inquiry: no signal, no event.
      Scenario("signal-none"),
    ]

    @Test(arguments: scenarios, Hook.allCases)
    func `every signal is told once, with its ends, code, value and result`(
      _ scenario: Scenario, _ hook: Hook
    ) async throws {
      try await scenario.expectExactTrace(hook)
    }

    @Test func `what the kernel itself signals is no communication`() async throws {
      // SIGCHLD for each child, SIGPIPE for `yes`, and nothing that a process sent.
      let session = try Session()
      let trace = try await session.trace(shell: "true & wait; yes | head -n 1", options: ["-t", "signal"])
      trace.expectClean()
      expectExact(trace.events, [])
    }
  }
}
