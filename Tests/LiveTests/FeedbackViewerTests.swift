import Foundation
import Glibc
import Testing

extension LiveTests {
  /// Whoever looks at the output of an unfiltered ipcdump must not make it tell more and more.
  @Suite(.serialized) struct FeedbackViewerTests {
    /// A signal that nobody has a handler for and that changes nothing: one event, and the first turn of a loop.
    private static func trigger(_ scene: FeedbackScene, times: Int = 1) throws -> Int {
      let target = try scene.shower
      for _ in 0..<times { kill(pid_t(target), SIGCONT) }
      return target
    }

    @Test(arguments: FeedbackViewer.all, Hook.allCases)
    func `what shows the output is not told`(_ viewer: FeedbackViewer, _ hook: Hook) async throws {
      let scene = try await FeedbackScene(viewer)
      try await scene.startIPCDump([hook.option])
      var target = 0
      for round in 1...3 {
        target = try Self.trigger(scene)
        try await scene.untilShown(round)
      }
      let closing = try await scene.finish()
      #expect(closing.hasSuffix("3 events captured, 0 lost\n"))
      let events = try EventLines(Data(scene.shown.map { "\($0)\n" }.joined().utf8)).events
      #expect(events.count == 3)
      for event in events {
        #expect(event.type == "signal" && event.meta.num == Int(SIGCONT), "\(Told(event))")
        #expect(event.srcPid == Int(getpid()) && event.dstPid == target, "\(Told(event))")
      }
    }

    @Test(
      arguments: [FeedbackViewer.script, .tmux, .ssh],
      Hook.allCases)
    func `--include-self tells what shows the output`(_ viewer: FeedbackViewer, _ hook: Hook) async throws {
      let scene = try await FeedbackScene(viewer)
      // The loop needs no second push.
      try await scene.startIPCDump([hook.option, "--include-self", "-c", "50"])
      _ = try Self.trigger(scene)
      let closing = try await scene.closingLine()
      #expect(closing.hasSuffix("50 events captured, 0 lost\n"))
      let start = "{\"src_pid\":\(try scene.ipcdump),"
      #expect(scene.shown.contains { $0.hasPrefix(start) && $0.contains("\"type\":\"pty\"") })
    }
  }
}
