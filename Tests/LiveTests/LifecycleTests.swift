import Testing

/// An event about an end of a channel, or a signal, without its time and its channel.
private struct LifeTold: Hashable, CustomStringConvertible {
  let type: String
  let ends: [String]
  let words: [String?]

  init(_ event: TracedEvent) {
    type = event.type
    ends = [
      "\(event.srcPid)/\(event.srcTid)(\(event.srcComm))",
      "\(event.dstPid)/\(event.dstTid)(\(event.dstComm))",
    ]
    let meta = event.meta
    words = meta.op.map { [$0, meta.how, meta.error] } ?? [meta.num.map { "\($0)" }, meta.code, meta.error]
  }

  var description: String {
    "\(type) \(ends.joined(separator: " > ")) \(words.compactMap(\.self).joined(separator: " "))"
  }
}

extension LiveTests {
  /// What becomes of the ends of channels, and the signals of the kernel.
  @Suite(.serialized) struct LifecycleTests {
    static let scenarios = [
      Scenario("life-silent"), Scenario("life-silent", "--name", "abstract"),
      Scenario("life-silent", "--kind", "unix-seqpacket"), Scenario("life-silent", "--kind", "tcp4"),
      Scenario("life-silent", "--kind", "tcp6"), Scenario("life-refused"), Scenario("life-eof"),
      Scenario("life-exit"), Scenario("life-exec"), Scenario("life-broken"),
      Scenario("life-broken", "--kind", "unix-stream"), Scenario("life-broken", "--kind", "tcp4"),
      Scenario("life-shutdown"), Scenario("life-shutdown", "--kind", "tcp4"),
    ]

    @Test(arguments: scenarios, Hook.allCases)
    func `who connects, accepts, closes and shuts down is told, and who meets that`(
      _ scenario: Scenario, _ hook: Hook
    ) async throws {
      let session = try Session()
      let trace = try await session.trace(
        scenario.words, options: ["--lifecycle", hook.option] + session.keeping)
      trace.expectClean()
      let told = trace.events.filter { $0.meta.op != nil }.map(LifeTold.init)
      let truth = try session.truth().events.map(LifeTold.init)
      #expect(told == truth)
      expectOrderedByTime(trace.events)
      try await session.expectSameReplay(of: trace)
    }

    static let signals = [Scenario("life-signals"), Scenario("life-typed"), Scenario("life-forbidden")]

    @Test(arguments: signals, Hook.allCases)
    func `signals of the kernel are told, and those that it refuses`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      let session = try Session()
      let trace = try await session.trace(
        scenario.words, options: ["--kernel-signals", "-t", "signal", hook.option] + session.keeping)
      trace.expectClean()
      let truth = try session.truth().events
      let numbers = Set(truth.map(\.meta.num))
      let told = trace.events.filter { numbers.contains($0.meta.num) }
      #expect(told.map(LifeTold.init) == truth.map(LifeTold.init))
      try await session.expectSameReplay(of: trace)
    }

    @Test(arguments: Hook.allCases)
    func `the pipe is broken by who left first`(_ hook: Hook) async throws {
      let session = try Session()
      let options = ["--lifecycle", "--kernel-signals", hook.option]
      let trace = try await session.trace(shell: "yes | head -n 1", options: options)
      trace.expectClean()
      let broken = trace.events.filter { $0.meta.op == "epipe" }
      #expect(broken.map { [$0.srcComm, $0.dstComm] } == [["yes", "head"]])
      let closed = trace.events.filter {
        $0.meta.op == "close" && $0.meta.pipeInode == broken.first?.meta.pipeInode
      }
      #expect(closed.map { [$0.srcComm, $0.meta.how] } == [["head", "read"], ["yes", "write"]])
      let signals = trace.events.filter { $0.meta.name == "SIGPIPE" }
      #expect(signals.map { [$0.srcPid, $0.dstPid] } == broken.map { [0, $0.srcPid] })
    }

    @Test func `without the options there is none of it`() async throws {
      let session = try Session()
      let trace = try await session.trace(["life-silent"])
      trace.expectClean()
      #expect(trace.events.isEmpty)
    }

    @Test func `the summary adds up transfers only, and says how many said nothing`() async throws {
      let session = try Session()
      let trace = try await session.ipcdump(
        ["--lifecycle", "--summary"] + session.actorCommand(["life-silent", "--kind", "tcp4"]))
      #expect(trace.status == 0, "\(trace.diagnostics)")
      let lines = String(decoding: trace.output, as: UTF8.self).split(separator: "\n")
        .prefix { !$0.hasPrefix("blocked: ") }
      #expect(lines.count == 3, "\(lines)")
      #expect(lines.last == "connected: 1 time, and said nothing: 1", "\(lines)")
    }

    @Test func `-w --streams keeps it beside the packets`() async throws {
      let session = try Session()
      let trace = try await session.trace(
        ["life-eof"], options: ["--lifecycle", "--streams"] + session.keeping)
      trace.expectClean()
      try await session.expectSameReplay(of: trace)
    }
  }
}
