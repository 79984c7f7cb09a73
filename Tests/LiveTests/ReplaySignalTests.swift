import Foundation
import Glibc
import Testing

extension LiveTests {
  /// Signals that come while a capture is read.
  @Suite(.serialized) struct ReplaySignalTests {
    private static let command = ["--", "sh", "-c", "echo hello | cat >/dev/null; kill -URG $$"]

    @Test func `Ctrl-C at -w - | -r - loses nothing of what the writer still tells`() async throws {
      let session = try Session()
      // The command says one more thing when it is interrupted.
      let command = """
        trap 'trap "" INT; echo last | cat >&2; exit 0' INT
        echo hello | cat >&2
        : > "$1"
        while :; do sleep 0.05; done
        """
      let script = """
        trap : INT
        "$0" -w - -t pipe -- sh -c "$1" sh "$2" | "$0" -r - --summary -f json
        """
      let shell = try session.start(
        "sh", ["-c", script, Programs.ipcdump(), command, session.file("ready")], name: "shell")
      _ = try await session.announcedPids()
      // The terminal tells all of them, too.
      kill(-shell.pid, SIGINT)
      #expect(try await shell.wait().status == 0)
      let summary = try #require(try SummaryTests.summaries(session.folder.contents("shell.out")).last)
      #expect(summary.edges.map(\.bytes) == [6, 5] && summary.events == 2, "\(summary)")
      let complaints = try session.folder.text("shell.err").split(separator: "\n").filter {
        !["hello", "last"].contains($0)
      }
      #expect(complaints == Array(repeating: "2 events captured, 0 lost", count: 2))
    }

    @Test func `a stream that stands still is summed up when SIGUSR1 asks, and when signals end it`()
      async throws
    {
      let session = try Session()
      _ = try await session.ipcdump(["-w", session.captureFile] + Self.command)
      let capture = try session.folder.contents("capture.pcapng")
      let path = session.file("stream")
      #expect(mkfifo(path, 0o600) == 0)
      let replay = try session.startIPCDump(["-r", path, "--summary", "-f", "json"])
      // All events, and the beginning of what follows them.
      let stream = open(path, O_WRONLY | O_CLOEXEC)
      try #require(stream >= 0)
      defer { close(stream) }
      let part = capture.dropLast(30)
      #expect(part.withUnsafeBytes { write(stream, $0.baseAddress, $0.count) } == part.count)
      func told() throws -> [SummaryEdges] {
        try SummaryTests.summaries(session.folder.contents("ipcdump.out"))
      }
      // It has read everything when it waits for more: in poll(2), which is 7 on x86-64 (syscall_64.tbl).
      let isWaiting = try await eventually(seconds: 20) {
        try String(contentsOfFile: "/proc/\(replay.pid)/syscall", encoding: .utf8).hasPrefix("7 ")
      }
      #expect(isWaiting)
      replay.send(SIGUSR1)
      let isAnswered = try await eventually(seconds: 20) { try !told().isEmpty }
      #expect(isAnswered)
      #expect(try told().map(\.events) == [2])
      // The first lets the writer finish; the second does not wait for it.
      replay.send(SIGINT)
      replay.send(SIGTERM)
      let ended = try await session.finish(replay)
      #expect(ended.status == 0 && ended.diagnostics == "2 events captured, 0 lost\n", "\(ended.diagnostics)")
      #expect(try told().map(\.events) == [2, 2])
    }

    @Test func `SIGINT ends the replay of a file, whose summary is of what was shown`() async throws {
      let session = try Session()
      _ = try await session.ipcdump(["-w", session.captureFile] + Self.command)
      let section = try session.folder.contents("capture.pcapng")
      let count = 4000
      var file = Data()
      for _ in 0..<count { file += section }
      try file.write(to: URL(filePath: session.captureFile))
      let path = session.file("lines")
      #expect(mkfifo(path, 0o600) == 0)
      let lines = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
      try #require(lines >= 0)
      defer { close(lines) }

      // Nobody reads the lines, so that it comes to a halt.
      let replay = try session.startIPCDump(
        ["-r", session.captureFile, "--summary", "-f", "json", "-o", path])
      // A page of the FIFO may be left with some room, if the next write is larger than that (pipe_write, fs/pipe.c).
      var waiting: Int32 = 0
      var before: Int32 = 0
      let isFull = try await eventually(seconds: 20) {
        before = waiting
        usleep(100_000)
        return ioctl(lines, UInt(FIONREAD), &waiting) == 0 && waiting >= 32768 && waiting == before
      }
      #expect(isFull)
      replay.send(SIGINT)
      var shown = Data()
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let isOver = try await eventually(seconds: 20) {
        let size = read(lines, &buffer, buffer.count)
        if size > 0 { shown += buffer[..<size] }
        return size <= 0 && replay.poll() != nil
      }
      #expect(isOver)
      let ended = try await session.finish(replay)
      let told = try EventLines(shown).events.count
      #expect(told > 0 && told < 2 * count)
      #expect(
        ended.status == 0
          && ended.diagnostics == "\(told) \(told == 1 ? "event" : "events") captured, 0 lost\n")
      #expect(try SummaryTests.summaries(ended.output).map(\.events) == [told])
    }
  }
}
