import Glibc
import Testing

extension LiveTests {
  @Suite(
    .serialized,
    .sensitiveToLoad(
      "a burst must overrun a ring that nobody reads for 400 ms, or must not overrun a large one"))
  struct SocketLoadTests {
    /// Events that one of the actor's sockets makes: a message, and over unix sockets a passed descriptor.
    static let churning = [("unix-stream", 2), ("udp4", 1), ("tcp4", 1)]

    @Test(arguments: churning)
    func `sockets, their names and what they pass leave nothing behind`(_ kind: String, _ eventsEach: Int)
      async throws
    {
      func peak(_ sockets: Int) async throws -> Int {
        let session = try Session()
        let scenario = ["socket-churn", "--count", "\(sockets)", "--kind", kind]
        // Not where events are looked for: there are too many.
        let options = ["-f", "json", "-x", "-o", session.file("many")]
        let arguments = try options + session.actorCommand(scenario)
        let trace = try await session.ipcdump(arguments, peakSinceTold: "many")
        trace.expectClean()
        #expect(trace.closing?.captured == sockets * eventsEach)
        return trace.termination.peakKilobytes
      }
      // The first run takes long enough for what is held only for a while.
      let few = try await peak(64000)
      let many = try await peak(160_000)
      #expect(many - few < 6144, "\(many - few) KiB more for 96,000 more sockets")
    }

    static let kinds = ["unix-stream", "unix-dgram", "tcp4"]

    @Test(arguments: kinds, Hook.allCases)
    func `after an overrun, later transfers are right again`(_ kind: String, _ hook: Hook) async throws {
      let session = try Session()
      let gates = ["--ready", session.file("ready"), "--wait-for", session.file("go")]
      let scenario = ["socket-burst", "--kind", kind, "--count", "30000", "--ms", "1500"] + gates
      let options = ["-t", "unix,lo", "--buffer-size=64k", hook.option]
      let ipcdump = try session.startIPCDump(
        session.recording + options + session.actorCommand(scenario))
      _ = try await session.announcedPids()
      try await session.letGo(past: ipcdump)
      let trace = try await session.finish(ipcdump)
      #expect(trace.status == 0, "\(trace.diagnostics)")
      let closing = try #require(trace.closing, "\(trace.diagnostics)")
      let losses = try #require(trace.lines).losses
      #expect(closing.lost > 0)
      #expect(closing.lost == losses.map(\.count).reduce(0, +))

      let truth = try session.truth()
      let totals = try #require(truth.totals.first)
      // The total names the receiving socket where a pipe's would name the pipe.
      let socket = totals.meta.pipeInode
      let busy = trace.events.filter { $0.meta.dstInode == socket && $0.delivered != false }
      #expect(busy.count <= totals.reads + 10)
      // A stream's positions tell whose its bytes are even behind a loss; elsewhere that has to be concluded.
      let last = Array(busy.suffix(10))
      if kind == "tcp4" {
        expectExact(last, truth.events.filter { $0.meta.dstInode == socket })
      } else {
        let wanted = truth.events.filter { $0.meta.dstInode == socket }
        #expect(last.map(\.bytes) == wanted.map(\.bytes))
        #expect(zip(last, wanted).allSatisfy { $0.inferred != nil || $0.srcPid == $1.srcPid })
      }
      let quiet = trace.events.filter { $0.meta.dstInode != socket && $0.delivered != false }
      expectExact(quiet, truth.events.filter { $0.meta.dstInode != socket })
      expectOrderedByTime(trace.events)
    }

    @Test(arguments: kinds, Hook.allCases)
    func `busy sockets are told without loss by a ring that is large enough`(_ kind: String, _ hook: Hook)
      async throws
    {
      let session = try Session()
      let options = [hook.option, "-t", "unix,lo", "--buffer-size=64M"]
      let scenario = ["socket-burst", "--kind", kind, "--count", "10000", "--ms", "1"]
      let trace = try await session.trace(scenario, options: options)
      trace.expectClean()
      let truth = try session.truth()
      let totals = try #require(truth.totals.first)
      let seen = trace.events.filter { $0.meta.dstInode == totals.meta.pipeInode }
      #expect(seen.count == totals.reads + 10)
      #expect(seen.compactMap(\.meta.count).reduce(0, +) == (totals.meta.count ?? 0) + 1000)
      #expect(seen.allSatisfy { $0.inferred == nil && $0.delivered != false })
    }
  }
}
