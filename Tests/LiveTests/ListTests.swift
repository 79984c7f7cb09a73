import Foundation
import Glibc
import Testing

extension LiveTests {
  /// `ipcdump ls` beside what an actor knows of itself.
  @Suite(.serialized, .needsPython) struct ListTests {
    /// A parent and a child with a pipe and a pair of sockets between them; each tells its pid, then waits.
    private static let script = #"""
      import os, socket, sys
      os.closerange(3, 1024)
      read, write = os.pipe()
      ours, theirs = socket.socketpair()
      listener = socket.socket(socket.AF_UNIX)
      listener.bind(sys.argv[1] + "/x.sock"); listener.listen(5)
      os.write(write, b"12345")
      ours.send(b"123")
      ready, done = os.pipe()
      child = os.fork()
      if child == 0:
          os.close(write); ours.close(); listener.close()
          os.write(done, b"."); theirs.recv(3); theirs.recv(1)
          os._exit(0)
      theirs.close(); os.close(read)
      os.read(ready, 1)
      with open(sys.argv[1] + "/pids", "w") as file: file.write(f"{os.getpid()} {child}")
      os.rename(sys.argv[1] + "/pids", sys.argv[1] + "/ready")
      ours.recv(1)
      """#

    private struct Row: Decodable {
      struct End: Decodable, Equatable { let pid: Int, comm: String, fd: Int }
      struct Wait: Decodable { let tid: Int, call: String, waiting_ns: Int? }

      let pid: Int, comm: String, fd: Int, access: String, type: String
      let channel: String?, path: String?, unread: Int?, capacity: Int?, sent_unread: Int?
      let ends: [End], end: String?, waits: [Wait]?
    }

    @Test func `lists each channel with its other ends, and how full it is`() async throws {
      let session = try Session()
      try session.folder.create("script.py", Self.script)
      let actor = try session.start(
        "python3", [session.file("script.py"), session.folder.path], name: "actor")
      let isReady = try await eventually(seconds: 20) {
        FileManager.default.fileExists(atPath: session.file("ready"))
      }
      let complaint = try session.folder.text("actor.err")
      try #require(isReady, "\(complaint)")
      let pids = try session.folder.text("ready").split(separator: " ").compactMap { Int($0) }
      try #require(pids.count == 2)
      func list(_ options: [String]) async throws -> [Row] {
        let run = try await session.ipcdump(["ls", "--json"] + options)
        #expect(run.status == 0, "\(run.diagnostics)")
        return try run.output.split(separator: UInt8(ascii: "\n")).map {
          try JSONDecoder().decode(Row.self, from: $0)
        }
      }
      let rows = try await list(["-p", "\(pids[0])", "-p", "\(pids[1])"])
      let pipe = try #require(rows.first { $0.pid == pids[0] && $0.type == "pipe" && $0.unread == 5 })
      #expect(pipe.access == "w" && pipe.capacity == 65536 && pipe.waits == nil)
      #expect(pipe.ends.map(\.pid) == [pids[1]])
      let reader = try #require(rows.first { $0.pid == pids[1] && $0.channel == pipe.channel })
      #expect(reader.access == "r" && reader.unread == 5)
      #expect(reader.ends == [Row.End(pid: pids[0], comm: "python3", fd: pipe.fd)])
      let sockets = rows.filter { $0.type == "unix-stream" && $0.end == nil }
      #expect(sockets.map(\.pid) == pids)
      #expect(sockets.map { $0.ends.map(\.pid) } == [[pids[1]], [pids[0]]])
      #expect(sockets.allSatisfy { $0.waits?.map(\.call) == ["read"] && $0.unread == 0 })
      let listener = try #require(rows.first { $0.end == "listening" })
      #expect(listener.path == session.file("x.sock") && listener.ends.isEmpty)
      #expect(try await list(["-p", "\(pids[0])", "-t", "pipe"]).allSatisfy { $0.type == "pipe" })
      let table = try await session.ipcdump(["ls", "-p", "\(pids[0])"])
      let text = String(decoding: table.output, as: UTF8.self)
      #expect(text.contains("\(pids[0])(python3)\n") && text.contains("5/65536"), "\(text)")
      actor.send(SIGKILL)
      _ = try await actor.wait()
      kill(pid_t(pids[1]), SIGKILL)
    }

    @Test func `says if there is no such process, or no such type`() async throws {
      let session = try Session()
      let absent = try await session.ipcdump(["ls", "-p", "4194303"])
      #expect(absent.status == 1 && absent.diagnostics.contains("there is no process 4194303"))
      #expect(try await session.ipcdump(["ls", "-t", "pip"]).status == 64)
    }
  }
}
