import Foundation
import Glibc
import Testing

extension LiveTests {
  /// Contents of what nobody receives.
  @Suite(.serialized) struct UnreadTests {
    static let kinds = ["pipe", "unix-stream", "unix-dgram", "unix-seqpacket", "tcp4", "udp4"]

    static let scenarios =
      kinds.flatMap { kind in
        ["close", "exit"].map { Scenario("unread-contents", "--kind", kind, "--mode", $0) }
      }
      + ["dup2", "range", "exit-twice"].map { Scenario("unread-contents", "--kind", "pipe", "--mode", $0) }
      + [
        Scenario("unread-contents", "--kind", "pipe", "--size", "20000"),
        Scenario("unread-contents", "--kind", "pipe", "--size", "300000", "--resize"),
        Scenario("unread-contents", "--kind", "unix-stream", "--size", "50000"),
        Scenario("unread-contents", "--kind", "unix-stream", "--size", "20"),
        Scenario("unread-contents", "--kind", "unix-dgram", "--size", "60000"),
        Scenario("unread-contents", "--kind", "tcp4", "--size", "100000"),
      ]

    @Test(arguments: scenarios, Hook.allCases)
    func `are whole if the last one who could receive it closes or ends`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      let session = try Session()
      let trace = try await session.trace(scenario.words, options: [hook.option])
      trace.expectClean()
      expectWhole(trace, try session.truth())
    }

    @Test(arguments: kinds, Hook.allCases)
    func `are whole if somebody could still receive it when the trace ends`(_ kind: String, _ hook: Hook)
      async throws
    {
      let session = try Session()
      let trace = try await session.attach(to: ["unread-kept", "--kind", kind]) { pids in
        [hook.option, "-p", "\(pids[0])"]
      }
      trace.expectClean()
      expectWhole(trace, try session.truth())
    }

    @Test(arguments: Hook.allCases)
    func `of a server's standard error are what it has said`(_ hook: Hook) async throws {
      let session = try Session()
      let said = (1...40).map { "line \($0) of what went wrong in the server\n" }.joined()
      let loop =
        "i=1; while [ $i -le 40 ]; do echo \"line $i of what went wrong in the server\" >&2; i=$((i+1)); done"
      let trace = try await session.trace(
        shell: "(\(loop)) 2>&1 >/dev/null | sleep 0.3", options: [hook.option])
      trace.expectClean()
      #expect(trace.events.map(\.delivered) == [false])
      #expect(trace.events.map(\.bytes) == [Data(said.utf8)])
    }

    @Test(arguments: [10, 6000, 18000])
    func `end where -B says`(_ limit: Int) async throws {
      let session = try Session()
      let trace = try await session.trace(
        ["unread-contents", "--kind", "pipe"], options: ["-B", "\(limit)"])
      trace.expectClean()
      try #require(trace.events.count == 1)
      #expect(trace.events[0].bytes?.count == limit)
      #expect(trace.events[0].meta.bytesMissing == nil)
      #expect(trace.events[0].truncated == (limit < 18000 ? true : nil))
    }

    private func expectWhole(_ trace: Trace, _ truth: EventLines) {
      expectExact(trace.events, truth.events)
      #expect(
        trace.events.map { $0.bytes.map(fnv1a) } == truth.events.map { $0.bytesFnv ?? $0.bytes.map(fnv1a) })
      #expect(trace.events.allSatisfy { $0.meta.bytesMissing == nil && $0.truncated == nil })
    }
  }
}
