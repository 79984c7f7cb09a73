import Testing

extension LiveTests {
  /// Operations that were submitted through io_uring, whoever of the kernel's threads carried them out.
  @Suite(.serialized) struct UringTests {
    static func over(_ kinds: [String], _ modes: [String]) -> [Scenario] {
      modes.flatMap { mode in kinds.map { Scenario("uring", "--kind", $0, "--mode", mode) } }
    }

    static let scenarios =
      over(["pipe", "unix-stream", "tcp4"], ["plain", "async", "sqpoll", "awaited", "thread", "batch"])
      + over(["unix-dgram", "unix-seqpacket", "udp4"], ["plain", "async", "awaited", "batch"])

    @Test(arguments: scenarios, Hook.allCases)
    func `reads, writes, sends and receives are the submitting process's`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      try await scenario.skipUnlessPlayable()
      try await scenario.expectExactTrace(hook)
    }

    @Test(arguments: Hook.allCases)
    func `reads of a batch are told where they were, so that nothing is missed there`(_ hook: Hook)
      async throws
    {
      // A write of which no read was told is let go after a second (PositionMatcher.stale).
      let scenario = Scenario("uring", "--kind", "tcp4", "--mode", "batch", "--ms", "1200")
      try await scenario.skipUnlessPlayable()
      try await scenario.expectExactTrace(hook)
    }

    static let special = [
      Scenario("uring-linked"),
      Scenario("uring-linked", "--kind", "unix-stream"),
      Scenario("uring-splice"),
      Scenario("uring-multishot", "--kind", "unix-stream"),
      Scenario("uring-multishot", "--kind", "tcp4"),
      Scenario("uring-zero-copy"),
      Scenario("uring-terminal"),
      Scenario("uring-failures"),
    ]

    @Test(arguments: special, Hook.allCases)
    func `chains, splices and operations that complete several times`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      try await scenario.skipUnlessPlayable()
      try await scenario.expectExactTrace(hook)
    }
  }
}
