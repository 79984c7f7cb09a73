import Foundation
import Glibc
import Testing

extension LiveTests {
  /// `--uid`, `--cgroup` and `--container`: who is of a user, or in a cgroup, at the moment of a transfer.
  @Suite(.serialized) struct GroupFilterTests {
    /// A pipeline in the shell's own rights, one of a process that has become nobody without executing anything, and one
    /// of a program that runs as nobody.
    private static let script = #"""
      import os, sys
      def pipeline(text, become):
          read, write = os.pipe()
          for role in (0, 1):
              if os.fork() == 0:
                  become()
                  if role == 0: os.write(write, text)
                  else: os.close(write); os.read(read, 100)
                  os._exit(0)
          os.close(read); os.close(write)
          os.wait(); os.wait()
      def nobody(): os.setgid(65534); os.setuid(65534)
      def execute():
          nobody()
          os.execvp("sh", ["sh", "-c", "echo executed | cat > /dev/null"])
      pipeline(b"root", lambda: None)
      pipeline(b"forked", nobody)
      if os.fork() == 0: execute()
      os.wait()
      """#

    private func contents(_ trace: Trace) -> [String] {
      trace.events.map { String(decoding: $0.bytes ?? Data(), as: UTF8.self) }
    }

    /// Traces a script that begins when ipcdump does.
    private func trace(
      _ session: Session, _ script: String, _ options: [String], wrapper: [String] = []
    ) async throws -> Trace {
      try session.folder.create("script.py", script)
      let words = wrapper + ["python3", session.file("script.py"), session.folder.path]
      let gate = "while [ ! -e \(session.file("go")) ]; do sleep 0.05; done; exec \"$@\""
      let script = try session.start("sh", ["-c", gate, "sh"] + words, name: "script")
      let ipcdump = try session.startIPCDump(session.recording + options)
      try await session.untilAttached(ipcdump)
      try session.letGo()
      #expect(try await script.wait().status == 0)
      try await Task.sleep(for: .milliseconds(400))
      ipcdump.send(SIGINT)
      return try await session.finish(ipcdump)
    }

    @Test(.needsPython, arguments: Hook.allCases)
    func `--uid takes who runs as a user at that moment`(_ hook: Hook) async throws {
      let session = try Session()
      let trace = try await trace(
        session, Self.script,
        [hook.option, "-t", "pipe", "--uid", "nobody", "--where", "comm in (python3, sh)"])
      trace.expectClean()
      #expect(contents(trace) == ["forked", "executed\n"])
    }

    @Test(.needsPython)
    func `--uid of a command's processes is decided by what they are known to be`() async throws {
      let session = try Session()
      try session.folder.create("script.py", Self.script)
      let trace = try await session.ipcdump(
        session.recording + ["-t", "pipe", "--uid", "nobody", "--", "python3", session.file("script.py")])
      trace.expectClean()
      #expect(contents(trace) == ["executed\n"])
    }

    @Test func `--uid refuses whom nobody knows`() async throws {
      let session = try Session()
      let run = try await session.ipcdump(["--uid", "no-such-user"])
      #expect(run.status == 64 && run.diagnostics.contains("no user is called no-such-user here"))
    }

    /// Where cgroups of version 2 can be made.
    private static let root: String? = {
      let mounts = (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? ""
      let places = mounts.split(separator: "\n").map { $0.split(separator: " ") }.filter {
        $0[2] == "cgroup2"
      }
      return places.map { String($0[1]) }.first { access("\($0)/cgroup.procs", W_OK) == 0 }
    }()

    /// A cgroup of this test; its pipeline runs in one below, which is made when the trace runs already.
    private static func script(in cgroup: String) -> String {
      #"""
      import os, sys
      def enter(path): open(path + "/cgroup.procs", "w").write(str(os.getpid()))
      os.system("echo outside | cat > /dev/null")
      top, inner = "\#(cgroup)", "\#(cgroup)/inner"
      os.mkdir(inner)
      if os.fork() == 0:
          enter(inner)
          os.execvp("sh", ["sh", "-c", "echo inside | cat > /dev/null"])
      os.wait()
      os.rmdir(inner)
      """#
    }

    @Test(.needsPython, .enabled(if: root != nil, "no cgroup of version 2 can be made here"))
    func `--cgroup takes who is in a cgroup or below, whenever that was made`() async throws {
      let session = try Session()
      let root = try #require(Self.root)
      let name = "ipcdump-test-\(getpid())-\(UUID().uuidString)"
      try FileManager.default.createDirectory(atPath: "\(root)/\(name)", withIntermediateDirectories: false)
      defer { rmdir("\(root)/\(name)") }
      let trace = try await trace(
        session, Self.script(in: "\(root)/\(name)"), ["-t", "pipe", "--cgroup", "/\(name)"])
      trace.expectClean()
      #expect(contents(trace) == ["inside\n"])
    }

    @Test(.needsPython, .enabled(if: root != nil, "no cgroup of version 2 can be made here"))
    func `--container takes who is in a container's cgroup, and shows its id`() async throws {
      let session = try Session()
      let root = try #require(Self.root)
      let id = (UUID().uuidString + UUID().uuidString).replacing("-", with: "").lowercased()
      let cgroup = "\(root)/docker-\(id).scope"
      try FileManager.default.createDirectory(atPath: cgroup, withIntermediateDirectories: false)
      defer { rmdir(cgroup) }
      let trace = try await trace(
        session, Self.script(in: cgroup), ["-t", "pipe", "--container", String(id.prefix(8))])
      trace.expectClean()
      #expect(contents(trace) == ["inside\n"])
      #expect(trace.events.map(\.srcContainer) == [String(id.prefix(12))])
      let refused = try await session.ipcdump(["--container", "no-such-container"])
      #expect(
        refused.status == 64 && refused.diagnostics.contains("no container is called no-such-container now"))
    }
  }
}
