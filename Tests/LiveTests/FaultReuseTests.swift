import Foundation
import Testing

extension LiveTests {
  /// Numbers and addresses that come again are not taken for what bore them before.
  @Suite(.serialized) struct FaultReuseTests {
    @Test(arguments: Hook.allCases)
    func `processes with one number are told apart`(_ hook: Hook) async throws {
      let scenario = Scenario("pid-reuse", "--mode", "same")
      try await scenario.skipUnlessPlayable()
      try await scenario.expectExactTrace(hook)
    }

    /// Writes its first argument into a limit that is the namespace's own, and runs the others.
    private static let limited = "echo \"$1\" > /proc/sys/kernel/pid_max || exit 77; shift; exec \"$@\""

    @Test(arguments: Hook.allCases)
    func `processes are told apart when the numbers of a namespace have wrapped`(_ hook: Hook) async throws {
      // Where the limit is the whole host's, the root of a user namespace must not change it.
      let probe = try Session()
      let words = ["-pf", "--mount-proc", "sh", "-c", Self.limited, "sh", "400", "true"]
      let isOwn = try probe.start("unshare", ["-U", "-r"] + words, name: "probe")
      guard try await isOwn.wait().status == 0 else {
        try Test.cancel("pid namespaces have no limit of their own (/proc/sys/kernel/pid_max, since 6.14)")
      }
      let session = try Session()
      let ipcdump = [try Programs.ipcdump()] + session.recording + [hook.option]
      let command = try session.actorCommand(["pid-reuse", "--count", "300"])
      let trace = try await session.finish(
        session.start("unshare", words.dropLast() + ipcdump + command, name: "ipcdump"))
      trace.expectClean()
      expectExact(trace.events, try session.truth().events)
    }

    static let kinds = [
      "pipe", "fifo", "unix-stream", "unix-dgram", "unix-seqpacket", "tcp4", "udp4",
    ]

    @Test(
      arguments: zip(kinds, Hook.inTurn)
    )
    func `channels at one address, file or port after another are told apart`(_ kind: String, _ hook: Hook)
      async throws
    {
      try await Scenario("channel-reuse", "--kind", kind).expectExactTrace(hook)
    }
  }
}
