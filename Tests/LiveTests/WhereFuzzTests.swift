import Foundation
import Testing

extension LiveTests {
  /// What the kernel leaves of random expressions, and the exact filter after it, against the exact filter alone on a trace of
  /// everything.
  @Suite(.serialized, .needsPython) struct WhereFuzzTests {
    /// Transfers of all sorts, each with contents of its own. Ports and paths are the same in every run.
    private static let script = #"""
      import os, socket, sys
      folder, first = sys.argv[1], int(sys.argv[2])
      number = 0
      def text():
          global number
          number += 1
          return b"transfer %d" % number
      def connect(family, address):
          server, client = socket.socket(family), socket.socket(family)
          server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
          server.bind(address); server.listen(1)
          client.connect(address)
          accepted, _ = server.accept()
          for one, other in ((client, accepted), (accepted, client)) * 2:
              one.sendall(text()); other.recv(100)
      for name in ("a.sock", "b.sock", "sub/c.sock"):
          path = folder + "/" + name
          if os.path.exists(path): os.unlink(path)
          connect(socket.AF_UNIX, path)
      connect(socket.AF_UNIX, "\0" + folder + "-abstract")
      for port in range(3): connect(socket.AF_INET, ("127.0.0.%d" % (port + 1), first + port))
      for port in range(2):
          receiver, sender = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
          receiver.bind(("127.0.0.1", first + port)); sender.bind(("127.0.0.1", first + port + 5))
          sender.sendto(text(), ("127.0.0.1", first + port)); data, source = receiver.recvfrom(100)
          receiver.sendto(text(), source); sender.recv(100)
      receiver, sender = (socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2))
      for one, name in ((receiver, "/d.sock"), (sender, "/sub/e.sock")):
          if os.path.exists(folder + name): os.unlink(folder + name)
          one.bind(folder + name)
      sender.sendto(text(), folder + "/d.sock"); _, source = receiver.recvfrom(100)
      receiver.sendto(text(), source); sender.recv(100)
      if not os.path.exists(folder + "/sub/fifo"): os.mkfifo(folder + "/sub/fifo")
      fifo = os.open(folder + "/sub/fifo", os.O_RDWR)
      os.write(fifo, text()); os.read(fifo, 100)
      for _ in range(2):
          read, write = os.pipe()
          os.write(write, text()); os.read(read, 100)
      one, other = socket.socketpair()
      one.sendall(text()); other.recv(100)
      child = os.fork()
      if child == 0:
          os.write(write, text()); os._exit(0)
      os.waitpid(child, 0); os.read(read, 100)
      """#

    /// Python may be started by a script.
    private static let ofPython = ["--where", "src_comm == 'python*'"]

    /// An expression of some fields of what the script does.
    struct Grammar {
      var random: SystemRandomNumberGenerator
      let folder: String
      let port: Int

      private mutating func one(of words: [String]) -> String { words.randomElement(using: &random) ?? "" }

      private mutating func atom() -> String {
        let name = one(of: ["a.sock", "b.sock", "d.sock", "sub/c.sock", "sub/e.sock", "sub/fifo"])
        let number = port + Int.random(in: 0..<7, using: &random)
        return one(of: [
          "path == \(folder)/\(name)", "path != \(folder)/\(name)", "path == '\(folder)/*'",
          "path == '\(folder)/sub/*'", "path == '\(folder)/?.sock'", "path == '@\(folder)*'",
          "path ~ 'sub'", "path contains sock", "path == '*fifo'", "pipe_name == '\(folder)/sub/*'",
          "port == \(number)", "port != \(number)", "dst_port == \(number)", "src_port > \(number)",
          "port in (\(number), \(port))", "addr == 127.0.0.2", "src_addr in (127.0.0.1, 127.0.0.3)",
          "type == pipe", "type == unix", "type in (loopback-tcp, unix-dgram)", "count > 10", "self",
          "not self", "content contains 3", "user == root", "comm == 'pyth*'",
        ])
      }

      mutating func expression(_ depth: Int) -> String {
        if depth == 0 { return atom() }
        let first = expression(depth - 1), second = expression(depth - 1)
        return one(of: ["(\(first) and \(second))", "(\(first) or \(second))", "not \(first)"])
      }
    }

    @Test(arguments: Hook.allCases)
    func `the kernel drops nothing that the exact filter keeps`(_ hook: Hook) async throws {
      let session = try Session()
      try FileManager.default.createDirectory(
        atPath: session.file("sub"), withIntermediateDirectories: false)
      try session.folder.create("script.py", Self.script)
      let port = Int.random(in: 20_000..<30_000)
      let command = ["--", "python3", session.file("script.py"), session.folder.path, "\(port)"]
      let whole = try await session.ipcdump(session.recording + session.keeping + [hook.option] + command)
      #expect(whole.events.count >= 39)
      var grammar = Grammar(
        random: SystemRandomNumberGenerator(), folder: session.folder.path, port: port)
      var admitted = 0
      for _ in 0..<12 {
        let expression = grammar.expression(.random(in: 0...2))
        let exact = try await session.replay(["-f", "json", "-x", "--where", expression] + Self.ofPython)
        if exact.status == 64 {
          #expect(exact.diagnostics.contains("lets nothing through"), "\(expression): \(exact.diagnostics)")
          continue
        }
        let expected = try EventLines(exact.output).events.map(\.text).sorted()
        let live = try await session.ipcdump(
          session.recording + [hook.option, "--where", expression] + Self.ofPython + command)
        live.expectClean()
        #expect(live.events.map(\.text).sorted() == expected, "\(expression)")
        admitted += expected.count
      }
      #expect(admitted > 0, "the property was put to the test")
    }
  }
}
