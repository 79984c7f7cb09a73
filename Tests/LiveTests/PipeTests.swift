import Foundation
import Testing

/// A scenario of the actor program with its options.
struct Scenario: CustomTestStringConvertible {
  var words: [String]
  var options: [String]

  init(_ words: String..., options: [String] = []) {
    self.words = words
    self.options = options
  }

  var testDescription: String { words.joined(separator: " ") }

  /// Traces it and expects that every transfer is told once, with the right ends and bytes, and nothing else; under one
  /// hook, that a capture of it tells the same.
  func expectExactTrace(_ hook: Hook) async throws {
    let session = try Session()
    let isKept = hook == .tracepoint
    let trace = try await session.trace(
      words, options: options + [hook.option] + (isKept ? session.keeping : []))
    trace.expectClean()
    if isKept { try await session.expectSameReplay(of: trace) }
    try #require(trace.status == 0, "the actor or ipcdump failed: \(trace.diagnostics)")
    expectExact(trace.events.filter { !$0.isLookOfAnotherTrace }, try session.truth().events)
  }
}

extension LiveTests {
  @Suite(.serialized) struct PipeTests {
    static let scenarios = [
      Scenario("pipe-1x1", "--size", "64", "--count", "100"),
      Scenario("pipe-1x1", "--size", "65536", "--count", "20"),
      Scenario("pipe-1x1", "--size", "1048576", "--count", "4"),
      Scenario("pipe-1x1", "--size", "1048576", "--count", "4", "--resize"),
      Scenario("pipe-vector"),
      Scenario("pipe-two-writers"),
      Scenario("pipe-exited-writer"),
      Scenario("pipe-span"),
      Scenario("pipe-unread"),
      Scenario("pipe-inherit"),
      // The descriptor comes over a socket, which is another kind's event.
      Scenario("pipe-scm", options: ["-t", "pipe"]),
      Scenario("fifo"),
      Scenario("pipe-rename"),
      Scenario("pipe-direct"),
      Scenario("pipe-nonblock"),
      Scenario("pipe-eof-efault"),
      Scenario("pipe-churn"),
      Scenario("mesh"),
    ]

    @Test(arguments: scenarios, Hook.allCases)
    func `every transfer is told once, with the right ends and bytes`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      try await scenario.expectExactTrace(hook)
    }

    static let concurrent = [
      Scenario("pipe-many", "--writers", "4", "--readers", "2", "--count", "500"),
      Scenario("pipe-threads"),
    ]

    @Test(arguments: concurrent, Hook.allCases)
    func `concurrent writers are told apart by their bytes`(_ scenario: Scenario, _ hook: Hook) async throws {
      try await scenario.expectExactTrace(hook)
    }

    @Test(arguments: Hook.allCases)
    func `32-bit calls are told, and not mistaken for other 64-bit ones`(_ hook: Hook) async throws {
      let session = try Session()
      let probe = try session.start(
        Programs.actor(), session.actorArguments(["pipe-compat"]), name: "probe")
      guard try await probe.wait().status != 77 else {
        try Test.cancel("this kernel runs no 32-bit calls (CONFIG_IA32_EMULATION, x86-64 only)")
      }
      try await Scenario("pipe-compat").expectExactTrace(hook)
      try await Scenario("pipe-compat", "--vector").expectExactTrace(hook)
    }

    @Test(arguments: Hook.allCases)
    func `bytes that are spliced in and out are told with their ends`(_ hook: Hook) async throws {
      let session = try Session()
      let options = ["-f", "json", "-o", session.eventFile, hook.option]
      let trace = try await session.ipcdump(options + session.actorCommand(["pipe-splice"]))
      trace.expectClean()
      expectExact(trace.events.filter { !$0.isLookOfAnotherTrace }, try session.truth().events)
    }

    @Test(arguments: Hook.allCases)
    func `bytes that lay in a pipe before the trace are not ascribed as if seen`(_ hook: Hook) async throws {
      let session = try Session()
      let trace = try await session.attach(to: ["pipe-preexisting"]) { pids in
        [hook.option, "-p", "\(pids[0])"]
      }
      trace.expectClean()
      expectExact(trace.events.filter { !$0.isLookOfAnotherTrace }, try session.truth().events)
    }

    @Test(arguments: Hook.allCases)
    func `more held pipes than usual are still watched for what others write there`(_ hook: Hook) async throws
    {
      let session = try Session()
      let trace = try await session.attach(to: ["pipe-many-held"]) { pids in
        [hook.option, "-p", pids.map(String.init).joined(separator: ","), "-t", "pipe"]
      }
      trace.expectClean()
      expectExact(trace.events.filter { !$0.isLookOfAnotherTrace }, try session.truth().events)
    }

    @Test(arguments: Hook.allCases)
    func `500 short-lived shells and their cats have the right names and bytes`(_ hook: Hook) async throws {
      let loop = "i=0; while [ $i -lt 500 ]; do sh -c 'echo x | cat'; i=$((i+1)); done"
      let session = try Session()
      let trace = try await session.trace(shell: loop, options: [hook.option])
      trace.expectClean()
      #expect(trace.events.count == 500)
      for event in trace.events {
        #expect(event.type == "pipe" && event.srcComm == "sh" && event.dstComm == "cat", "\(Told(event))")
        #expect(event.bytes == Data("x\n".utf8) && event.inferred == nil, "\(Told(event))")
      }
      #expect(Set(trace.events.map(\.meta.pipeInode)).count == 500)
      #expect(Set(trace.events.map(\.dstPid)).count == 500)
      expectOrderedByTime(trace.events)
    }

    @Test func `pipes that come and go leave nothing behind`() async throws {
      func peak(_ pipes: Int) async throws -> Int {
        let session = try Session()
        let arguments = try session.recording + session.actorCommand(["pipe-churn", "--count", "\(pipes)"])
        let trace = try await session.ipcdump(arguments, peakSinceTold: "events")
        #expect(trace.status == 0, "\(trace.diagnostics)")
        return trace.termination.peakKilobytes
      }
      let few = try await peak(1000)
      let many = try await peak(33000)
      #expect(many - few < 4096, "\(many - few) KiB more for 32,000 more pipes")
    }
  }
}
