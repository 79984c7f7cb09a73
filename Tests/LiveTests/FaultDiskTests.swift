import Foundation
import Glibc
import Testing

extension LiveTests {
  /// Nobody takes the output any more. That is ipcdump's trouble, not the traced command's.
  @Suite(.serialized) struct FaultDiskTests {
    /// Runs a command line that ends with ipcdump's and a command: an actor, then a look at what ipcdump still has open,
    /// and some time in which an ipcdump that does not wait would be gone.
    private func run(_ session: Session, through words: [String], _ options: [String]) async throws
      -> Termination
    {
      let script = """
        "$0" fault-rally --count 3000 --truth \(session.truthFile) || exit
        for i in $(seq 50); do
          ls -l /proc/$PPID/fd > \(session.file("open")) 2> /dev/null || :
          grep -q bpf_link \(session.file("open")) || break
          sleep 0.1
        done
        sleep 0.5
        : > \(session.file("done"))
        exit 5
        """
      let command = ["--", "sh", "-c", script, try Programs.actor()]
      let all = words + [try Programs.ipcdump(), "-t", "pipe"] + options + command
      return try await session.start(all[0], Array(all.dropFirst()), name: "ipcdump").wait()
    }

    private func expectUnharmed(_ session: Session) throws {
      #expect(FileManager.default.fileExists(atPath: session.file("done")))
      #expect(try session.truth().totals.map(\.reads) == [3000])
    }

    /// That the failure is said in one line, and that ipcdump has taken its programs away, but has waited.
    private func expectOneLine(_ session: Session, about name: String) throws {
      let diagnostics = try session.folder.text("ipcdump.err")
      let wanted = "cannot write to \(name): No space left on device; free some space"
      #expect(diagnostics.hasPrefix("ipcdump: \(wanted)"), "\(diagnostics)")
      #expect(diagnostics.split(separator: "\n").count == 1, "\(diagnostics)")
      let open = try session.folder.text("open")
      #expect(open.contains("signalfd") && !open.contains("bpf_link"), "\(open)")
      try expectUnharmed(session)
    }

    @Test(arguments: zip(["text", "json", "csv"], Hook.inTurn))
    func `on a full disk it says so, and waits for the command; what is there is whole lines`(
      _ format: String, _ hook: Hook
    ) async throws {
      let session = try Session()
      // The disk goes away with its namespace.
      let disk = """
        mkdir "$0/disk" && mount -t tmpfs -o size=64k none "$0/disk" || exit 99
        "$@"
        status=$?
        cp "$0/disk/events" "$0/written" && exit $status
        """
      let file = session.file("disk/events")
      let words = ["unshare", "-m", "sh", "-c", disk, session.folder.path]
      let options = ["-f", format, "-x", "--time=none", "-o", file, hook.option]
      #expect(try await run(session, through: words, options).status == 1)
      try expectOneLine(session, about: file)
      let written = try session.folder.contents("written")
      #expect(written.last == UInt8(ascii: "\n"))
      #expect(written.count > 60_000 && written.count <= 65_536)
      guard format == "json" else { return }
      let events = try EventLines(written).events
      let first = try #require(events.first)
      let balls = events.filter { $0.srcPid == first.srcPid }.compactMap(\.bytes)
      #expect(balls.map { Int(String(decoding: $0, as: UTF8.self), radix: 16) } == Array(0..<balls.count))
    }

    @Test(arguments: Hook.allCases)
    func `a standard output that is full harms the command no more`(_ hook: Hook) async throws {
      let session = try Session()
      let words = ["sh", "-c", "\"$@\" > /dev/full", "sh"]
      #expect(try await run(session, through: words, [hook.option]).status == 1)
      try expectOneLine(session, about: "standard output")
    }

    @Test(arguments: [true, false])
    func `when its reader has gone it ends without a word, and the command goes on`(_ ignoresSignal: Bool)
      async throws
    {
      let session = try Session()
      let pipeline = "{ \"$@\"; echo $? > \"$0/status\"; } | true"
      let words = ["sh", "-c", (ignoresSignal ? "trap '' PIPE; " : "") + pipeline, session.folder.path]
      _ = try await run(session, through: words, [])
      #expect(try session.folder.text("status") == "\(128 + SIGPIPE)\n")
      #expect(try session.folder.text("ipcdump.err").isEmpty)
      #expect(
        try await eventually(seconds: 20) {
          FileManager.default.fileExists(atPath: session.file("done"))
        })
      try expectUnharmed(session)
    }

    @Test(arguments: Hook.allCases)
    func `traced by its number, a process goes on too`(_ hook: Hook) async throws {
      let session = try Session()
      let (actor, pids) = try await session.startHalted(["fault-rally", "--count", "3000"])
      let ipcdump = try session.startIPCDump(["-o", "/dev/full", hook.option, "-p", "\(pids[0])"])
      try await session.untilAttached(ipcdump)
      try session.letGo()
      let trace = try await session.finish(ipcdump)
      #expect(trace.status == 1)
      #expect(trace.otherDiagnosticLines.count == 1, "\(trace.diagnostics)")
      #expect(try await actor.wait().status == 0)
    }
  }
}
