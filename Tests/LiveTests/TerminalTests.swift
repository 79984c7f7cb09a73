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

    /// 1,260 writes over five terminals, each with two displays and three programs that take turns, beside processes that
    /// keep the CPUs busy. How late a reader may be there is not what is tested.
    static let load = Scenario("terminal-load", options: ["--patience=20000"])

    @Test(arguments: Hook.allCases)
    func `each of many writes goes to its reader, though all are held up`(_ hook: Hook) async throws {
      try await Self.load.expectExactTrace(hook)
    }

    /// Who reads later than within 100 ms is another one than is inferred; whoever is told without doubt has read.
    @Test(arguments: Hook.allCases)
    func `nobody is certain who has not read, however late all are`(_ hook: Hook) async throws {
      let session = try Session()
      let trace = try await session.trace(Self.load.words, options: ["-t", "pty", hook.option])
      trace.expectClean()
      var left = try session.truth().events.map(Told.init)
      #expect(trace.events.count == left.count)
      #expect(trace.events.allSatisfy { $0.dstPid > 0 })
      for event in trace.events where event.inferred ?? [] == [] {
        let index = left.firstIndex(of: Told(event))
        #expect(index != nil, "\(Told(event))")
        if let index { left.remove(at: index) }
      }
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
