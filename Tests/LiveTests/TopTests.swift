import Foundation
import TestSupport
import Testing

extension LiveTests {
  /// `ipcdump top` while something goes on.
  @Suite(
    .serialized, .needsPython,
    .enabled(
      if: TmuxScreen.path != nil || ProcessInfo.processInfo.environment["CI"] == "true",
      "tmux is not installed"))
  struct TopTests {
    /// A client that calls a server again and again, through a pair of sockets.
    private static let calls = #"""
      import json, os, socket, time
      here, there = socket.socketpair()
      if os.fork() == 0:
          here.close()
          with there.makefile("rw") as channel:
              for line in channel:
                  asked = json.loads(line)
                  channel.write(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": {}}) + "\n")
                  channel.flush()
          os._exit(0)
      there.close()
      with here.makefile("rw") as channel:
          number = 0
          while True:
              number += 1
              asked = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": {"name": "search"}}
              channel.write(json.dumps(asked) + "\n")
              channel.flush()
              channel.readline()
              time.sleep(.05)
      """#

    private func screen(_ words: String, script: String = calls, columns: Int = 120) throws -> TmuxScreen {
      try TmuxScreen(
        "sh -c 'echo $$ > pid; exec \(try Programs.ipcdump()) top \(words)'", columns: columns, rows: 40,
        files: ["script.py": Array(script.utf8)])
    }

    @Test(arguments: Hook.allCases)
    func `an edge of a command has rates, and its dialogue is decoded`(_ hook: Hook) async throws {
      let screen = try screen("\(hook.option) -- python3 script.py")
      let lines = try await screen.until("rates") { lines in
        lines.count { $0.contains(#/\(python3\) .* unix-stream .* [12][0-9] /#) } >= 2
      }
      #expect(lines.first?.contains("of python3 and its descendants") == true, "\(lines)")
      try await screen.until("nobody waits in vain")
      try screen.press("Enter")
      try await screen.until("json-rpc re")
      try screen.type("m")
      let calls = try await screen.until("json-rpc tools/call search, id ")
      #expect(calls.contains { $0.contains(", ok, ") })
      try screen.type("x")
      try await screen.until(#""method": "tools/call""#)
      try screen.type("qq")
      try await screen.until("left ")
      #expect(try screen.modes() == "0 0 1" && screen.text("before") == screen.text("after"))
      #expect(try screen.lines().contains { $0.contains(" events captured, 0 lost") })
    }

    @Test func `a process has its quiet channels, too`() async throws {
      let quiet = "import os\nquiet = os.pipe()\nos.write(quiet[1], b'123')\n" + Self.calls
      let screen = try screen("-- python3 script.py", script: quiet)
      try await screen.until("(python3) ")
      try screen.type("p")
      try await screen.until("a quiet pipe") { $0.contains { $0.contains(#/3r? +pipe .* 3\/65536/#) } }
    }

    @Test func `who waits in vain is told in red`() async throws {
      let stuck = """
        import os, threading, time
        read, write = os.pipe()
        threading.Thread(target=lambda: None).start()
        os.read(read, 1)
        """
      let screen = try screen("-- python3 script.py", script: stuck)
      try await screen.until("STUCK: ")
      let bar = try #require(screen.lines(escapes: true).first { $0.contains("STUCK") })
      #expect(["[1;7;31m", "[31m"].contains { bar.contains($0) }, "\(bar)")
      try screen.type("w")
      try await screen.until("DEADLOCK of ")
    }

    /// What shows the screen, tmux, is not of the trace, and neither is what is typed there.
    @Test func `does not feed itself`() async throws {
      let screen = try screen("-t pty -p $(echo $TMUX | cut -d, -f2)")
      try await screen.until("nobody waits in vain")
      for key in ["t", "t", "t", "s", "s", "?", "q", "w", "q"] { try screen.type(key) }
      let lines = try await screen.until("MSG/S")
      #expect(lines.first?.contains(" 0 events") == true, "\(lines)")
    }

    @Test func `the terminal is as before after SIGTERM, and the command has ended`() async throws {
      let screen = try screen("-- sleep 1000")
      try await screen.until("nothing has been sent yet")
      let pid = try #require(Int32(screen.text("pid").trimmingCharacters(in: .whitespacesAndNewlines)))
      kill(pid, SIGTERM)
      try await screen.until("left 143")
      #expect(try screen.modes() == "0 0 1" && screen.text("before") == screen.text("after"))
    }
  }
}
