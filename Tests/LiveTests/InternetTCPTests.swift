import Testing

extension LiveTests {
  @Suite(.serialized) struct InternetTCPTests {
    static let scenarios =
      Scenario.over(
        Sockets.tcp,
        [
          "socket-ping-pong --size 64 --count 100", "socket-flow", "socket-long", "socket-exited",
          "socket-unread",
          "socket-half-close", "socket-peek", "socket-calls", "socket-batch", "socket-failures",
          "socket-forked",
          "socket-threads", "socket-waitall", "socket-urgent", "socket-urgent-inline", "tcp-zero-copy",
          "tcp-same-ports", "tcp-nonblocking-connect",
        ])
      + Scenario.over(
        ["tcp-mapped"],
        [
          "socket-ping-pong", "socket-flow", "socket-exited", "socket-unread", "socket-calls",
          "socket-threads",
        ])

    @Test(arguments: scenarios, Hook.allCases)
    func `every transfer is told once, with the right ends and bytes`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      try await scenario.expectExactTrace(hook)
    }

    static let serverScenarios =
      Scenario.over(
        Sockets.tcp,
        [
          "server-fork", "server-prefork", "server-poll", "server-handed", "server-orphan",
          "server-activated",
          "server-early-clients", "server-deaf", "tcp-reuse-port",
        ]) + Scenario.over(["tcp-mapped"], ["server-fork", "server-poll", "server-deaf"])

    @Test(
      arguments: serverScenarios, Hook.allCases
    )
    func `whoever receives is told, however it came by the connection`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      try await scenario.expectExactTrace(hook)
    }

    /// What not every host has: other addresses, fast open, services with names.
    static let hostScenarios =
      Scenario.over(["tcp4"], "socket-ping-pong --address 127.0.0.2")
      + Scenario.over(
        Sockets.tcp, ["socket-ping-pong --address own", "server-poll --writers 2 --address own"])
      + Scenario.over(Sockets.tcp, ["tcp-fast-open", "tcp-named-service"])

    @Test(arguments: hostScenarios, Hook.allCases)
    func `all that stays on this host is told, by any of its addresses`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      try await scenario.skipUnlessPlayable()
      try await scenario.expectExactTrace(hook)
    }

    static let splicing = Scenario.over(Sockets.tcp, "socket-splice")

    @Test(arguments: splicing, Hook.allCases)
    func `bytes that are spliced in and out are told with their ends`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      try await scenario.expectExactRoute(hook)
    }

    static let compat = Scenario.over(["tcp4"], "socket-compat")

    @Test(arguments: compat, Hook.allCases)
    func `32-bit calls are told`(_ scenario: Scenario, _ hook: Hook) async throws {
      try await scenario.skipUnlessPlayable()
      try await scenario.expectExactTrace(hook)
    }

    static let late =
      Scenario.over(Sockets.tcp, ["socket-preexisting", "socket-unaccepted", "server-standing"])
      + Scenario.over(["tcp-mapped"], ["socket-preexisting", "server-standing"])

    @Test(arguments: late, Hook.allCases)
    func `sockets that were there before the trace are known`(_ scenario: Scenario, _ hook: Hook) async throws
    {
      try await scenario.expectExactLateTrace(hook)
    }
  }
}
