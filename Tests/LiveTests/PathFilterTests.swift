import Foundation
import Glibc
import Testing

extension LiveTests {
  /// `--where` by what sockets and FIFOs are called, by whoever calls them so.
  @Suite(.serialized, .needsPython) struct PathFilterTests {
    /// Transfers over channels of several names; each carries the name of its channel.
    private static let script = #"""
      import os, socket, sys
      folder = sys.argv[1]
      def talk(address, text, kind=socket.SOCK_STREAM):
          server, client = socket.socket(socket.AF_UNIX, kind), socket.socket(socket.AF_UNIX, kind)
          server.bind(address)
          if kind == socket.SOCK_STREAM:
              server.listen(1)
              client.connect(address)
              client.sendall(text)
              accepted, _ = server.accept()
              accepted.recv(100)
              accepted.sendall(text + b" back")
              client.recv(100)
          else:
              client.sendto(text, address)
              server.recv(100)
      talk(folder + "/real/a.sock", b"real")
      talk(folder + "/real/d.sock", b"datagram", socket.SOCK_DGRAM)
      talk(folder + "/other/b.sock", b"other")
      talk("\0" + folder + "-abstract", b"abstract")
      os.mkfifo(folder + "/real/fifo")
      fifo = os.open(folder + "/real/fifo", os.O_RDWR)
      os.write(fifo, b"fifo"); os.read(fifo, 100)
      read, write = os.pipe()
      os.write(write, b"pipe"); os.read(read, 100)
      """#

    /// Python may be started by a script.
    private static let ofPython = ["--where", "src_comm == 'python*' and self"]

    private static let inReal = ["datagram", "fifo", "real", "real back"]

    /// Expressions in which F stands for a folder, with what they let through.
    static let expressions: [(String, [String])] = [
      ("path == F/real/a.sock", ["real", "real back"]),
      ("path == F//other/../real/a.sock", ["real", "real back"]),
      ("path == F/link/a.sock", ["real", "real back"]), ("path == 'F/real/*'", inReal),
      ("path == 'F/link/*'", inReal), ("path == 'F/real/*.sock'", ["datagram", "real", "real back"]),
      ("path == 'F/*/?.sock'", ["datagram", "other", "other back", "real", "real back"]),
      ("path == F/bind/a.sock", ["real", "real back"]), ("path == 'F/bind/*'", inReal),
      ("path == a.sock", ["real", "real back"]), ("path == ./a.sock", ["real", "real back"]),
      ("path == '../real/*'", inReal), ("path == 'fif*'", ["fifo"]),
      ("path == @F-abstract", ["abstract", "abstract back"]),
      ("path == '@F*'", ["abstract", "abstract back"]), ("path == '@G*'", []),
      ("pipe_name == F/real/fifo", ["fifo"]), ("path == F/none", []),
      ("path ~ 'F/(real|other)/.*sock$'", ["datagram", "other", "other back", "real", "real back"]),
      ("path == '<anonymous>' and type == pipe", ["pipe"]),
      ("path != F/real/a.sock and path ~ 'F/real'", ["datagram", "fifo"]),
      ("path == F/other/b.sock or type == pipe", ["fifo", "other", "other back", "pipe"]),
    ]

    /// A name in a mount namespace of its own, in which a folder is mounted at a second place.
    private static let wrapper = """
      mount --bind "$0/real" "$0/bind" && cd "$0/real" || exit 99
      exec "$@"
      """

    @Test(arguments: zip(expressions, Hook.inTurn))
    func `a name is what anybody calls it`(_ filter: (String, [String]), _ hook: Hook) async throws {
      let session = try Session()
      for name in ["real", "bind", "other"] {
        try FileManager.default.createDirectory(
          atPath: session.file(name), withIntermediateDirectories: false)
      }
      symlink("real", session.file("link"))
      try session.folder.create("script.py", Self.script)
      let expression = filter.0.replacing("F", with: session.folder.path)
      let command = ["--", "python3", session.file("script.py"), session.folder.path]
      let ipcdump =
        [try Programs.ipcdump()] + session.recording + [hook.option, "--where", expression] + Self.ofPython
        + command
      let words = ["--mount", "sh", "-c", Self.wrapper, session.folder.path] + ipcdump
      let trace = try await session.finish(session.start("unshare", words, name: "ipcdump"))
      trace.expectClean()
      #expect(trace.events.map(\.text).sorted() == filter.1)
    }

    /// A server that begins when there is a file `go`, after its surroundings have been made, and its client in those of the
    /// tests.
    private static func script(surroundings: String, server: String, client: String) -> String {
      #"""
      import ctypes, os, socket, sys, time
      folder = sys.argv[1]
      os.makedirs(folder + "/jail/run"); os.makedirs(folder + "/real"); os.makedirs(folder + "/inner")
      read, write = os.pipe()
      ready, made = os.pipe()
      if os.fork() == 0:
          \#(surroundings)
          os.write(made, b".")
          os.read(read, 1)
          server = socket.socket(socket.AF_UNIX)
          server.bind(\#(server))
          server.listen(1)
          os.write(made, b".")
          accepted, _ = server.accept()
          accepted.recv(100)
          accepted.sendall(b"answer")
          os._exit(0)
      os.read(ready, 1)
      open(folder + "/ready", "w").write(str(os.getpid()))
      while not os.path.exists(folder + "/go"): time.sleep(0.05)
      os.write(write, b".")
      os.read(ready, 1)
      client = socket.socket(socket.AF_UNIX)
      client.connect(\#(client))
      client.sendall(b"question")
      client.recv(100)
      """#
    }

    private static let inJail = script(
      surroundings: "os.chroot(folder + '/jail'); os.chdir('/')", server: "'/run/x.sock'",
      client: "folder + '/jail/run/x.sock'")
    /// CLONE_NEWNS; MS_REC and MS_PRIVATE, MS_BIND (include/uapi/linux/sched.h, mount.h).
    private static let inNamespace = script(
      surroundings: """
        libc = ctypes.CDLL(None, use_errno=True); \
        results = [libc.unshare(0x20000), libc.mount(b'none', b'/', None, 0x44000, None), \
        libc.mount((folder + '/real').encode(), (folder + '/inner').encode(), None, 0x1000, None)]; \
        assert results == [0, 0, 0]
        """,
      server: "folder + '/inner/x.sock'", client: "folder + '/real/x.sock'")

    static let elsewhere = [
      (inJail, "path == F/jail/run/x.sock"), (inJail, "path == 'F/jail/*'"), (inJail, "path == /run/x.sock"),
      (inNamespace, "path == F/real/x.sock"), (inNamespace, "path == F/inner/x.sock"),
      (inNamespace, "path == 'F/real/*'"),
    ]

    @Test(arguments: zip(elsewhere, Hook.inTurn))
    func `a name of another root or mount namespace is known by all its names`(
      _ scene: (script: String, expression: String), _ hook: Hook
    ) async throws {
      let session = try Session()
      try session.folder.create("script.py", scene.script)
      let program = try session.start(
        "python3", [session.file("script.py"), session.folder.path], name: "script")
      _ = try await session.announcedPids()
      let expression = scene.expression.replacing("F", with: session.folder.path)
      let ipcdump = try session.startIPCDump(session.recording + [hook.option, "--where", expression])
      try await session.untilAttached(ipcdump)
      try session.letGo()
      let status = try await program.wait().status
      let complaint = try session.folder.text("script.err")
      #expect(status == 0, "\(complaint)")
      try await Task.sleep(for: .milliseconds(400))
      ipcdump.send(SIGINT)
      let trace = try await session.finish(ipcdump)
      trace.expectClean()
      #expect(trace.events.map(\.text) == ["question", "answer"])
      #expect(trace.events.allSatisfy { $0.inferred == nil && $0.srcComm == "python3" })
    }
  }
}

extension TracedEvent {
  /// Its contents.
  var text: String { String(decoding: bytes ?? Data(), as: UTF8.self) }
}
