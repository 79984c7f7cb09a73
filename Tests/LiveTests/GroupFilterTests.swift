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
      _ session: Session, _ script: String, _ options: [String], environment: [String] = []
    ) async throws -> Trace {
      try session.folder.create("script.py", script)
      let words = ["python3", session.file("script.py"), session.folder.path]
      let gate = "while [ ! -e \(session.file("go")) ]; do sleep 0.05; done; exec \"$@\""
      let script = try session.start("sh", ["-c", gate, "sh"] + words, name: "script")
      let ipcdump = try session.start(
        "env", environment + [Programs.ipcdump()] + session.recording + options, name: "ipcdump")
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

    @Test(.needsPython, arguments: Hook.allCases)
    func `a user in an expression is who a process runs as at that moment`(_ hook: Hook) async throws {
      let session = try Session()
      let trace = try await trace(
        session, Self.script,
        [hook.option, "--where", "user == nobody and type == pipe and comm in (python3, sh)"])
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

    @Test(
      .needsPython, .enabled(if: root != nil, "no cgroup of version 2 can be made here"),
      arguments: [("/inner", ["inside\n"]), ("/*", ["inside\n"]), ("", [])] as [(String, [String])])
    func `a cgroup in an expression is the one in which a process is at that moment`(
      _ pattern: String, _ expected: [String]
    ) async throws {
      let session = try Session()
      let root = try #require(Self.root)
      let name = "ipcdump-test-\(getpid())-\(UUID().uuidString)"
      try FileManager.default.createDirectory(atPath: "\(root)/\(name)", withIntermediateDirectories: false)
      defer { rmdir("\(root)/\(name)") }
      let trace = try await trace(
        session, Self.script(in: "\(root)/\(name)"),
        ["-t", "pipe", "--where", "cgroup == '/\(name)\(pattern)'"])
      trace.expectClean()
      #expect(contents(trace) == expected)
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

    // MARK: - Names

    /// Servers of one answer: what of Docker's API and of the Container Runtime Interface ipcdump asks for.
    private static let engine = #"""
      import os, socket, struct, sys
      path, form, id, name = sys.argv[1:5]
      server = socket.socket(socket.AF_UNIX)
      server.bind(path); server.listen(4)
      open(path + ".ready", "w").write(".")
      def exactly(connection, count):
          data = b""
          while len(data) < count:
              piece = connection.recv(count - len(data))
              if not piece: raise EOFError
              data += piece
          return data
      def docker(connection):
          request = b""
          while b"\r\n\r\n" not in request: request += connection.recv(4096)
          assert request.startswith(b"GET /containers/json HTTP/1.1\r\n"), request
          body = b'[{"Id":"%s","Names":["/%s"],"State":"running"}]' % (id.encode(), name.encode())
          connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
          for piece in (body[:20], body[20:]): connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
          connection.sendall(b"0\r\n\r\n")
      def frame(type, flags, stream, payload):
          return struct.pack(">I", len(payload))[1:] + bytes((type, flags)) + struct.pack(">I", stream) + payload
      def field(number, value): return bytes((number << 3 | 2, len(value) & 127 | 128, len(value) >> 7)) + value
      def runtime(connection):
          assert exactly(connection, 24) == b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
          connection.sendall(frame(4, 0, 0, b"") + frame(6, 0, 0, b"12345678"))
          asked, pong, path = False, False, b""
          while not (asked and pong):
              head = exactly(connection, 9)
              payload = exactly(connection, int.from_bytes(head[:3], "big"))
              if head[3] == 1: path = payload
              if head[3] == 0: asked = head[4] & 1 and payload == bytes(5)
              if head[3] == 6: pong = head[4] & 1 and payload == b"12345678"
          assert b"/runtime.v1.RuntimeService/ListContainers" in path
          message = field(1, field(1, id.encode()) + field(3, field(1, name.encode())))
          message = bytes(1) + struct.pack(">I", len(message)) + message
          connection.sendall(frame(1, 4, 1, b"\x88"))
          connection.sendall(frame(0, 0, 1, message[:30]) + frame(0, 8, 1, b"\x03" + message[30:] + bytes(3)))
          connection.sendall(frame(1, 5, 1, b"\x00\x0bgrpc-status\x010"))
      while True:
          connection, _ = server.accept()
          if form == "silent": continue
          (docker if form == "docker" else runtime)(connection)
          connection.close()
      """#

    @Test(
      .needsPython, .enabled(if: root != nil, "no cgroup of version 2 can be made here"),
      arguments: [
        ("docker", "DOCKER_HOST"), ("docker", "CONTAINER_HOST"), ("runtime", "CONTAINER_RUNTIME_ENDPOINT"),
        ("silent", "DOCKER_HOST"), ("silent", "CONTAINER_RUNTIME_ENDPOINT"),
      ])
    func `an engine tells what its containers are called`(_ form: String, _ variable: String) async throws {
      let session = try Session()
      let root = try #require(Self.root)
      let id = (UUID().uuidString + UUID().uuidString).replacing("-", with: "").lowercased()
      let cgroup = "\(root)/libpod-\(id).scope"
      try FileManager.default.createDirectory(atPath: cgroup, withIntermediateDirectories: false)
      defer { rmdir(cgroup) }
      try session.folder.create("engine.py", Self.engine)
      let socket = session.file("engine.sock")
      let engine = try session.start(
        "python3", [session.file("engine.py"), socket, form, id, "web-1"], name: "engine")
      defer { engine.send(SIGKILL) }
      let isReady = try await eventually(seconds: 20) {
        FileManager.default.fileExists(atPath: socket + ".ready")
      }
      try #require(isReady)
      let (word, shown) = form == "silent" ? (id, String(id.prefix(12))) : ("web-1", "web-1")
      let trace = try await trace(
        session, Self.script(in: cgroup), ["-t", "pipe", "--container", word],
        environment: ["\(variable)=unix://\(socket)"])
      trace.expectClean()
      #expect(contents(trace) == ["inside\n"])
      #expect(trace.events.map(\.srcContainer) == [shown])
      let complaint = try session.folder.text("engine.err")
      #expect(complaint == "")
    }

    /// A process that writes its own number in a pid namespace, after a fork and after an exec.
    private static let numbers = #"""
      import os, sys
      def pipeline(run):
          read, write = os.pipe()
          if os.fork() == 0:
              os.dup2(write, 1)
              run()
              os._exit(0)
          os.close(write)
          os.read(read, 100)
          os.wait()
      pipeline(lambda: os.write(1, b"%d" % os.getpid()))
      pipeline(lambda: os.execvp("sh", ["sh", "-c", "echo $$"]))
      """#

    @Test(.needsPython, arguments: Hook.allCases)
    func `a process of another pid namespace has its number there, too`(_ hook: Hook) async throws {
      let session = try Session()
      try session.folder.create("script.py", Self.numbers)
      let command = ["--", "unshare", "--pid", "--fork", Programs.python, session.file("script.py")]
      let trace = try await session.ipcdump(
        session.recording + [hook.option, "-t", "pipe", "--with", "container", "--where", "comm != unshare"]
          + command)
      trace.expectClean()
      #expect(trace.events.count == 2)
      for event in trace.events {
        #expect(event.srcNsPid == Int(event.number) && event.srcPid != event.srcNsPid)
        #expect(event.dstNsPid == 1)
      }
    }
  }
}

extension TracedEvent {
  /// The number that it carries.
  fileprivate var number: String { text.trimmingCharacters(in: .whitespacesAndNewlines) }
}
