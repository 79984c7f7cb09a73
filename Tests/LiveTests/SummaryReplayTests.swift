import Foundation
import Testing

extension LiveTests {
  /// `--summary` together with `-w` and `-r`.
  @Suite(.serialized) struct SummaryReplayTests {
    static let scenarios: [[String]] = [
      ["mixed"], ["pipe-unread"], ["pipe-two-writers"], ["socket-ping-pong", "--kind", "tcp4"],
    ]

    @Test(arguments: scenarios)
    func `a capture has the edges and delays of its trace`(_ scenario: [String]) async throws {
      let session = try Session()
      let options = ["--summary", "--top", "0", "-f", "json"]
      let live = try await session.ipcdump(
        options + ["-w", session.captureFile] + session.actorCommand(scenario))
      live.expectClean()
      let replayed = try await session.replay(options)
      #expect(replayed.status == 0 && replayed.diagnostics == live.diagnostics, "\(replayed.diagnostics)")

      let (traced, kept) = try (only(live.output), only(replayed.output))
      let truth = try session.truth().events
      #expect(SummaryEdge.Total.byEnds(kept.edges) == SummaryEdge.Total.byEnds(truth))
      #expect(kept.edges == traced.edges.map(Self.past))
      #expect(kept.events == traced.events && kept.bytes == traced.bytes && kept.lost == traced.lost)
      #expect(kept.durationNs > 0 && kept.durationNs <= traced.durationNs)
      #expect(traced.blocked != nil && traced.waits(of: truth.flatMap { [$0.srcPid, $0.dstPid] }).isEmpty)
      #expect(kept.blocked == nil, "nothing is going on any more")
    }

    @Test func `filters and --top choose among what was kept`() async throws {
      let session = try Session()
      let script = "{ echo a long line | cat; echo short | cat; kill -URG $$; } >/dev/null"
      _ = try await session.ipcdump(["-w", session.captureFile, "--", "sh", "-c", script])
      let options = ["--summary", "-f", "json", "-t", "pipe", "--top", "1"]
      let summary = try only(try await session.replay(options).output)
      #expect(summary.edges.map(\.bytes) == [12])
      #expect(summary.others == SummaryEdges.Others(edges: 1, messages: 1, bytes: 6))
    }

    @Test(arguments: [true, false])
    func `goes to standard error if the capture, or the events, go to standard output`(_ isStream: Bool)
      async throws
    {
      let session = try Session()
      let kept = isStream ? ["-w", "-"] : session.keeping
      let trace = try await session.ipcdump(
        ["-q", "--summary", "-f", "json"] + kept + ["--", "sh", "-c", "echo hello | cat >/dev/null"])
      #expect(trace.status == 0)
      #expect(try only(Data(trace.diagnostics.utf8)).edges.map(\.bytes) == [6])
      if isStream {
        try trace.output.write(to: URL(filePath: session.captureFile))
      } else {
        #expect(try EventLines(trace.output).events.map(\.meta.count) == [6])
      }
      #expect(
        try only(try await session.replay(["--summary", "-f", "json"]).output).edges.map(\.bytes) == [6])
    }

    @Test func `of a capture that was cut off, what is whole is added up`() async throws {
      let session = try Session()
      let script = "echo hello | cat >/dev/null; echo hello | cat >/dev/null"
      _ = try await session.ipcdump(["-t", "pipe", "-w", session.captureFile, "--", "sh", "-c", script])
      let bytes = try session.folder.contents("capture.pcapng")
      let end = try #require(bytes.range(of: Data("hello".utf8), options: .backwards)).lowerBound
      try bytes.prefix(end).write(to: URL(filePath: session.captureFile))
      let replayed = try await session.replay(["--summary", "-f", "json"])
      #expect(replayed.status == 1 && replayed.diagnosticLines.count == 1, "\(replayed.diagnostics)")
      #expect(try only(replayed.output).edges.map(\.bytes) == [6])
    }

    private func only(_ output: Data) throws -> SummaryEdges {
      let summaries = try SummaryTests.summaries(output)
      #expect(summaries.count == 1)
      return try #require(summaries.last)
    }

    /// An edge without what is known only while it goes on.
    private static func past(_ edge: SummaryEdge) -> SummaryEdge {
      var edge = edge
      edge.unread = nil
      return edge
    }
  }
}
