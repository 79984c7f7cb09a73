import Foundation
import Testing

extension LiveTests {
  /// Several programs in one trace: the kernel gives the memory of sockets that are gone to the next ones.
  @Suite(.serialized) struct UnixReuseTests {
    static let connections = Sockets.unixStream + Sockets.unixSeqpacket

    static let scenarios =
      Scenario.over(
        connections, ["server-deaf", "server-poll", "server-early-clients", "server-prefork --name abstract"])
      + Scenario.over(Sockets.unix, ["socket-exited", "socket-unread"])
      + ["path", "abstract", "auto"].flatMap { name in
        [Scenario("dgram-departed", "--name", name), Scenario("dgram-senders", "--name", name)]
      }

    static let rounds = 8

    @Test(arguments: Hook.allCases)
    func `sockets in the memory of former ones are told by their own names`(_ hook: Hook) async throws {
      let session = try Session()
      let actor = try Programs.actor()
      var truths: [String] = []
      var lines: [String] = []
      for _ in 0..<Self.rounds {
        for scenario in Self.scenarios {
          truths.append("truth-\(truths.count)")
          let words = [actor] + scenario.words + ["--truth", session.file(truths.last ?? "")]
          lines.append(words.joined(separator: " "))
        }
      }
      let script = session.file("script")
      try Data(lines.joined(separator: " &&\n").utf8).write(to: URL(filePath: script))
      let options = ["-t", "unix", hook.option]
      let trace = try await session.ipcdump(session.recording + options + ["--", "sh", script])
      trace.expectClean()
      try #require(trace.status == 0, "an actor or ipcdump failed: \(trace.diagnostics)")
      let happened = try truths.flatMap { try EventLines(session.folder.contents($0)).events }
      expectExact(trace.events, happened)
    }
  }
}
