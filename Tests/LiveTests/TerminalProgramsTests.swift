import Foundation
import Testing

extension LiveTests {
  /// A shell in a terminal that script(1) shows and keeps a log of.
  @Suite(.serialized) struct TerminalProgramsTests {
    /// What is typed, what it prints and which program prints it. None of the output is part of what is typed.
    static let commands = [
      (typed: "echo alpha-$((20+3))", printed: "alpha-23", by: "bash"),
      (typed: "printf 'be%s\\n' ta", printed: "beta", by: "bash"),
      (typed: "/bin/echo gamma | tr a-m A-M", printed: "GAMMA", by: "tr"),
      (
        typed: "seq 3 | tail -n 1 | sed s/3/delta-and-more/ | sed s/-.*/-four/", printed: "delta-four",
        by: "sed"
      ),
      (typed: "tty", printed: "/dev/pts/", by: "tty"),
    ]

    /// Each command is typed when the prompt is there.
    private static var typing: String {
      let lines = commands.map(\.typed).enumerated().map { index, command in
        "until_true prompts \(index + 1); printf '%s\\n' \(quoted(command))"
      }
      return """
        prompts() { [ $(tr -dc '~' < shown | wc -c) -ge $1 ]; }
        touch shown
        feed() {
          \(lines.joined(separator: "\n  "))
          until_true prompts \(commands.count + 1); echo exit
          until_true grep -q '^exit' shown
        }
        export PS1='~ ' TERM=dumb HISTFILE= SHELL=/bin/sh
        feed | run script script -qfc 'exec bash --norc --noprofile -i' log > shown

        """
    }

    private static func quoted(_ text: String) -> String {
      "'\(text.replacingOccurrences(of: "'", with: "'\\''"))'"
    }

    /// Text without what the terminal puts into it.
    private static func plain(_ bytes: Data) -> String {
      String(decoding: bytes, as: UTF8.self).replacingOccurrences(of: "\r", with: "")
    }

    private static func joined(_ events: [TracedEvent]) -> Data {
      events.reduce(into: Data()) { $0 += $1.bytes ?? Data() }
    }

    @Test(arguments: Hook.allCases)
    func `a session of five commands can be read back`(_ hook: Hook) async throws {
      let script = try ProgramsScript(needs: ["script", "bash"])
      let trace = try await script.trace(Self.typing, hook: hook, kinds: "pty")
      trace.trace.expectClean()
      expectOrderedByTime(trace.events)
      let program = try trace.pid("script")
      let input = trace.events.filter { $0.meta.direction == "input" }
      let output = trace.events.filter { $0.meta.direction == "output" }
      #expect(input.count + output.count == trace.events.count)

      // The end of its own input script(1) hands on as the character that means the end.
      var typed = Self.joined(input)
      while typed.last == 4 { typed.removeLast() }
      let lines = Self.commands.map(\.typed) + ["exit"]
      #expect(String(decoding: typed, as: UTF8.self) == lines.map { "\($0)\n" }.joined())
      let shell = try #require(input.first).dstPid
      for event in input where event.bytes != Data([4]) {
        #expect(event.srcPid == program && event.srcComm == "script", "\(Told(event))")
        #expect(event.dstPid == shell && event.dstComm == "bash" && event.inferred == nil, "\(Told(event))")
      }

      // Everything that script(1) has shown was printed, and told in the same order.
      let printed = Self.plain(Self.joined(output))
      #expect(printed == Self.plain(try trace.contents("shown")))
      for command in Self.commands {
        #expect(printed.ranges(of: command.printed).count == 1, "\(command.printed) in \(printed)")
        let event = output.first { $0.contains(command.printed) }
        #expect(event?.srcComm == command.by, "\(command.printed)")
      }
      for event in output {
        #expect(event.dstPid == program && event.dstComm == "script", "\(Told(event))")
        #expect(event.bytes?.count == event.meta.count, "\(Told(event))")
      }
      let name = try #require(input.first?.meta.ttyName)
      #expect(printed.contains("/dev/\(name)\n"))
      // The end of the input may come when the session is over already.
      for event in trace.events where event.bytes != Data([4]) {
        #expect(event.meta.ttyName == name && event.meta.dstSid == shell, "\(Told(event))")
      }
    }
  }
}
