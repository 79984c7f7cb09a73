import Testing

extension LiveTests {
  /// Unix datagram and sequenced-packet sockets: one event a message.
  @Suite(.serialized) struct UnixMessageTests {
    static let kinds = Sockets.unixDatagram + Sockets.unixSeqpacket

    static let scenarios = Scenario.over(
      kinds,
      [
        "socket-ping-pong --size 64 --count 100", "socket-ping-pong --size 32768 --count 20",
        "socket-flow --size 32768", "socket-exited", "socket-unread", "socket-peek", "socket-calls",
        "socket-batch", "socket-failures", "socket-forked", "socket-threads", "socket-cut",
        "socket-cut --size 20000", "socket-empty",
      ])

    @Test(arguments: scenarios, Hook.allCases)
    func `every message is told once, with the right ends and bytes`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      try await scenario.expectExactTrace(hook)
    }

    static let names = ["path", "relative", "abstract", "nul", "auto"]

    @Test(arguments: names, Hook.allCases)
    func `datagrams to a name are told with it, whoever sent them`(_ name: String, _ hook: Hook) async throws
    {
      try await Scenario("dgram-senders", "--name", name).expectExactTrace(hook)
      try await Scenario("dgram-departed", "--name", name).expectExactTrace(hook)
    }

    @Test(arguments: Hook.allCases)
    func `one sender's datagrams are told with their several receivers`(_ hook: Hook) async throws {
      try await Scenario("socket-alternate", "--kind", "unix-dgram").expectExactTrace(hook)
    }

    static let serverScenarios = Scenario.over(
      Sockets.unixSeqpacket,
      [
        "socket-half-close", "server-fork", "server-prefork", "server-poll", "server-handed", "server-orphan",
        "server-activated", "server-early-clients", "server-deaf", "server-poll --writers 2 --name nul",
      ])

    @Test(
      arguments: serverScenarios, Hook.allCases
    )
    func `connections over sequenced packets are told as streams' are`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      try await scenario.expectExactTrace(hook)
    }

    @Test(arguments: Scenario.over(kinds, "socket-splice"))
    func `a file sent into a socket is told with its ends`(_ scenario: Scenario) async throws {
      for hook in Hook.allCases { try await scenario.expectExactRoute(hook) }
    }

    static let compat = Scenario.over(kinds, "socket-compat")

    @Test(arguments: compat, Hook.allCases)
    func `32-bit calls are told`(_ scenario: Scenario, _ hook: Hook) async throws {
      try await scenario.skipUnlessPlayable()
      try await scenario.expectExactTrace(hook)
    }

    static let late =
      Scenario.over(kinds, "socket-preexisting") + Scenario.over(Sockets.unixSeqpacket, "server-standing")

    @Test(arguments: late, Hook.allCases)
    func `sockets that were there before the trace are known`(_ scenario: Scenario, _ hook: Hook) async throws
    {
      try await scenario.expectExactLateTrace(hook)
    }
  }
}
