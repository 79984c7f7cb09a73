import Foundation
import Testing

extension LiveTests {
  /// Three processes, mesh-0 to mesh-2, all talk to each other; a filter must leave exactly its part of that.
  @Suite(.serialized, .alone("it traces whoever has a name, which actors of others have as well"))
  struct FilterTests {
    /// Options in which A, B and C stand for the three pids.
    struct PidFilter: CustomTestStringConvertible {
      var testDescription: String
      var keeps: @Sendable (_ event: TracedEvent, _ pids: [Int]) -> Bool

      init(_ options: String, keeps: @escaping @Sendable (TracedEvent, [Int]) -> Bool) {
        testDescription = options
        self.keeps = keeps
      }

      func options(_ pids: [Int]) -> [String] {
        testDescription.split(separator: " ").map { word in
          zip(["A", "B", "C"], pids).reduce(String(word)) {
            $0.replacingOccurrences(of: $1.0, with: "\($1.1)")
          }
        }
      }
    }

    static let pidFilters = [
      PidFilter("-p A") { $0.srcPid == $1[0] || $0.dstPid == $1[0] },
      PidFilter("-p A,B,C") { _, _ in true },
      PidFilter("-p A -p B") { _, _ in true },
      PidFilter("-s A") { $0.srcPid == $1[0] },
      PidFilter("-d A") { $0.dstPid == $1[0] },
      PidFilter("-s A -d B") { $0.srcPid == $1[0] && $0.dstPid == $1[1] },
      PidFilter("-s A,B -d C") { $0.dstPid == $1[2] },
      PidFilter("-s A -s B") { $0.srcPid != $1[2] },
      PidFilter("-p A -d B") { $0.srcPid == $1[0] && $0.dstPid == $1[1] },
    ]

    @Test(arguments: pidFilters, Hook.allCases)
    func `filters by pid of running processes are exact`(_ filter: PidFilter, _ hook: Hook) async throws {
      let session = try Session()
      var pids: [Int] = []
      let trace = try await session.attach(to: ["mesh"]) {
        pids = $0
        return [hook.option] + filter.options($0)
      }
      trace.expectClean()
      try #require(pids.count == 3)
      expectExact(trace.events, try session.truth().events.filter { filter.keeps($0, pids) })
    }

    struct CommFilter: CustomTestStringConvertible {
      var options: [String]
      var keeps: @Sendable (TracedEvent) -> Bool
      var testDescription: String { options.joined(separator: " ") }
    }

    static let commFilters = [
      CommFilter(options: ["-P", "mesh-0"]) { $0.srcComm == "mesh-0" || $0.dstComm == "mesh-0" },
      CommFilter(options: ["-S", "mesh-0"]) { $0.srcComm == "mesh-0" },
      CommFilter(options: ["-D", "mesh-0"]) { $0.dstComm == "mesh-0" },
      CommFilter(options: ["-S", "mesh-0", "-D", "mesh-2"]) {
        $0.srcComm == "mesh-0" && $0.dstComm == "mesh-2"
      },
      CommFilter(options: ["-S", "mesh-0", "-S", "mesh-1"]) { $0.srcComm != "mesh-2" },
      CommFilter(options: ["-S", "mesh-0", "-t", "pipe"]) { $0.srcComm == "mesh-0" },
      CommFilter(options: ["-P", "mesh-0", "-t", "signal"]) { _ in false },
      CommFilter(options: ["-P", "mesh"]) { _ in false },
      CommFilter(options: ["--where", "comm == mesh-0 and type == pipe"]) {
        $0.srcComm == "mesh-0" || $0.dstComm == "mesh-0"
      },
      CommFilter(options: ["--where", "comm == mesh-1 and not comm == mesh-0"]) {
        [$0.srcComm, $0.dstComm] == ["mesh-1", "mesh-2"] || [$0.srcComm, $0.dstComm] == ["mesh-2", "mesh-1"]
      },
      CommFilter(options: ["-P", "mesh-0", "--where", "src_comm ~ '-[01]$' and not content contains nothing"])
      {
        $0.srcComm == "mesh-0" || $0.srcComm == "mesh-1" && $0.dstComm == "mesh-0"
      },
    ]

