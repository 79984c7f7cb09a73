import Foundation
import Glibc
import Testing

extension LiveTests {
  /// ipcdump in namespaces of its own, as in a container: what it tells holds there.
  @Suite(.serialized) struct FaultNamespaceTests {
    @Test(arguments: Hook.allCases)
    func `processes outside of the pid namespace do not belong to the command`(_ hook: Hook) async throws {
      let session = try Session()
      let outside = try session.start(
        "sh", ["-c", "while :; do echo foreign | cat > /dev/null; done"], name: "outside")
      defer { outside.send(SIGKILL) }
      let command = ["--", "sh", "-c", "echo hello | cat > /dev/null; sleep 1"]
      let words = [try Programs.ipcdump()] + session.recording + ["-t", "pipe", hook.option] + command
      let trace = try await session.finish(
        session.start("unshare", ["-pf", "--mount-proc"] + words, name: "ipcdump"))
      trace.expectClean()
      #expect(trace.events.map { [$0.srcComm, $0.dstComm] } == [["sh", "cat"]])
      #expect(trace.events.allSatisfy { $0.srcPid > 1 && $0.dstPid > 1 && $0.srcPid < 100 })
    }

    @Test(arguments: Hook.allCases)
    func `a process outside that writes to one inside has a name, but no number`(_ hook: Hook) async throws {
      let session = try Session()
      let fifo = session.file("fifo")
      #expect(mkfifo(fifo, 0o600) == 0)
      let outside = try session.start("sh", ["-c", "echo foreign > \(fifo)"], name: "outside")
      let command = ["--", "cat", fifo]
      let words = [try Programs.ipcdump()] + session.recording + ["-t", "pipe", hook.option] + command
      let trace = try await session.finish(
        session.start("unshare", ["-pf", "--mount-proc"] + words, name: "ipcdump"))
      #expect(try await outside.wait().status == 0)
      trace.expectClean()
      let event = try #require(trace.events.first)
      #expect(trace.events.count == 1)
      #expect([event.srcPid, event.srcTid] == [-1, -1] && event.srcComm == "sh", "\(Told(event))")
      #expect(event.dstPid > 0 && event.dstPid < 100 && event.dstComm == "cat", "\(Told(event))")
      #expect(event.meta.pipeName == fifo && event.bytes == Data("foreign\n".utf8))
    }

    static let kinds = ["unix-stream", "unix-dgram", "unix-seqpacket", "tcp4", "tcp6", "udp4", "udp6"]

    /// Something of each kind of IPC.
    static let scenarios =
      [
        Scenario("pipe-1x1"), Scenario("pipe-inherit"), Scenario("fifo"), Scenario("signal-kill"),
        Scenario("mesh"),
        Scenario("mixed"), Scenario("terminal-rally"),
      ] + Scenario.over(kinds, "socket-ping-pong")

    /// A root, processes, a network and names of its own; its only network device is the loopback one.
    private static let container = """
      mount --rbind / "$0" && cd "$0" && pivot_root . . && umount -l . && cd / || exit 99
      ip link set lo up || exit 99
      exec "$@"
      """

    @Test(arguments: zip(scenarios, Hook.inTurn))
    func `in a container everything is told as it is there`(_ scenario: Scenario, _ hook: Hook) async throws {
      let session = try Session()
      try FileManager.default.createDirectory(
        atPath: session.file("root"), withIntermediateDirectories: false)
      let ipcdump = [try Programs.ipcdump()] + session.recording + [hook.option]
      let words = ["--pid", "--fork", "--mount", "--net", "--uts", "--ipc", "--cgroup", "--mount-proc"]
      let command = try session.actorCommand(scenario.words)
      let trace = try await session.finish(
        session.start(
          "unshare", words + ["sh", "-c", Self.container, session.file("root")] + ipcdump + command,
          name: "ipcdump"))
      trace.expectClean()
      let truth = try session.truth().events
      #expect(!truth.isEmpty && truth.allSatisfy { $0.srcPid < 1000 })
      expectExact(trace.events, truth)
    }
  }
}
