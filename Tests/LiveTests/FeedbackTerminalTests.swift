import Foundation
import Testing

extension LiveTests {
  /// Only what shows the events is left out, not every terminal.
  @Suite(.serialized) struct FeedbackTerminalTests {
    /// Runs ipcdump with these options in the terminal of a script(1), where words are typed once they are asked for.
    private static func inTerminal(
      _ options: [String], dialogue: [(asked: String, typed: String)] = []
    ) async throws -> Session {
      let script = try ProgramsScript(needs: ["script"])
      let session = script.session
      let words = [try Programs.ipcdump(), "-f", "json", "-x", "-t", "pty"] + options
      let command = words.map { "'\($0)'" }.joined(separator: " ")
      try session.folder.create("inner", "exec \(command) 2> \(session.file("ipcdump.err"))\n")
      let typing = dialogue.map { asked, typed in
        "until_true grep -q '\(asked)' shown; echo \(typed) 1<> typing"
      }
      let status = try await script.prepare(
        """
        export SHELL=/bin/sh
        mkfifo typing
        script -qfc "sh inner" /dev/null <> typing > shown &
        echo $! > shower.pid
        \(typing.joined(separator: "\n"))
        finish shower

        """)
      #expect(status == 0)
      return session
    }

    private static func shower(_ session: Session) throws -> Int? {
      Int(try session.folder.text("shower.pid").trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// What was told between and behind what the command itself has printed.
    private static func events(_ text: Data) throws -> [TracedEvent] {
      let lines = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline)
      let told = lines.filter { $0.hasPrefix("{\"src_pid\"") }
      return try EventLines(Data(told.map { "\($0)\n" }.joined().utf8)).events
    }

    @Test(arguments: Hook.allCases)
    func `another terminal is told while the own one is left out`(_ hook: Hook) async throws {
      let session = try await Self.inTerminal(
        [hook.option, "--", "script", "-qc", "echo hello", "/dev/null"])
      let events = try Self.events(session.folder.contents("shown"))
      try #require(events.count == 1, "\(events.map(Told.init))")
      #expect(events[0].meta.direction == "output" && events[0].bytes == Data("hello\n".utf8))
      let ends = [events[0].srcComm, events[0].dstComm]
      #expect(ends == ["sh", "script"] && events[0].inferred == nil)
      #expect(try session.folder.text("ipcdump.err") == "1 event captured, 0 lost\n")
    }

    @Test(arguments: Hook.allCases)
    func `a terminal that the events do not go to is told`(_ hook: Hook) async throws {
      let folder = try TemporaryFolder()
      let options = [hook.option, "-o", folder.file("told"), "--"]
      let session = try await Self.inTerminal(
        options + ["sh", "-c", "echo word?; read word; echo $$ got $word; read word"],
        dialogue: [("word?", "abc"), ("got abc", "end")])
      let events = try EventLines(folder.contents("told")).events
      let shower = try #require(try Self.shower(session))
      let output = events.filter { $0.meta.direction == "output" }
      try #require(output.count == 2, "\(events.map(Told.init))")
      let shell = output[0].srcPid
      for (event, printed) in zip(output, ["word?\n", "\(shell) got abc\n"]) {
        #expect(event.srcPid == shell && event.srcComm == "sh" && event.bytes == Data(printed.utf8))
        #expect(event.dstPid == shower && event.dstComm == "script" && event.inferred == nil)
      }
      let input = events.filter { $0.meta.direction == "input" }
      try #require(input.count == 2 && events.count == 4, "\(events.map(Told.init))")
      for (event, typed) in zip(input, ["abc\n", "end\n"]) {
        #expect(event.srcPid == shower && event.srcComm == "script" && event.bytes == Data(typed.utf8))
        #expect(event.dstPid == shell && event.dstComm == "sh" && event.inferred == nil)
      }
    }
  }
}