    @Test(arguments: commFilters, Hook.allCases)
    func `filters by name are exact`(_ filter: CommFilter, _ hook: Hook) async throws {
      let session = try Session()
      let trace = try await session.trace(["mesh"], options: filter.options + [hook.option])
      trace.expectClean()
      expectExact(trace.events, try session.truth().events.filter(filter.keeps))
    }

    static let typeFilters: [([String], Set<String>)] = [
      (["-t", "k"], ["signal"]), (["-t", "signal"], ["signal"]), (["-t", "kill"], ["signal"]),
      (["-t", "p"], ["pipe"]), (["-t", "pipe"], ["pipe"]),
      (["-t", "a"], ["pipe", "signal"]), (["-t", "all"], ["pipe", "signal"]), ([], ["pipe", "signal"]),
      (["-t", "pipe", "-t", "signal"], ["pipe", "signal"]), (["-t", "pipe,signal"], ["pipe", "signal"]),
    ]

    @Test(arguments: typeFilters)
    func `-t chooses the kinds`(_ options: [String], _ expected: Set<String>) async throws {
      let session = try Session()
      let trace = try await session.trace(
        shell: "trap : USR1; echo x | cat; kill -USR1 $$", options: options)
      trace.expectClean()
      #expect(Set(trace.events.map(\.type)) == expected)
      #expect(trace.events.count == expected.count)
    }

    @Test func `a pipe that has rested is still of interest to its reader's filter`() async throws {
      let session = try Session()
      let fifo = session.file("fifo")
      let ready = session.file("ready")
      let script = "mkfifo \(fifo); exec 3<>\(fifo); echo $$ > \(ready); while read l <&3; do :; done"
      let reader = try session.start("sh", ["-c", script], name: "reader")
      let pids = try await session.announcedPids()
      let ipcdump = try session.startIPCDump(session.recording + ["-t", "pipe", "-p", "\(pids[0])"])
      try await session.untilAttached(ipcdump)
      // Longer than an idle pipe is remembered in user space; the writer itself is outside the filter.
      let writing = "echo early > \(fifo); sleep 3; echo late > \(fifo)"
      let writer = try session.start("sh", ["-c", writing], name: "writer")
      #expect(try await writer.wait().status == 0)
      try await Task.sleep(for: .milliseconds(300))
      ipcdump.send(SIGINT)
      let trace = try await session.finish(ipcdump)
      reader.send(SIGKILL)
      _ = try await reader.wait()
      trace.expectClean()
      // sh reads a byte at a time.
      let bytes = trace.events.compactMap(\.bytes).reduce(Data(), +)
      #expect(bytes == Data("early\nlate\n".utf8))
      #expect(trace.events.allSatisfy { $0.srcComm == "sh" && $0.dstPid == pids[0] && $0.inferred == nil })
      #expect(trace.events.allSatisfy { $0.meta.pipeName == fifo })
    }

    @Test(arguments: Hook.allCases)
    func `processes outside the command are left alone`(_ hook: Hook) async throws {
      // Another mesh beside the traced one: it is not in the command's tree, so nothing of it is told.
      let other = try Session()
      let (actor, _) = try await other.startHalted(["mesh"])
      let session = try Session()
      let command = ["--", "sh", "-c", ": > \(other.folder.file("go")); sleep 0.3; echo x | cat"]
      let trace = try await session.ipcdump(session.recording + [hook.option] + command)
      trace.expectClean()
      #expect(try await actor.wait().status == 0)
      #expect(trace.events.map(\.srcComm) == ["sh"])
      #expect(trace.events.map(\.dstComm) == ["cat"])
    }
  }
}
