import Foundation
import Testing

extension LiveTests {
  /// Captures in several files, one after the other.
  @Suite(.serialized) struct CaptureRotationTests {
    /// A file of a capture, and what `-r` shows of it.
    private struct Part {
      var name: String
      var bytes: Int
      var lines: Data
      var events: [TracedEvent]
    }

    /// 5.2 MB in 80 events, each of which is one packet.
    private static let load = ["pipe-1x1", "--size", "65536", "--count", "80", "--resize"]

    /// All files whose names begin so, in the order of their events.
    private func parts(of prefix: String, in session: Session) async throws -> [Part] {
      var parts: [Part] = []
      for name in try FileManager.default.contentsOfDirectory(atPath: session.folder.path)
      where name.hasPrefix(prefix) {
        let replayed = try await session.replay(["-f", "json", "-x"], of: name)
        #expect(replayed.status == 0, "\(name): \(replayed.diagnostics)")
        parts.append(
          Part(
            name: name, bytes: try session.folder.contents(name).count, lines: replayed.output,
            events: try EventLines(replayed.output).events))
      }
      return parts.sorted { $0.events.first?.time ?? "" < $1.events.first?.time ?? "" }
    }

    /// Expects that Wireshark's own tools open a file and count the same packets in it.
    private func expectOpens(_ part: Part, in session: Session) async throws {
      let counts = try await session.output(of: "capinfos", ["-T", "-r", "-c", session.file(part.name)])
      #expect(counts.last?.split(separator: "\t").last == "\(part.events.count)", "\(part.name)")
      let comments = try await session.output(
        of: "tshark", ["-n", "-r", session.file(part.name), "-T", "fields", "-e", "frame.comment"])
      let ends = part.events.map { event in
        "src \(event.srcPid)(\(event.srcComm)) → dst \(event.dstPid)(\(event.dstComm)) pipe <anonymous>"
      }
      #expect(comments.map(String.init) == ends, "\(part.name)")
    }

    @Test func `-C begins another file when one is full, and every event is in one of them`() async throws {
      let session = try ProgramsScript(needs: ["tshark", "capinfos"]).session
      let trace = try await session.trace(
        Self.load, options: ["-w", session.file("part"), "--print", "-C", "1"])
      trace.expectClean()
      let parts = try await parts(of: "part", in: session)
      #expect(parts.map(\.name) == ["part", "part1", "part2", "part3", "part4"])
      #expect(parts.dropLast().allSatisfy { (1_000_000..<1_067_000).contains($0.bytes) })
      #expect(parts.reduce(Data()) { $0 + $1.lines } == (try session.folder.contents("events")))
      for part in parts { try await expectOpens(part, in: session) }
    }

    @Test func `-C and -W use files in turn, which hold the newest events`() async throws {
      let session = try ProgramsScript(needs: ["tshark", "capinfos"]).session
      let trace = try await session.trace(
        Self.load, options: ["-w", session.file("part"), "--print", "-C", "1", "-W", "3"])
      trace.expectClean()
      let parts = try await parts(of: "part", in: session)
      // The fourth and the fifth file have taken the places of the first two.
      #expect(parts.map(\.name) == ["part2", "part0", "part1"])
      let newest = parts.reduce(Data()) { $0 + $1.lines }
      let all = try session.folder.contents("events")
      #expect(newest.count > all.count / 3 && newest == all.suffix(newest.count))
      for part in parts { try await expectOpens(part, in: session) }
    }

    @Test func `-G begins another file after some time, and every event is in one of them`() async throws {
      let session = try ProgramsScript(needs: ["tshark", "capinfos"]).session
      let script = "for i in 1 2 3 4 5 6; do echo $i | cat >/dev/null; sleep 0.4; done"
      let trace = try await session.trace(
        shell: script, options: ["-t", "pipe", "-w", session.file("part-%s"), "--print", "-G", "1"])
      trace.expectClean()
      let parts = try await parts(of: "part-", in: session)
      #expect(parts.count > 1)
      #expect(parts.map(\.name) == parts.map(\.name).sorted())
      #expect(parts.reduce(Data()) { $0 + $1.lines } == (try session.folder.contents("events")))
      for part in parts { try await expectOpens(part, in: session) }
    }

    @Test func `-G and -W end the trace with the last file`() async throws {
      let session = try ProgramsScript(needs: ["tshark", "capinfos"]).session
      let script = "i=0; while :; do echo $i | cat >/dev/null; i=$((i+1)); sleep 0.05; done"
      let trace = try await session.trace(
        shell: script,
        options: ["-t", "pipe", "-w", session.file("part-%s"), "--print", "-G", "1", "-W", "2"])
      #expect(trace.status == 0 && trace.diagnosticLines.count == 1, "\(trace.diagnostics)")
      let parts = try await parts(of: "part-", in: session)
      #expect(parts.count == 2)
      let events = parts.flatMap(\.events)
      #expect(events.map(\.bytes) == events.indices.map { Data("\($0)\n".utf8) })
      #expect(trace.closing?.captured == events.count)
      #expect(parts.reduce(Data()) { $0 + $1.lines } == (try session.folder.contents("events")))
      for part in parts { try await expectOpens(part, in: session) }
    }
  }
}
