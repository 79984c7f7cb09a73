import Foundation
import Glibc
import Testing

extension LiveTests {
  /// `ipcdump why` finds what never ends, and nothing else.
  @Suite(
    .serialized, .needsPython,
    .sensitiveToLoad("its graph is of the whole host, where others wait as well, and a busy one moves late"))
  struct WhyTests {
    private func expect(_ scene: WaitScene) async throws {
      let play = try await WaitPlay(scene.name)
      let (status, text, complaint) = try await play.ask()
      try await play.end()
      let answers = try WaitAnswer.all(in: text)
      let answer = try #require(answers.first, "\(complaint)")
      #expect(answers.count == 1)
      let deadlocks = answer.deadlocks.map { deadlock in
        WaitScene.Deadlock(
          roles: deadlock.pids.map(play.role).sorted(), kind: deadlock.kind,
          blocked: deadlock.blocked.map(play.role).sorted())
      }
      #expect(deadlocks.sorted { $0.roles[0] < $1.roles[0] } == scene.deadlocks, "\(text)")
      #expect(status == (scene.deadlocks.isEmpty ? 0 : 3))
      let leaks = answer.leaks.map { [play.role($0.reader.pid)] + $0.holders.map { play.role($0.pid) } }
      #expect(leaks == scene.leaks, "\(text)")
      let unknown = answer.unknown.map { play.role($0.pid) }.filter { play.roles[$0] != nil }
      #expect(unknown == scene.unknown, "\(text)")
      #expect(answer.waits.allSatisfy { $0.waiting_ns != nil }, "\(text)")
    }

    @Test(arguments: WaitScene.hangs)
    func `what never ends is found`(_ scene: WaitScene) async throws { try await expect(scene) }

    @Test(arguments: WaitScene.lookalikes)
    func `what can still end is left alone`(_ scene: WaitScene) async throws { try await expect(scene) }

    @Test func `a wait is told with its channel and who could end it`() async throws {
      let play = try await WaitPlay("subprocess_stderr")
      let answer = try #require(try WaitAnswer.all(in: await play.ask().text).first)
      let (parent, child) = (play.roles["parent"], play.roles["child"])
      let read = try #require(answer.waits.first { $0.pid == parent })
      #expect(read.call == "read")
      #expect(read.mode == "any")
      #expect(read.on.map(\.type) == ["pipe"])
      #expect(read.on[0].by.map(\.pid) == [child])
      #expect(read.on[0].by[0].does == "write")
      let write = try #require(answer.waits.first { $0.pid == child })
      #expect(write.call == "write")
      #expect(write.on[0].unread == 65536)
      #expect(write.on[0].capacity == 65536)
      #expect(write.on[0].by.map(\.pid) == [parent])
      #expect(write.on[0].by[0].does == "read")
      let text = try await play.ask([]).text
      #expect(text.contains("DEADLOCK of "), "\(text)")
      #expect(
        text.contains("has been reading pipe [\(read.on[0].channel?.dropFirst().dropLast() ?? "")]"),
        "\(text)")
      try await play.end()
    }

    @Test func `a command that hangs is told and ended`() async throws {
      let session = try Session()
      let script = "import os; r, w = os.pipe(); os.read(r, 1)"
      let run = try await session.ipcdump([
        "why", "--json", "--after", "300ms", "--", "python3", "-c", script,
      ])
      #expect(run.status == 3, "\(run.diagnostics)")
      let answers = try WaitAnswer.all(in: String(decoding: run.output, as: UTF8.self))
      #expect(answers.map { $0.deadlocks.map(\.kind) } == [["self"]])
      let pid = pid_t(answers[0].deadlocks[0].pids[0])
      #expect(kill(pid, 0) != 0)
    }

    @Test func `a command that goes on keeps its status`() async throws {
      let session = try Session()
      let run = try await session.ipcdump([
        "why", "--json", "--after", "5s", "--", "sh", "-c", "sleep 0.2; exit 7",
      ])
      #expect(run.status == 7)
      #expect(try WaitAnswer.all(in: String(decoding: run.output, as: UTF8.self)).map(\.waits.count) == [0])
    }

    @Test func `SIGUSR1 asks about a command`() async throws {
      let session = try Session()
      let why = try session.startIPCDump(["why", "--json", "--after", "1h", "--", "sleep", "3600"])
      let isAnswered = try await eventually(seconds: 20) {
        // One that comes before ipcdump watches for it would end it.
        let status = (try? String(contentsOfFile: "/proc/\(why.pid)/status", encoding: .utf8)) ?? ""
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("SigBlk:") }),
          let blocked = UInt64(line.dropFirst(7).drop { $0 == "\t" }, radix: 16), blocked >> 9 & 1 == 1
        else { return false }
        why.send(SIGUSR1)
        usleep(200_000)
        return try session.folder.text("ipcdump.out").contains("\"sleep\"")
      }
      #expect(isAnswered)
      why.send(SIGTERM)
      #expect(try await session.finish(why).status == 143)
    }

    @Test func `it looks again and again`() async throws {
      let play = try await WaitPlay("own_write_end")
      let why = try play.session.startIPCDump(["why", "--json", "-p", play.pids, "--watch", "0.1"])
      let hasThree = try await eventually(seconds: 20) {
        try play.session.folder.text("ipcdump.out").split(separator: "\n").count >= 3
      }
      #expect(hasThree)
      why.send(SIGINT)
      #expect(try await play.session.finish(why).status == 3)
      try await play.end()
    }

    @Test(arguments: [
      (["why", "-p", "4194305"], 1), (["why", "-p", "x"], 64), (["why", "--"], 64),
      (["why", "--after", "5s"], 64),
      (["why", "--watch", "0"], 64), (["why", "-p", "1", "--", "true"], 64),
      (["why", "--", "/nonexistent"], 127),
    ])
    func `what cannot be asked is refused`(_ arguments: [String], _ status: Int) async throws {
      let run = try await Session().ipcdump(arguments)
      #expect(run.status == status, "\(run.diagnostics)")
      #expect(run.output.isEmpty)
      #expect(run.diagnosticLines.count == 1)
    }
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips where Python is missing, unless skips are failures.
  static var needsPython: Self {
    .enabled(if: ProgramsScript.path(of: "python3") != nil || Obstacle.isFailure, "python3 is missing")
  }
}
