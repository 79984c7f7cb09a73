import Foundation
import Glibc
import Testing

extension LiveTests {
  /// Formats that end with something, and the page of a capture.
  @Suite(.serialized) struct PictureTests {
    private struct Entry: Decodable { var ph: String, pid: Int }

    private func slices(_ session: Session) throws -> [Int] {
      let entries = try JSONDecoder().decode([Entry].self, from: session.folder.contents("trace"))
      return entries.filter { $0.ph == "X" }.map(\.pid).sorted()
    }

    private func ends(_ session: Session) throws -> [Int] {
      try session.truth().events.flatMap { [Int($0.srcPid), Int($0.dstPid)] }.sorted()
    }

    @Test func `a trace for Perfetto has both ends of every transfer`() async throws {
      let session = try Session()
      let trace = try await session.ipcdump(
        ["-f", "chrome-trace", "-o", session.file("trace")] + session.actorCommand(["mesh"]))
      trace.expectClean()
      #expect(try slices(session) == ends(session))
    }

    @Test func `a trace for Perfetto is whole after SIGINT`() async throws {
      let session = try Session()
      let (actor, pids) = try await session.startHalted(["mesh"])
      let options = ["-f", "chrome-trace", "-o", session.file("trace"), "-p"]
      let ipcdump = try session.startIPCDump(options + [pids.map(String.init).joined(separator: ",")])
      try await session.untilAttached(ipcdump)
      try session.letGo()
      _ = try await actor.wait()
      ipcdump.send(SIGINT)
      let trace = try await session.finish(ipcdump)
      trace.expectClean()
      #expect(try slices(session) == ends(session))
    }

    @Test(arguments: ["dot", "mermaid"])
    func `a graph is written at the end, also when so many events were asked for`(format: String) async throws
    {
      let session = try Session()
      let script = "echo hello | cat | cat > /dev/null; sleep 9"
      let trace = try await session.ipcdump(["-f", format, "-c", "2", "--", "sh", "-c", script])
      #expect(trace.closing?.captured == 2)
      let lines = String(decoding: trace.output, as: UTF8.self).split(separator: "\n")
      #expect(lines.first == (format == "dot" ? "digraph ipcdump {" : "flowchart LR"))
      #expect(
        lines.count { $0.contains(format == "dot" ? " -> " : "-->") && $0.contains("6 B, 1 event") } == 2)
    }

    @Test func `a page is made of a capture, and only of one`() async throws {
      let session = try Session()
      let capture = session.file("t.pcapng")
      let page = session.file("t.html")
      let trace = try await session.ipcdump(["-w", capture, "--", "sh", "-c", "echo hello | cat > /dev/null"])
      trace.expectClean()
      let report = try await session.ipcdump(["report", capture, "-o", page])
      #expect(report.status == 0 && report.diagnostics.isEmpty, "\(report.diagnostics)")
      let text = try session.folder.text("t.html")
      #expect(text.contains(#"{"title":"t.pcapng""#))
      #expect(text.contains(#"id="column-contents">aGVsbG8K</script>"#))
      let narrowed = try await session.ipcdump(["report", capture, "-t", "signal", "-o", page])
      #expect(narrowed.status == 0)
      #expect(try session.folder.text("t.html").contains(#"id="column-contents"></script>"#))

      let overwriting = try await session.ipcdump(["report", capture, "-o", capture])
      #expect(
        overwriting.status == 64 && overwriting.diagnosticLines.count == 1, "\(overwriting.diagnostics)")
      let foreign = try await session.ipcdump(["report", "/etc/passwd", "-o", page])
      #expect(foreign.status == 1 && foreign.diagnosticLines.count == 1, "\(foreign.diagnostics)")
      let missing = try await session.ipcdump(["report"])
      #expect(missing.status == 64 && missing.diagnostics.contains("see ipcdump report --help"))
      let command = try await session.ipcdump(["-q", "--", "report"])
      #expect(command.status == 127, "\(command.diagnostics)")
    }

    @Test func `of a damaged capture, what is whole is shown, and what is not is told`() async throws {
      let session = try Session()
      let trace = try await session.ipcdump(
        [
          "-w", session.file("t.pcapng"), "--", "sh", "-c",
          "echo hello | cat > /dev/null; kill -0 $$; echo bye | cat > /dev/null",
        ])
      trace.expectClean()
      let whole = try session.folder.contents("t.pcapng")
      // The file ends with counts; what is cut off here is no event.
      try whole.dropLast(3).write(to: URL(filePath: session.file("cut.pcapng")))
      let report = try await session.ipcdump([
        "report", session.file("cut.pcapng"), "-o", session.file("t.html"),
      ])
      #expect(report.status == 1 && report.diagnosticLines.count == 1, "\(report.diagnostics)")
      let text = try session.folder.text("t.html")
      #expect(text.contains(#"id="column-contents">aGVsbG8KYnllCg==</script>"#))
      #expect(text.contains(#""warning":""#) && !text.contains(#""warning":"""#))
    }
  }
}
