import Foundation
import Glibc
import Testing

extension LiveTests {
  /// ipcdump in a pid namespace of its own, as in a container.
  @Suite struct NamespaceTests {
    @Test("processes outside of the pid namespace do not belong to the command", arguments: Hook.allCases)
    func outside(_ hook: Hook) async throws {
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
  }
}
