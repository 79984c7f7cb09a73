import Foundation
import Glibc
import Testing

extension LiveTests {
  /// How a trace ends in the middle of work.
  @Suite(.serialized, .sensitiveToLoad("a trace ends while its actor is still busy"))
  struct EndingTests {
    @Test(arguments: [SIGINT, SIGTERM], Hook.allCases)
    func `SIGINT and SIGTERM flush everything that was captured`(_ signal: Int32, _ hook: Hook) async throws {
      let session = try Session()
      let (actor, pids) = try await session.startHalted(["busy"])
      let ipcdump = try session.startIPCDump(
        session.recording + [hook.option, "-t", "pipe", "-p", "\(pids[0])"])
      try await session.untilAttached(ipcdump)
      try session.letGo()
      try await Task.sleep(for: .milliseconds(300))
      ipcdump.send(signal)
      let trace = try await session.finish(ipcdump)
      actor.send(SIGKILL)
      _ = try await actor.wait()
      #expect(trace.status == 0, "\(trace.diagnostics)")
      let closing = try #require(trace.closing, "\(trace.diagnostics)")
      #expect(closing.captured == trace.events.count)
      #expect(trace.events.count > 100)
      expectOrderedByTime(trace.events)
      // The ball carries its number: the rally must be whole from its first stroke to the last one told.
      guard closing.lost == 0 else { return }
      // A reader that was overtaken by the end of the trace is not known.
      let strokes = trace.events.filter { $0.srcPid == pids[0] && $0.dstPid == pids[1] }
      let numbers = strokes.map { Int(String(decoding: $0.bytes ?? Data(), as: UTF8.self), radix: 16) ?? -1 }
      #expect(numbers == Array(0..<strokes.count))
    }

    @Test func `when the reader of standard output goes away, it ends quietly`() async throws {
      let session = try Session()
      let (actor, pids) = try await session.startHalted(["busy"])
      try session.letGo()
      let script = "{ \"$1\" -p \"$2\"; echo $? > \"$3\"; } | head -n 1"
      let words = ["sh", try Programs.ipcdump(), "\(pids[0])", session.file("status")]
      let shell = try session.start("sh", ["-c", script] + words, name: "shell")
      #expect(try await shell.wait(seconds: 30).status == 0)
      actor.send(SIGKILL)
      _ = try await actor.wait()
      #expect(try session.folder.text("shell.out").split(separator: "\n").count == 1)
      let status = try session.folder.text("status")
      #expect(status == "0\n" || status == "141\n", "status \(status)")
      let diagnostics = try session.folder.text("shell.err")
      let said = diagnostics.split(separator: "\n")
      #expect(
        said.allSatisfy { $0.contains(" captured, ") || $0.contains("--follow adds") }, "\(diagnostics)")
    }

    @Test func `what the command has left behind is traced to its end, and the status is the command's`()
      async throws
    {
      let session = try Session()
      let trace = try await session.trace(shell: "(sleep 0.7; echo late | cat) & echo x | cat; exit 4")
      #expect(trace.status == 4, "\(trace.diagnostics)")
      #expect(trace.events.map(\.bytes) == [Data("x\n".utf8), Data("late\n".utf8)])
    }
  }
}
