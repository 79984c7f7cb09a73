import Foundation
import Testing

extension LiveTests {
  /// What a process is started with, and what it finds of the system.
  @Suite(.enabled(if: geteuid() == 0, "needs root, to take away what root has")) struct StartTests {
    /// `sh` that does something to itself and becomes ipcdump then.
    private func ipcdump(
      after preparation: String, _ arguments: String, in session: Session
    ) async throws -> (status: Int, output: String, diagnostics: String) {
      let script = "\(preparation); exec \(try Programs.ipcdump()) \(arguments)"
      let run = try session.start(
        "unshare", ["-m", "sh", "-c", "cd \(session.folder.path); \(script)"], name: "run")
      let status = try await run.wait().status
      return (status, try session.folder.text("run.out"), try session.folder.text("run.err"))
    }

    private func exists(_ name: String, in session: Session) -> Bool {
      FileManager.default.fileExists(atPath: session.file(name))
    }

    @Test(arguments: [("/proc", "mount -t proc"), ("/sys", "mount -t sysfs")])
    func `what is not mounted and needed is one line, and nothing is run or traced`(
      _ folder: String, _ advice: String
    ) async throws {
      let session = try Session()
      let run = try await ipcdump(
        after: "umount -l \(folder)", "-t ud -S nosuch -o events -- touch was-run", in: session)
      #expect(run.status == 1)
      #expect(run.diagnostics.contains("\(folder) is not mounted"), "\(run.diagnostics)")
      #expect(run.diagnostics.contains(advice), "\(run.diagnostics)")
      #expect(run.diagnostics.split(separator: "\n").count == 1, "\(run.diagnostics)")
      #expect(!exists("was-run", in: session))
    }

    @Test func `without /proc, arguments are still what was given`() async throws {
      let session = try Session()
      let wrong = try await ipcdump(after: "umount -l /proc", "-f xml", in: session)
      #expect(wrong.status == 64 && wrong.diagnostics.contains("xml"), "\(wrong.diagnostics)")
      let types = try await ipcdump(after: "umount -l /proc", "--list-types", in: session)
      #expect(types.status == 0 && types.output.contains("unix-dgram"), "\(types.diagnostics)")
    }

    /// The next file would get the number 2, and the closing line with it.
    @Test
    func `with closed descriptors, a capture holds nothing but itself, and the command has them closed`()
      async throws
    {
      let session = try Session()
      let command =
        "sh -c 'echo x | cat > /dev/null; for i in 0 1 2; do [ -e /proc/$$/fd/$i ] && : > open$i; done'"
      let run = try await ipcdump(after: ":", "-w capture -- \(command) <&- >&- 2>&-", in: session)
      let left = ["open0", "open1", "open2"].filter { exists($0, in: session) }
      #expect(left == [])
      let replayed = try await session.replay(["-f", "json"], of: "capture")
      #expect(replayed.status == 0 && !replayed.output.isEmpty, "\(replayed.diagnostics)")
      let capture = try session.folder.contents("capture")
      #expect(capture.range(of: Data("captured".utf8)) == nil)
      #expect(run.status != 0)  // The last test of the loop.
    }

    @Test func `without standard output, that is said`() async throws {
      let session = try Session()
      let run = try await ipcdump(after: ":", "-- sh -c 'echo x | cat > /dev/null' >&-", in: session)
      #expect(run.status == 1)
      #expect(
        run.diagnostics.contains("cannot write to standard output: Bad file descriptor"), "\(run.diagnostics)"
      )
    }

    @Test func `the soft limit of open files is raised, and is the command's again`() async throws {
      let session = try Session()
      let run = try await ipcdump(
        after: "ulimit -Sn 30", "-o events -- sh -c 'ulimit -Sn; ulimit -Hn'", in: session)
      #expect(run.status == 0, "\(run.diagnostics)")
      let limits = run.output.split(separator: "\n")
      #expect(limits.first == "30" && limits.last != "30", "\(run.output)")
    }

    @Test(arguments: [12, 50, 100])
    func `a hard limit of open files that is too low is called so`(_ limit: Int) async throws {
      let session = try Session()
      let run = try await ipcdump(after: "ulimit -n \(limit)", "-o events -- touch was-run", in: session)
      #expect(run.status == 1)
      #expect(run.diagnostics.contains("the limit of \(limit) open files is too low"), "\(run.diagnostics)")
      #expect(run.diagnostics.split(separator: "\n").count == 1, "\(run.diagnostics)")
      #expect(!exists("was-run", in: session))
    }

    /// In a lockdown, it says each time that debugfs is opened.
    @Test func `the kernel's log says nothing about a start`() async throws {
      let session = try Session()
      func lines() async throws -> Int {
        let log = try session.start("dmesg", [], name: "log")
        #expect(try await log.wait().status == 0)
        return try session.folder.text("log.out").split(separator: "\n").count { $0.contains("ipcdump") }
      }
      let before = try await lines()
      let run = try await ipcdump(after: ":", "-o events -- true", in: session)
      #expect(run.status == 0, "\(run.diagnostics)")
      let after = try await lines()
      #expect(after <= before, "the kernel has said something about ipcdump")
    }
  }
}
