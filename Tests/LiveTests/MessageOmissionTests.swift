import Foundation
import Testing

extension LiveTests {
  /// Long bodies, whose contents are not copied out of the traced programs, and what comes behind them.
  @Suite(.serialized, .sensitiveToLoad("ipcdump must have seen a head when the rest of its body is read"))
  struct MessageOmissionTests {
    /// A server that sends files of a length, as long as it is asked for them, over a pair of sockets or TCP.
    private static let script = #"""
      import os, socket, sys, time
      kind = sys.argv[2]
      sizes = [10, 1 << 30, 0, 300_000, 100 << 20, 5]
      if kind == "unix": (a, b) = socket.socketpair()
      if kind == "tcp":
          listener = socket.socket(); listener.bind(("127.0.0.1", 0)); listener.listen()
          a = socket.create_connection(listener.getsockname()); b = listener.accept()[0]
      client, server = (a.fileno(), a.fileno()), (b.fileno(), b.fileno())
      body = bytes(range(256)) * 256
      if os.fork() == 0:
          for size in sizes:
              asked = b""
              while not asked.endswith(b"\r\n\r\n"): asked += os.read(server[0], 4096)
              answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size
              while answer: answer = answer[os.write(server[1], answer):]
              # ipcdump sees the head, begins to count, and says where the body ends.
              for _ in range(2):
                  if size > 1 << 20:
                      for _ in range(16): size -= os.write(server[1], body)
                      time.sleep(0.5)
              while size > 0: size -= os.write(server[1], body[:size])
          os._exit(0)
      buffer = bytearray(1 << 18)
      for number, size in enumerate(sizes):
          os.write(client[1], b"GET /%d HTTP/1.1\r\nHost: here\r\n\r\n" % number)
          head = b""
          while not head.endswith(b"\r\n\r\n"): head += os.read(client[0], 1)
          while size > 0: size -= os.readv(client[0], [memoryview(buffer)[:min(size, len(buffer))]])
      os.wait()
      """#

    @Test(arguments: ["unix", "tcp"])
    func `are counted to the byte, and hardly any of them cross the ring`(_ kind: String) async throws {
      let session = try Session()
      try session.folder.create("script.py", Self.script)
      let trace = try await session.ipcdump([
        "-v", "-f", "json", "--messages", "--calls", "--buffer-size", "256M", "-o", session.file("told"),
        "--", "python3",
        session.file("script.py"), session.file(""), kind,
      ])
      #expect(trace.status == 0, "\(trace.diagnostics)")
      #expect(trace.diagnostics.hasSuffix(", 0 lost\n"), "\(trace.diagnostics)")
      let lines = try MessageLine.all(in: session.folder.contents("told"))
      let calls = lines.filter { $0.type == "call" }
      let sizes = [10, 1 << 30, 0, 300_000, 100 << 20, 5]
      #expect(calls.map(\.meta.method) == sizes.indices.map { "GET /\($0)" })
      #expect(
        calls.map { $0.meta.responseBytes ?? 0 }
          == sizes.map { "HTTP/1.1 200 OK\r\nContent-Length: \($0)\r\n\r\n".utf8.count + $0 })
      #expect(calls.allSatisfy { $0.truncated == nil && $0.meta.status == "ok" })
      #expect(lines.count == 3 * sizes.count && lines.allSatisfy { $0.truncated == nil })
      // The rest are records without contents, and what was read before it was known where the body ends.
      let told = try #require(trace.diagnostics.firstMatch(of: /records had (\d+) bytes/))
      let crossed = try #require(Int(told.1))
      #expect(crossed < sizes.reduce(0, +) / 2, "\(crossed)")
    }

    @Test func `are there where somebody looks at them`() async throws {
      let session = try Session()
      try session.folder.create("script.py", Self.script.replacing("1 << 30", with: "3 << 20"))
      let trace = try await session.ipcdump([
        "-f", "json", "--messages", "-x", "--buffer-size", "256M", "-o", session.file("told"), "--",
        "python3",
        session.file("script.py"), session.file(""), "unix",
      ])
      #expect(trace.diagnostics.hasSuffix(", 0 lost\n"), "\(trace.diagnostics)")
      let answers = try MessageLine.all(in: session.folder.contents("told")).filter {
        $0.meta.role == "response"
      }
      #expect(answers.count == 6)
      #expect(answers[1].bytes?.count == answers[1].meta.count && answers[1].truncated == nil)
    }
  }
}
