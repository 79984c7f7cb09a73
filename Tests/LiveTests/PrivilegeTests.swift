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
    try Programs.copy(Programs.ipcdump(), to: copies.ipcdump)
    try Programs.copy(Programs.actor(), to: copies.actor)
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

    /// Capabilities of the program's file are for the kernel, and not for the files that its user names.
    @Test(.enabled(if: ProgramsScript.path(of: "setcap") != nil, "needs setcap"))
    func `with file capabilities, files are opened with the user's rights, and tracing works`() async throws {
      let session = try Session()
      let ipcdump = try session.openToAll().ipcdump
      let rights = "cap_bpf,cap_perfmon,cap_dac_read_search,cap_dac_override=ep"
      #expect(try await session.start("setcap", [rights, ipcdump], name: "setcap").wait().status == 0)
      let mine = try await session.ipcdump(["-q", "-w", session.file("capture"), "--", "true"])
      #expect(mine.status == 0, "\(mine.diagnostics)")
      try FileManager.default.createDirectory(
        atPath: session.file("closed"), withIntermediateDirectories: false)
      chmod(session.file("closed"), 0o700)
      try session.folder.create("closed/file", "precious")
      chmod(session.file("closed/file"), 0o666)
      let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", ipcdump]
      let (capture, closed) = (session.file("capture"), session.file("closed/file"))
      for words in [
        ["-r", capture], ["report", capture], ["-o", closed, "--", "true"], ["-w", closed, "--", "true"],
      ] {
        let run = try session.start("setpriv", nobody + words, name: "run")
        #expect(try await run.wait().status == 1)
        let diagnostics = try session.folder.text("run.err")
        #expect(diagnostics.contains("Permission denied"), "\(diagnostics)")
      }
      #expect(try session.folder.text("closed/file") == "precious")
      // Nor does a command get where its user does not.
      let program = session.file("closed/true")
      try Programs.copy("/bin/true", to: program)
      let refused = try session.start("setpriv", nobody + ["-q", "--", program], name: "run")
      #expect(try await refused.wait().status == 126)
      let traced = try session.start(
        "setpriv", nobody + session.recording + ["--", "sh", "-c", "echo x | cat > /dev/null"],
        name: "ipcdump")
      let trace = try await session.finish(traced)
      trace.expectClean()
      #expect(trace.events.count == 1)
    }

    @Test(arguments: [["-r"], ["report"]])
    func `before a capture is read, every right is given up, root's included`(_ words: [String]) async throws
    {
      let session = try Session()
      mkfifo(session.file("fifo"), 0o600)
      let writer = open(session.file("fifo"), O_RDWR)
      defer { close(writer) }
      let ipcdump = try session.startIPCDump(words + [session.file("fifo"), "-o", session.file("output")])
      var status = ""
      let hasGivenUp = try await eventually(seconds: 20) {
        status = try String(contentsOfFile: "/proc/\(ipcdump.pid)/status", encoding: .utf8)
        return try ProcessRights(status: status).permitted == 0
      }
      #expect(hasGivenUp, "\(status)")
      let rights = try ProcessRights(status: status)
      #expect(rights.effective == 0 && rights.inheritable == 0 && rights.bounding == 0 && !rights.canGainMore)
      #expect(status.contains("Uid:\t65534\t65534\t65534\t65534"), "\(status)")
      #expect(status.contains("Gid:\t65534\t65534\t65534\t65534"), "\(status)")
      ipcdump.send(SIGKILL)
      _ = try await ipcdump.wait()
    }

    /// The second way is that of 32-bit programs, by the instruction `int 0x80`: number, descriptor and request go into
    /// its registers.
    private static let typing = """
      import ctypes, fcntl, mmap, os, platform, termios
      def outcome(request):
        try:
          fcntl.ioctl(0, request, b"x")
          return 0
        except OSError as error:
          return error.errno
      outcomes = [outcome(termios.TIOCSTI), outcome(0x541C)]
      if platform.machine() == "x86_64":
        code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        code.write(bytes.fromhex("5389f889f387d1cd805bc3"))
        address = ctypes.addressof(ctypes.c_char.from_buffer(code))
        call = ctypes.CFUNCTYPE(ctypes.c_int, *[ctypes.c_uint] * 4)(address)
        outcomes += [-call(54, 0, request, 0) for request in (termios.TIOCSTI, 0x541C)]
      print("outcomes", set(outcomes), "user", os.getuid())
      """

    /// What is typed there, root's shell would take for root's.
    @Test func `another user's command cannot type into the terminal`() async throws {
      let session = try ProgramsScript(needs: ["script", "python3"]).session
      chmod(session.folder.path, 0o755)
      try session.folder.create("typing.py", Self.typing)
      chmod(session.file("typing.py"), 0o644)
      let command = "python3 \(session.file("typing.py"))"
      let ipcdump = "\(try Programs.ipcdump()) -q -o \(session.file("lines"))"
      let run = try session.start(
        "script", ["-qec", "\(ipcdump) --user nobody -- \(command)", "/dev/null"], name: "script")
      #expect(try await run.wait().status == 0)
      let output = try session.folder.text("script.out")
      #expect(output.contains("outcomes {\(EPERM)} user 65534"), "\(output)")
      // Who runs ipcdump may type there anyway.
      let own = try session.start("script", ["-qec", "\(ipcdump) -- \(command)", "/dev/null"], name: "own")
      #expect(try await own.wait().status == 0)
      let other = try session.folder.text("own.out")
      #expect(other.contains("user 0") && !other.contains("outcomes {\(EPERM)}"), "\(other)")
    }
  }
}
