import Foundation
import Glibc
import Testing

extension LiveTests {
  /// ipcdump's own output goes through pipes too; it must not tell of itself without end.
  @Suite(.serialized, .sensitiveToLoad("what is told within 500 ms is all"))
  struct FeedbackTests {
    @Test(arguments: Hook.allCases)
    func `the pipes that carry the output are not told`(_ hook: Hook) async throws {
      let session = try Session()
      let script = "out=$1; shift; \"$@\" | cat | cat > \"$out\""
      let words = [try Programs.ipcdump(), "-f", "json", "-x", "-t", "pipe", hook.option]
      let shell = try session.start(
        "sh", ["-c", script, "sh", session.eventFile] + words + session.actorCommand(["mesh"]), name: "shell")
      #expect(try await shell.wait().status == 0)
      let diagnostics = try session.folder.text("shell.err")
      expectExact(try EventLines(session.folder.contents("events")).events, try session.truth().events)
      #expect(diagnostics == "24 events captured, 0 lost\n")
    }

    /// Traces the very process that reads the output: without care every event makes another.
    private func traceOwnReader(_ options: [String], endsItself: Bool) async throws -> (Session, EventLines) {
      let session = try Session()
      let (actor, pids) = try await session.startHalted(["mesh"])
      let script = """
        mkfifo "$1"; cat < "$1" > "$2" & pids="$3,$!"; program=$4; out=$1; shift 4
        exec "$program" -f json -x -t pipe -p "$pids" "$@" > "$out"
        """
      let list = pids.map(String.init).joined(separator: ",")
      let words = ["sh", session.file("fifo"), session.eventFile, list, try Programs.ipcdump()]
      let ipcdump = try session.start("sh", ["-c", script] + words + options, name: "ipcdump")
      try await session.untilAttached(ipcdump)
      try session.letGo()
      #expect(try await actor.wait().status == 0)
      if !endsItself {
        try await Task.sleep(for: .milliseconds(500))
        ipcdump.send(SIGINT)
      }
      #expect(try await ipcdump.wait().status == 0)
      try await Task.sleep(for: .milliseconds(100))
      return (session, try EventLines(session.folder.contents("events")))
    }

    @Test func `the reader of the output may be traced without a feedback loop`() async throws {
      let (session, lines) = try await traceOwnReader([], endsItself: false)
      expectExact(lines.events, try session.truth().events)
    }

    @Test func `--include-self tells of the output too`() async throws {
      let (_, lines) = try await traceOwnReader(["--include-self", "-c", "40"], endsItself: true)
      #expect(lines.events.count == 40)
      #expect(lines.events.contains { $0.srcComm == "ipcdump" && $0.dstComm == "cat" })
    }
  }
}
