import Testing

extension LiveTests {
  @Suite struct UnixStreamTests {
    static let scenarios = Scenario.over(
      Sockets.unixStream,
      [
        "socket-ping-pong --size 64 --count 100", "socket-ping-pong --size 65536 --count 20",
        "socket-flow", "socket-long", "socket-exited", "socket-unread", "socket-half-close", "socket-peek",
        "socket-calls", "socket-batch", "socket-failures", "socket-forked", "socket-threads",
        "socket-waitall",
      ])

    @Test("every transfer is told once, with the right ends and bytes", arguments: scenarios, Hook.allCases)
    func exact(_ scenario: Scenario, _ hook: Hook) async throws {
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

    @Test(
      "whoever receives is told, however it came by the connection, and the server's name",
      arguments: serverScenarios, Hook.allCases)
    func servers(_ scenario: Scenario, _ hook: Hook) async throws {
      try await scenario.expectExactTrace(hook)
    }

    static let urgent = Scenario.over(Sockets.unixStream, ["socket-urgent", "socket-urgent-inline"])

    @Test("an urgent byte is told once", arguments: urgent, Hook.allCases)
    func urgentBytes(_ scenario: Scenario, _ hook: Hook) async throws {
      try await scenario.skipUnlessPlayable()
      try await scenario.expectExactTrace(hook)
    }

    @Test("bytes that are spliced in and out are told with their ends", arguments: Hook.allCases)
    func spliced(_ hook: Hook) async throws {
      try await Scenario("socket-splice", "--kind", "unix-stream").expectExactRoute(hook)
    }

    static let compat = Scenario.over(Sockets.unixStream, "socket-compat")

    @Test("32-bit calls are told", arguments: compat, Hook.allCases)
    func compatCalls(_ scenario: Scenario, _ hook: Hook) async throws {
      try await scenario.skipUnlessPlayable()
      try await scenario.expectExactTrace(hook)
    }

    static let late = Scenario.over(
      Sockets.unixStream, ["socket-preexisting", "socket-unaccepted", "server-standing"])

    @Test("sockets that were there before the trace are known", arguments: late, Hook.allCases)
    func preexisting(_ scenario: Scenario, _ hook: Hook) async throws {
      try await scenario.expectExactLateTrace(hook)
    }
  }
}
