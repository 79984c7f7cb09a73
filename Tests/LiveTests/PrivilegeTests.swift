import Foundation
import Glibc
import Testing

/// What a process may do, as the lines of its status tell.
struct ProcessRights: Equatable {
  var permitted: UInt64
  var effective: UInt64
  var inheritable: UInt64
  var bounding: UInt64
  var ambient: UInt64
  var canGainMore: Bool

  init(status: String) throws {
    var values: [Substring: Substring] = [:]
    for line in status.split(separator: "\n") {
      let parts = line.split(separator: "\t", maxSplits: 1)
      if parts.count == 2 { values[parts[0]] = parts[1] }
    }
    func set(_ name: Substring) throws -> UInt64 {
      try #require(values[name].flatMap { UInt64($0, radix: 16) }, "\(name) in \(status)")
    }
    permitted = try set("CapPrm:")
    effective = try set("CapEff:")
    inheritable = try set("CapInh:")
    bounding = try set("CapBnd:")
    ambient = try set("CapAmb:")
    canGainMore = values["NoNewPrivs:"] == "0"
  }
}

extension Session {
  /// Makes the folder and copies of the programs in it usable by every user.
  fileprivate func openToAll() throws -> (ipcdump: String, actor: String) {
    let copies = (ipcdump: file("ipcdump"), actor: file("ipc-actor"))
    try FileManager.default.copyItem(atPath: Programs.ipcdump(), toPath: copies.ipcdump)
    try FileManager.default.copyItem(atPath: Programs.actor(), toPath: copies.actor)
    for path in [copies.ipcdump, copies.actor] { chmod(path, 0o755) }
    chmod(folder.path, 0o777)
    return copies
  }

  fileprivate func owner(_ name: String) throws -> uid_t {
    var status = stat()
    try #require(stat(file(name), &status) == 0, "\(name) is not there")
    return status.st_uid
  }
}

extension LiveTests {
  /// What ipcdump may do, and what the commands that it runs may.
  @Suite(.serialized, .enabled(if: geteuid() == 0, "needs root, to become another user"))
  struct PrivilegeTests {
    static let nobody: uid_t = 65534
    /// Bits of CAP_BPF and CAP_KILL.
    static let (bpf, kill): (UInt64, UInt64) = (1 << 39, 1 << 5)

    /// `setpriv` that runs something as nobody with these capabilities, by number, and no others.
    static func asNobody(_ capabilities: [Int]) -> [String] {
      let list = (["-all"] + capabilities.map { "+cap_\($0)" }).joined(separator: ",")
      return [
        "--reuid=\(nobody)", "--regid=\(nobody)", "--clear-groups", "--bounding-set=\(list)",
        "--inh-caps=\(list)",
        "--ambient-caps=\(list)", "--",
      ]
    }

    @Test(arguments: Hook.allCases)
    func `--user runs the command as that user, and it is traced exactly`(_ hook: Hook) async throws {
      let session = try Session()
      let actor = try session.openToAll().actor
      let scenario = session.actorArguments(["pipe-two-writers"])
      let options = session.recording + [hook.option, "--user", "nobody", "--", actor]
      let trace = try await session.ipcdump(options + scenario)
      trace.expectClean()
      expectExact(trace.events, try session.truth().events)
      #expect(try session.owner("truth") == Self.nobody)
      #expect(try session.owner("events") == 0)
    }

    @Test func `the command runs as who called sudo, with that user's groups and home`() async throws {
      let session = try Session()
      let ipcdump = try session.openToAll().ipcdump
      let script = "id -u; id -g; id -G; echo $USER $LOGNAME $HOME"
      let words = ["SUDO_UID=\(Self.nobody)", "SUDO_GID=1", ipcdump, "-q", "--", "sh", "-c", script]
      let run = try session.start("env", words, name: "sudo")
      #expect(try await run.wait().status == 0)
      let entry = try #require(getpwuid(Self.nobody)).pointee
      let home = String(cString: entry.pw_dir)
      #expect(try session.folder.text("sudo.out") == "\(Self.nobody)\n1\n1\nnobody nobody \(home)\n")
    }

    @Test func `a malformed SUDO_UID is one line and 64, and the command is not run`() async throws {
      let session = try Session()
      let words = ["SUDO_UID=1000x", try Programs.ipcdump(), "--", "touch", session.file("run")]
      let run = try session.start("env", words, name: "sudo")
      #expect(try await run.wait().status == 64)
      let diagnostics = try session.folder.text("sudo.err")
      #expect(diagnostics.contains("SUDO_UID is 1000x"), "\(diagnostics)")
      #expect(diagnostics.split(separator: "\n").count == 1, "\(diagnostics)")
      #expect(!FileManager.default.fileExists(atPath: session.file("run")))
    }

