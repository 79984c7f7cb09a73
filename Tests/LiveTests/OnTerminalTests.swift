import Foundation
import Testing

extension LiveTests {
  /// What people see and programs do not.
  @Suite(.serialized) struct OnTerminalTests {
    /// Runs a line of a shell on a terminal of 80 columns; gives its lines without colours.
    private static func lines(_ line: String, in session: Session) async throws -> [String] {
      try session.folder.create("line", "stty cols 80 rows 24; export NO_COLOR=1; \(line)\n")
      let run = try session.start(
        "script", ["-qec", "sh \(session.file("line"))", "/dev/null"], name: "terminal")
      _ = try await run.wait(seconds: 60)
      let text = try session.folder.text("terminal.out")
      return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        .filter { !$0.isEmpty }
    }

    /// Columns of a line, tabs as a terminal shows them.
    private static func width(_ line: String) -> Int {
      line.reduce(0) { $1 == "\t" ? ($0 / 8 + 1) * 8 : $0 + 1 }
    }

    @Test func `a trace that begins is told, and one event is no events`() async throws {
      let session = try Session()
      let ipcdump = try Programs.ipcdump()
      let lines = try await Self.lines(
        "\(ipcdump) -t pipe -o \(session.file("o")) -- sh -c 'echo x | cat > /dev/null'", in: session)
      #expect(lines == ["ipcdump: tracing pipe of sh and its descendants", "1 event captured, 0 lost"])
      let quiet = try await Self.lines(
        "\(ipcdump) -q -o \(session.file("o")) -- sh -c 'echo x | cat > /dev/null'", in: session)
      #expect(quiet.isEmpty, "\(quiet)")
    }

    @Test func `silence is told with the filter, and for whom a trace waits`() async throws {
      let session = try Session()
      let ipcdump = try Programs.ipcdump()
      let silent = try await Self.lines("\(ipcdump) -P sh -- sleep 4", in: session)
      let told =
        "ipcdump: nothing has passed for 3 s: all types of sleep and its descendants; either end is called sh"
      #expect(silent.joined().split(separator: " ").joined(separator: " ").contains(told), "\(silent)")
      let waiting = try await Self.lines(
        "\(ipcdump) -t signal -- sh -c 'sleep 2 & sleep 2 & true'", in: session)
      #expect(
        waiting.contains {
          $0.wholeMatch(of: /ipcdump: waiting for 2 descendants: \d+\(sleep\), \d+\(sleep\)/) != nil
        },
        "\(waiting)")
    }

    @Test func `hex dumps and summaries fit 80 columns, whatever names are like`() async throws {
      let session = try Session()
      let ipcdump = try Programs.ipcdump()
      let fifo = session.file(String(repeating: "very-long-name-", count: 10))
      let dump = try await Self.lines(
        "\(ipcdump) -x -t pipe -- sh -c 'head -c 40 /dev/zero | cat > /dev/null'", in: session)
      let hex = dump.filter { $0.contains("00000") && $0.contains("|") }
      #expect(hex.count == 3 && hex.allSatisfy { Self.width($0) <= 80 }, "\(dump)")
      let summary = try await Self.lines(
        "mkfifo \(fifo); \(ipcdump) --summary -t pipe -- sh -c 'cat < \(fifo) & echo x > \(fifo); wait'",
        in: session)
      #expect(summary.contains("SOURCE > DESTINATION  TYPE CHANNEL"), "\(summary)")
      #expect(summary.allSatisfy { Self.width($0) <= 80 }, "\(summary)")
    }

    static let wrong = [
      "-t nosuch", "-p nosuch", "make", "port 80", "--dissect unxi=json -w x", "-f jsn", "--pids 1",
    ]

    @Test(arguments: wrong)
    func `what is wrong is said without breaking a word`(_ words: String) async throws {
      let session = try Session()
      let lines = try await Self.lines("\(try Programs.ipcdump()) \(words)", in: session)
      #expect(lines.first?.hasPrefix("ipcdump: ") == true, "\(lines)")
      #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("  ") })
      #expect(lines.allSatisfy { Self.width($0) <= 80 }, "\(lines)")
    }

    @Test func `names that nobody has are told at once, and the trace goes on`() async throws {
      let session = try Session()
      let ipcdump = try session.startIPCDump(session.recording + ["-P", "nosuchname", "-c", "1"])
      let isTold = try await eventually(seconds: 20) {
        try session.folder.text("ipcdump.err").contains("-P nosuchname: nobody has this name now")
      }
      #expect(isTold)
      try await session.untilAttached(ipcdump)
      ipcdump.send(SIGINT)
      #expect(try await ipcdump.wait(seconds: 20).status == 0)
    }

    @Test(arguments: [[], ["--follow"], ["-P", "nosuchname"]])
    func `pids that nobody has are told at once, and nothing is traced`(_ options: [String]) async throws {
      let session = try Session()
      let trace = try await session.ipcdump(session.recording + ["-p", "4194303"] + options)
      #expect(trace.status == 1)
      #expect(trace.diagnosticLines.first == "ipcdump: -p 4194303: there is no such process")
      #expect(trace.diagnosticLines.last?.contains("none of the processes exists") == true)
    }
  }
}
