import Foundation
import Testing

extension LiveTests {
  /// What `--with` shows beside the names of processes.
  @Suite(.serialized) struct DetailTests {
    private static let all = ["--with", "fd,exe,args,cwd,user,container"]

    /// Where a program is, behind all links.
    private func path(of program: String) throws -> String {
      let found = try #require(
        ["/usr/bin", "/bin"].map { "\($0)/\(program)" }.first { FileManager.default.fileExists(atPath: $0) })
      return URL(filePath: found).resolvingSymlinksInPath().path
    }

    @Test(arguments: Hook.allCases)
    func `shows what both ends of a pipeline are, however short they live`(_ hook: Hook) async throws {
      let session = try Session()
      let folder = session.folder.path
      let script = "cd \(folder); for i in $(seq 40); do echo hi | cat >/dev/null; done"
      let trace = try await session.trace(shell: script, options: Self.all + [hook.option, "-t", "pipe"])
      trace.expectClean()
      let events = trace.events.filter { $0.dstComm == "cat" }
      #expect(events.count == 40)
      let (sh, cat) = (try path(of: "sh"), try path(of: "cat"))
      #expect(events.allSatisfy { $0.srcFd == 1 && $0.dstFd == 0 })
      #expect(events.allSatisfy { $0.srcExe == sh && $0.dstExe == cat })
      #expect(events.allSatisfy { $0.srcArgs == "sh -c \(script)" && $0.dstArgs == "cat" })
      #expect(
        events.allSatisfy { $0.dstCwd.map { URL(filePath: $0).resolvingSymlinksInPath().path } == folder })
      #expect(events.allSatisfy { $0.srcUser == "root" && $0.dstUser == "root" })
    }

    @Test func `shows what ran before the trace, and who sends signals`() async throws {
      let session = try Session()
      let script = "trap : USR1; echo $$ > \(session.file("ready")); while :; do sleep 0.1; done"
      let shell = try session.start("sh", ["-c", script], name: "shell")
      let pids = try await session.announcedPids()
      let ipcdump = try session.startIPCDump(
        ["-f", "json", "-o", session.eventFile, "-t", "signal", "-d", "\(pids[0])"] + Self.all)
      try await session.untilAttached(ipcdump)
      let kill = try session.start("/bin/kill", ["-USR1", "\(pids[0])"], name: "kill")
      #expect(try await kill.wait().status == 0)
      try await Task.sleep(for: .milliseconds(300))
      ipcdump.send(SIGINT)
      let trace = try await session.finish(ipcdump)
      shell.send(SIGKILL)
      _ = try await shell.wait()
      trace.expectClean()
      let signal = try #require(trace.events.first)
      #expect(signal.srcExe == (try path(of: "kill")) && signal.srcArgs == "/bin/kill -USR1 \(pids[0])")
      #expect(signal.dstExe == (try path(of: "sh")) && signal.dstArgs == "sh -c \(script)")
      #expect(signal.srcFd == nil && signal.dstFd == nil)
    }

    @Test func `shows the same of a capture`() async throws {
      let session = try Session()
      let trace = try await session.trace(
        shell: "echo hi | cat; kill -0 $$; sh -c 'echo again | cat'", options: session.keeping + Self.all)
      trace.expectClean()
      #expect(trace.events.contains { $0.srcArgs == "sh -c echo again | cat" })
      let replayed = try await session.replay(["-f", "json", "-x"] + Self.all)
      #expect(replayed.output == (try session.folder.contents("events")))
      let named = try await session.replay([
        "-q", "-D", try path(of: "cat").split(separator: "/").last.map(String.init) ?? "",
      ])
      #expect(String(decoding: named.output, as: UTF8.self).split(separator: "\n").count == 2)
    }
  }
}
