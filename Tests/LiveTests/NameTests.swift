import Foundation
import Testing

extension LiveTests {
  /// A process has a name, its threads have, and so has the file that it runs.
  @Suite(.serialized, .alone("it traces whoever has a name, which actors of others have as well"))
  struct NameTests {
    /// Names of the reader, of its thread, and of the writer; the program's is everybody's.
    static let readers = ["server", "worker-1", "ipc-actor"]
    static let writers = ["client", "ipc-actor"]

    private func expectExactTrace(_ options: [String], isEmpty: Bool = false) async throws {
      let session = try Session()
      let trace = try await session.attach(to: ["named-threads"]) { _ in ["-t", "pipe"] + options }
      trace.expectClean()
      let truth = try session.truth().events
      #expect(truth.map(\.dstComm) == ["server"] && truth.map(\.dstThread) == ["worker-1"])
      expectExact(trace.events, isEmpty ? [] : truth)
    }

    @Test(arguments: readers + writers, Hook.allCases)
    func `any of them is a process's for -P`(_ name: String, _ hook: Hook) async throws {
      try await expectExactTrace([hook.option, "-P", name])
    }

    @Test(arguments: readers)
    func `any of them is a process's for -D`(_ name: String) async throws {
      try await expectExactTrace(["-D", name])
      try await expectExactTrace(["-S", name], isEmpty: name != "ipc-actor")
    }

    @Test func `a program of a long name is known by what a name has room for`() async throws {
      let session = try Session()
      let program = session.file("a-program-of-a-long-name")
      try Programs.copy("/bin/cat", to: program)
      let trace = try await session.trace(
        shell: "cd \(session.folder.path); ln -s \(program) x; echo hi | ./x",
        options: ["-D", "a-program-of-a-long-name"])
      trace.expectClean()
      #expect(trace.events.map(\.dstComm) == ["x"])
    }

    @Test func `lines of text show the thread's behind the process's`() async throws {
      let session = try Session()
      let (actor, pids) = try await session.startHalted(["named-threads"])
      let ipcdump = try session.startIPCDump(["-t", "pipe", "--time", "none", "-P", "server"])
      try await session.untilAttached(ipcdump)
      try session.letGo()
      #expect(try await actor.wait().status == 0)
      try await Task.sleep(for: .milliseconds(400))
      ipcdump.send(SIGINT)
      let trace = try await session.finish(ipcdump)
      let line = String(decoding: trace.output, as: UTF8.self)
      #expect(line.hasPrefix("pipe \(pids[0])(client) > \(pids[1])(server/worker-1): "), "\(line)")
    }
  }
}
