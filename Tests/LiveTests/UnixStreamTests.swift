import Testing

extension LiveTests {
  @Suite(.serialized) struct UnixStreamTests {
    static let scenarios = Scenario.over(
      Sockets.unixStream,
      [
        "socket-ping-pong --size 64 --count 100", "socket-ping-pong --size 65536 --count 20",
        "socket-flow", "socket-long", "socket-exited", "socket-unread", "socket-half-close", "socket-peek",
        "socket-calls", "socket-batch", "socket-failures", "socket-forked", "socket-threads",
        "socket-waitall",
      ])

    @Test(arguments: scenarios, Hook.allCases)
    func `every transfer is told once, with the right ends and bytes`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      try await scenario.expectExactTrace(hook)
    }

    static let serverScenarios = Scenario.over(
      Sockets.unixStream,
      [
        "server-fork", "server-prefork", "server-poll", "server-handed", "server-orphan", "server-activated",
        "server-early-clients", "server-deaf", "server-poll --writers 2 --name relative",
        "server-poll --writers 2 --name abstract", "server-poll --writers 2 --name nul",
        "server-poll --writers 2 --name auto",
      ])

    @Test(arguments: serverScenarios, Hook.allCases)
    func `whoever receives is told, however it came by the connection, and the server's name`(
      _ scenario: Scenario, _ hook: Hook
    ) async throws {
      try await scenario.expectExactTrace(hook)
    }

    static let urgent = Scenario.over(Sockets.unixStream, ["socket-urgent", "socket-urgent-inline"])

    @Test(arguments: urgent, Hook.allCases)
    func `an urgent byte is told once`(_ scenario: Scenario, _ hook: Hook) async throws {
      try await scenario.skipUnlessPlayable()
      try await scenario.expectExactTrace(hook)
    }

    @Test(arguments: Hook.allCases)
    func `bytes that are spliced in and out are told with their ends`(_ hook: Hook) async throws {
      try await Scenario("socket-splice", "--kind", "unix-stream").expectExactRoute(hook)
    }

    static let compat = Scenario.over(Sockets.unixStream, "socket-compat")

    @Test(arguments: compat, Hook.allCases)
    func `32-bit calls are told`(_ scenario: Scenario, _ hook: Hook) async throws {
      try await scenario.skipUnlessPlayable()
      try await scenario.expectExactTrace(hook)
    }

    static let late = Scenario.over(
      Sockets.unixStream, ["socket-preexisting", "socket-unaccepted", "server-standing"])

    @Test(arguments: late, Hook.allCases)
    func `sockets that were there before the trace are known`(_ scenario: Scenario, _ hook: Hook) async throws
    {
      try await scenario.expectExactLateTrace(hook)
    }
  }
}
