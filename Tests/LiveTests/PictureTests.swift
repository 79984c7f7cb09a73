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
      // Another test's ipcdump may look into these processes (process-vm).
      let options = ["-t", "pipe", "-f", "chrome-trace", "-o", session.file("trace"), "-p"]
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

    /// Asks a server over two pipes: two methods, each of which fails now and then.
    private static let asking = """
      import json, subprocess, sys
      server = "import json, sys\\n" \
          "for line in sys.stdin:\\n" \
          "    number = json.loads(line)['id']\\n" \
          "    answer = {'error': {'code': -1, 'message': 'no'}} if number % 5 == 3 else {'result': 'x' * number}\\n" \
          "    print(json.dumps({'jsonrpc': '2.0', 'id': number, **answer}), flush=True)\\n"
      child = subprocess.Popen([sys.executable, "-c", server], stdin=-1, stdout=-1, text=True, bufsize=1)
      for number in range(60):
          asked = {"jsonrpc": "2.0", "id": number, "method": ["get", "put"][number % 2], "params": {}}
          print(json.dumps(asked), file=child.stdin)
          child.stdout.readline()
      """

    private struct Facts: Decodable {
      /// A row: numbers, and names as texts.
      enum Value: Decodable, Equatable {
        case number(Int)
        case text(String)

        init(from decoder: any Decoder) throws {
          let container = try decoder.singleValueContainer()
          if let number = try? container.decode(Int.self) {
            self = .number(number)
          } else {
            self = .text(try container.decode(String.self))
          }
        }
      }

      var methods: [[Value]]
      var otherCalls: Int
    }

    private struct Calls: Decodable {
      struct Row: Decodable {
        var srcPid: Int, srcComm: String, dstPid: Int, dstComm: String, `protocol`: String, method: String
        var calls: Int, errors: Int, medianNs: Int, p99Ns: Int, maxNs: Int, bytes: Int

        var values: [Facts.Value] {
          [
            .number(srcPid), .text(srcComm), .number(dstPid), .text(dstComm), .text(self.protocol),
            .text(method),
            .number(calls), .number(errors), .number(medianNs), .number(p99Ns), .number(maxNs),
            .number(bytes),
          ]
        }
      }

      var calls: [Row]
    }

    @Test(.needsPython) func `a page has the methods of --calls --summary`() async throws {
      let session = try Session()
      try session.folder.create("asking.py", Self.asking)
      let capture = session.file("t.pcapng")
      let trace = try await session.ipcdump(["-w", capture, "--", "python3", session.file("asking.py")])
      trace.expectClean()
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      let summary = try await session.ipcdump(["-q", "-r", capture, "--calls", "--summary", "-f", "json"])
      let rows = try decoder.decode(Calls.self, from: summary.output).calls
      #expect(rows.map(\.calls) == [30, 30] && rows.map(\.errors) == [6, 6])
      let page = session.file("t.html")
      #expect(try await session.ipcdump(["report", capture, "-o", page]).status == 0)
      let text = try session.folder.text("t.html")
      let facts = try decoder.decode(
        Facts.self, from: Data(try #require(text.firstMatch(of: /id="facts">([^<]*)</)).1.utf8))
      #expect(facts.methods.map { Array($0.dropLast()) } == rows.map(\.values))
      #expect(facts.otherCalls == 0)
      // Requests and answers are in the page once, as the contents of their transfers.
      #expect(text.contains(#"id="column-call-contents"></script>"#))
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
