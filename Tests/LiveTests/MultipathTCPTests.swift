import Testing

extension LiveTests {
  /// Multipath TCP at both ends, or at one of a connection whose other end is plain TCP.
  @Suite(.serialized) struct MultipathTCPTests {
    static let kinds = ["mptcp4", "mptcp6", "mptcp-client", "mptcp-server"]

    static let scenarios =
      Scenario.over(
        ["mptcp4", "mptcp-client"],
        [
          "socket-ping-pong --size 64 --count 100", "socket-flow", "socket-long", "socket-exited",
          "socket-unread", "socket-half-close", "socket-peek", "socket-calls", "socket-batch",
          "socket-failures", "socket-waitall", "tcp-same-ports", "tcp-nonblocking-connect", "tcp-fast-open",
          "server-fork", "server-poll", "server-handed",
          "server-early-clients", "server-deaf",
        ])
      + Scenario.over(["mptcp6", "mptcp-server"], ["socket-ping-pong", "socket-unread", "server-fork"])

    @Test(arguments: scenarios, Hook.allCases)
    func `every transfer is told once, with the right ends and bytes`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      try await scenario.skipUnlessPlayable()
      try await scenario.expectExactTrace(hook)
    }

    /// Several threads or processes write to one connection, at times at once.
    static let sharing = Scenario.over(["mptcp4", "mptcp-client"], ["socket-forked", "socket-threads"])

    /// No tracepoint tells where such a write begins, as `tcp_sendmsg_locked` does for TCP.
    @Test(arguments: sharing, Hook.allCases)
    func `of writers at once, each transfer is told with the right ends, if concluded`(
      _ scenario: Scenario, _ hook: Hook
    ) async throws {
      try await scenario.skipUnlessPlayable()
      let session = try Session()
      let trace = try await session.trace(scenario.words, options: [hook.option])
      trace.expectClean()
      expectExact(trace.events.map(\.takenAsObserved), try session.truth().events)
      #expect(trace.events.allSatisfy { Set($0.inferred ?? []).isSubset(of: ["src", "src_tid"]) })
    }

    static let splicing = Scenario.over(kinds, "socket-splice")

    @Test(arguments: splicing, Hook.allCases)
    func `bytes that are spliced in and out are told with their ends`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      try await scenario.skipUnlessPlayable()
      try await scenario.expectExactRoute(hook)
    }

    static let late = Scenario.over(
      kinds, ["socket-preexisting", "socket-unaccepted", "server-standing"])

    @Test(arguments: late, Hook.allCases)
    func `sockets that were there before the trace are known`(_ scenario: Scenario, _ hook: Hook) async throws
    {
      try await scenario.skipUnlessPlayable()
      try await scenario.expectExactLateTrace(hook)
    }
  }
}
