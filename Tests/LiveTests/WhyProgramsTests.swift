import Foundation
import Testing

extension LiveTests {
  /// Hangs that real programs get into.
  @Suite(
    .serialized, .needsPython,
    .sensitiveToLoad("its graph is of the whole host, where others wait as well, and a busy one moves late"))
  struct WhyProgramsTests {
    /// A program that hangs, and what is said of it once nothing moves any more.
    ///
    /// - Parameters:
    ///   - files: Files that it needs, by their names.
    ///   - session: Where it runs; nil for a folder of its own.
    ///   - isComplete: Whether an answer has all that is waited for.
    static func answer(
      to command: [String], _ files: [String: String], in session: Session? = nil,
      when isComplete: (WaitAnswer) -> Bool
    ) async throws -> (pid: Int, status: Int, answer: WaitAnswer) {
      let session = try session ?? Session()
      for (name, text) in files { try session.folder.create(name, text) }
      let words = command.map { files[$0] == nil ? $0 : session.file($0) }
      let program = try session.start(words[0], Array(words.dropFirst()), name: "program")
      var last: (Int, WaitAnswer)?
      for _ in 0..<40 {
        let run = try await session.ipcdump(["why", "--json", "-p", "\(program.pid)"])
        if let answer = try WaitAnswer.all(in: String(decoding: run.output, as: UTF8.self)).first {
          last = (run.status, answer)
          if isComplete(answer) { break }
        }
        try await Task.sleep(for: .milliseconds(100))
      }
      let found = try #require(last)
      return (Int(program.pid), found.0, found.1)
    }

    private static func hangs(_ answer: WaitAnswer) -> Bool { !answer.deadlocks.isEmpty }

    @Test func `a child fills a pipe of errors that nobody reads`() async throws {
      let script = """
        import subprocess, sys
        words = [sys.executable, "-c", "import sys; sys.stderr.write('x' * 200000)"]
        subprocess.Popen(words, stderr=subprocess.PIPE).wait()
        """
      let (pid, status, answer) = try await Self.answer(
        to: ["python3", "popen.py"], ["popen.py": script], when: Self.hangs)
      #expect(status == 3)
      #expect(answer.deadlocks.map(\.kind) == ["cycle"])
      #expect(answer.deadlocks.first?.pids.count == 2)
      #expect(answer.deadlocks.first?.pids.contains(pid) == true)
      let write = try #require(answer.waits.first { $0.pid != pid })
      #expect(write.call == "write")
      #expect(write.on.map(\.unread) == [65536])
      #expect(write.on.first?.by.map(\.pid) == [pid])
    }

    @Test func `a queue of multiprocessing is joined before it is emptied`() async throws {
      let script = """
        import multiprocessing
        def work(queue): queue.put("x" * 1000000)
        queue = multiprocessing.get_context("fork").Queue()
        worker = multiprocessing.get_context("fork").Process(target=work, args=(queue,))
        worker.start()
        worker.join()
        """
      let (pid, status, answer) = try await Self.answer(
        to: ["python3", "worker.py"], ["worker.py": script], when: Self.hangs)
      #expect(status == 3)
      #expect(answer.deadlocks.first?.pids.count == 2)
      #expect(answer.deadlocks.first?.pids.contains(pid) == true)
      // The worker's first thread waits for the one that writes.
      let worker = answer.waits.filter { $0.pid != pid }
      #expect(Set(worker.map(\.call)) == ["futex", "write"])
      #expect(answer.waits.filter { $0.pid == pid }.map(\.call) == ["wait"])
    }

    @Test func `a daemon keeps the output of a command substitution`() async throws {
      let script = "out=$(sh -c 'sleep 3600 & echo started')\n"
      let (pid, status, answer) = try await Self.answer(to: ["bash", "script.sh"], ["script.sh": script]) {
        !$0.leaks.isEmpty
      }
      #expect(status == 0)
      #expect(answer.deadlocks.isEmpty)
      #expect(answer.leaks.map(\.reader.pid) == [pid])
      #expect(answer.leaks.first?.holders.map(\.comm) == ["sleep"])
      #expect(answer.leaks.first?.holders.map(\.fd) == [1])
    }

    @Test(.enabled(if: ProgramsScript.path(of: "make") != nil || Obstacle.isFailure, "make is missing"))
    func `a job takes tokens of make and waits for one more`() async throws {
      let taker = """
        import os, re, select
        fd = int(re.search(r"--jobserver-auth=(\\d+),", os.environ["MAKEFLAGS"])[1])
        for _ in range(2):
            select.select([fd], [], [])
            os.read(fd, 1)
        """
      let session = try Session()
      try session.folder.create("take.py", taker)
      let rules = "all:\n\t+@python3 \(session.file("take.py"))\n"
      let (pid, status, answer) = try await Self.answer(
        to: ["make", "-j2", "-f", "rules"], ["rules": rules], when: Self.hangs)
      #expect(status == 3)
      #expect(answer.deadlocks.first?.pids.contains(pid) == true)
      let taking = try #require(answer.waits.first { $0.pid != pid && $0.on.map(\.type) == ["pipe"] })
      #expect(taking.call == "poll")
      #expect(taking.on.first?.by.contains { $0.pid == pid && $0.does == "write" } == true)
    }
  }
}
