import Testing

extension LiveTests {
  @Suite(.serialized) struct InternetUDPTests {
    static let scenarios =
      Scenario.over(
        Sockets.udp,
        [
          "socket-ping-pong --size 64 --count 100", "socket-ping-pong --size 30000 --count 20",
          "socket-flow --size 30000", "socket-exited", "socket-unread", "socket-peek", "socket-calls",
          "socket-batch", "socket-failures", "socket-forked", "socket-threads", "socket-cut",
          "socket-cut --size 20000", "socket-empty", "socket-alternate", "udp-senders", "udp-cork",
          "udp-reuse-port", "udp-closed-port",
        ])
      + Scenario.over(
        ["udp-mapped"],
        ["socket-ping-pong", "socket-flow --size 30000", "socket-exited", "socket-calls", "udp-senders"])

    @Test(arguments: scenarios, Hook.allCases)
    func `every datagram is told once, with the right ends and bytes`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      try await scenario.expectExactTrace(hook)
    }

    /// What not every kernel and host has.
    static let hostScenarios =
      Scenario.over(Sockets.udp, ["udp-segments", "udp-joined-segments", "socket-ping-pong --address own"])
      + Scenario.over(["udp4"], ["socket-ping-pong --address 127.0.0.2", "udp-multicast"])

    @Test(arguments: hostScenarios, Hook.allCases)
    func `segments, groups and other addresses of this host are told`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      try await scenario.skipUnlessPlayable()
      try await scenario.expectExactTrace(hook)
    }

    @Test(arguments: Hook.allCases)
    func `a file sent into a socket is told with its ends`(_ hook: Hook) async throws {
      try await Scenario("socket-splice", "--kind", "udp4").expectExactRoute(hook)
    }

    static let compat = Scenario.over(["udp6"], "socket-compat")

    @Test(arguments: compat, Hook.allCases)
    func `32-bit calls are told`(_ scenario: Scenario, _ hook: Hook) async throws {
      try await scenario.skipUnlessPlayable()
      try await scenario.expectExactTrace(hook)
    }

    static let late = Scenario.over(Sockets.udp + ["udp-mapped"], "socket-preexisting")

    @Test(arguments: late, Hook.allCases)
    func `sockets that were there before the trace are known`(_ scenario: Scenario, _ hook: Hook) async throws
    {
      try await scenario.expectExactLateTrace(hook)
    }
  }
}