    /// Signals go to a command that may be another user's.
    @Test(arguments: [false, true])
    func `while it traces, ipcdump has what the manual says and can get no more`(withCommand: Bool)
      async throws
    {
      let session = try Session()
      let command = try session.start("sleep", ["60"], name: "other")
      let target = withCommand ? ["--user", "nobody", "--", "sleep", "60"] : ["-p", "\(command.pid)"]
      let ipcdump = try session.startIPCDump(["-q"] + target)
      var rights: ProcessRights?
      let hasGivenUp = try await eventually(seconds: 20) {
        let status = try String(contentsOfFile: "/proc/\(ipcdump.pid)/status", encoding: .utf8)
        rights = try ProcessRights(status: status)
        return rights?.permitted == Self.bpf || rights?.permitted == Self.bpf | Self.kill
      }
      #expect(hasGivenUp)
      let kept = withCommand ? Self.bpf | Self.kill : Self.bpf
      #expect(rights?.permitted == kept)
      #expect(rights?.effective == kept)
      #expect(rights?.inheritable == 0)
      #expect(rights?.bounding == 0)
      #expect(rights?.ambient == 0)
      #expect(rights?.canGainMore == false)
      // It can still end a command of another user, and tells how that ended.
      ipcdump.send(SIGTERM)
      #expect(try await ipcdump.wait(seconds: 20).status == (withCommand ? 128 + 15 : 0))
    }

    @Test(arguments: [true, false])
    func `a command has the rights of its user, and nothing of ipcdump's`(isPrivileged: Bool) async throws {
      let session = try Session()
      let ipcdump = try session.openToAll().ipcdump
      let script = "cat /proc/self/status; ls -l /proc/self/fd >&2"
      let words = ["-q", "-o", session.file("lines"), "--hook=raw_tp", "--", "sh", "-c", script]
      let run =
        isPrivileged
        ? try session.start(ipcdump, words, name: "run")
        : try session.start("setpriv", Self.asNobody([38, 39]) + [ipcdump] + words, name: "run")
      #expect(try await run.wait().status == 0)
      let rights = try ProcessRights(status: try session.folder.text("run.out"))
      let own = try ProcessRights(status: try String(contentsOfFile: "/proc/self/status", encoding: .utf8))
      #expect(rights.permitted == (isPrivileged ? own.bounding : 0))
      #expect(rights.effective == rights.permitted)
      #expect(rights.inheritable == 0)
      #expect(rights.ambient == 0)
      #expect(rights.canGainMore)
      let files = try session.folder.text("run.err")
      #expect(files.contains(" 2 -> ") && !files.contains("bpf"), "\(files)")
      #expect(!files.contains(session.file("lines")), "\(files)")
    }

    @Test func `CAP_BPF and CAP_PERFMON are enough for raw tracepoints`() async throws {
      let session = try Session()
      let copies = try session.openToAll()
      let words = session.recording + ["--hook=raw_tp", "--", copies.actor]
      let arguments = [copies.ipcdump] + words + session.actorArguments(["pipe-two-writers"])
      let run = try session.start("setpriv", Self.asNobody([38, 39]) + arguments, name: "ipcdump")
      let trace = try await session.finish(run)
      trace.expectClean()
      expectExact(trace.events, try session.truth().events)
      #expect(try session.owner("events") == Self.nobody)
    }

    /// CAP_SYS_ADMIN is for tracefs, which this machine need not have mounted.
    @Test func `CAP_DAC_READ_SEARCH opens classic tracepoints, and without it that is said in one line`()
      async throws
    {
      let session = try Session()
      let copies = try session.openToAll()
      let words = [copies.ipcdump] + session.recording + ["--hook=tracepoint", "--", copies.actor]
      let arguments = words + session.actorArguments(["pipe-two-writers"])
      let refused = try session.start("setpriv", Self.asNobody([38, 39]) + arguments, name: "refused")
      #expect(try await refused.wait().status == 77)
      let diagnostics = try session.folder.text("refused.err")
      #expect(diagnostics.contains("add CAP_DAC_READ_SEARCH"), "\(diagnostics)")
      #expect(diagnostics.split(separator: "\n").count == 1, "\(diagnostics)")
      let run = try session.start("setpriv", Self.asNobody([2, 21, 38, 39]) + arguments, name: "ipcdump")
      let trace = try await session.finish(run)
      trace.expectClean()
      expectExact(trace.events, try session.truth().events)
    }

    @Test(arguments: [(38, "CAP_BPF"), (39, "CAP_PERFMON")])
    func `a missing capability is one line that names it, and 77`(held: Int, name: String) async throws {
      let session = try Session()
      let ipcdump = try session.openToAll().ipcdump
      let run = try session.start("setpriv", Self.asNobody([held]) + [ipcdump, "--", "true"], name: "run")
      #expect(try await run.wait().status == 77)
      let diagnostics = try session.folder.text("run.err")
      #expect(diagnostics.contains("lacks \(name);") && diagnostics.contains("sudo"), "\(diagnostics)")
      #expect(diagnostics.split(separator: "\n").count == 1, "\(diagnostics)")
    }

    @Test func `another user without the right to become one is one line and 77`() async throws {
      let session = try Session()
      let ipcdump = try session.openToAll().ipcdump
      let words = [ipcdump, "-q", "--hook=raw_tp", "--user", "root", "--", "touch", session.file("run")]
      let run = try session.start("setpriv", Self.asNobody([38, 39]) + words, name: "run")
      #expect(try await run.wait().status == 77)
      let diagnostics = try session.folder.text("run.err")
      #expect(diagnostics.contains("cannot run touch as root: Operation not permitted"), "\(diagnostics)")
      #expect(diagnostics.split(separator: "\n").count == 1, "\(diagnostics)")
      #expect(!FileManager.default.fileExists(atPath: session.file("run")))
    }
  }
}
