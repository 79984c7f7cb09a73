import Foundation
import Glibc
import Testing

extension LiveTests {
  /// `--messages` and `--calls` of real programs, compared with what they know themselves.
  @Suite(.serialized) struct MessageTests {
    /// A client that starts a server on pipes, as those of the Model Context Protocol do. It prints what it has measured.
    private static let client = #"""
      import json, subprocess, sys, time
      SERVER = r"""
      import json, sys, time
      print("starting", flush=True)
      waiting = []
      for line in sys.stdin:
          message = json.loads(line)
          if "id" not in message or message["method"] == "never": continue
          waiting.append(message)
          if message["method"] == "initialize" or len(waiting) == 50:
              time.sleep(0.01)
              for asked in reversed(waiting):
                  if asked.get("params", {}).get("name") == "bad":
                      answer = {"error": {"code": -32601, "message": "Method not found"}}
                  else:
                      answer = {"result": {"content": []}}
                  text = json.dumps({"jsonrpc": "2.0", "id": asked["id"], **answer}) + "\n"
                  for byte in text[:9]: sys.stdout.write(byte); sys.stdout.flush()
                  sys.stdout.write(text[9:]); sys.stdout.flush()
              waiting = []
      """
      server = subprocess.Popen([sys.executable, "-c", SERVER], stdin=-1, stdout=-1, text=True)
      began = {}
      def send(message):
          if "id" in message: began[message["id"]] = time.monotonic_ns()
          server.stdin.write(json.dumps(message) + "\n"); server.stdin.flush()
      durations = {}
      def receive():
          while not (line := server.stdout.readline()).startswith("{"): pass
          answer = json.loads(line)
          durations[answer["id"]] = time.monotonic_ns() - began[answer["id"]]
      send({"jsonrpc": "2.0", "id": "i", "method": "initialize", "params": {}})
      receive()
      send({"jsonrpc": "2.0", "method": "notifications/initialized"})
      for id in range(50):
          send({"jsonrpc": "2.0", "id": id, "method": "tools/call",
                "params": {"name": "bad" if id % 10 == 3 else "search", "arguments": {}}})
      for id in range(50): receive()
      send({"jsonrpc": "2.0", "id": 99, "method": "never"})
      server.stdin.close()
      server.wait()
      json.dump({str(id): time for id, time in durations.items()}, open(sys.argv[1] + "/durations", "w"))
      """#

    @Test func `of a server on pipes have every call once, answered out of order`() async throws {
      let session = try Session()
      let lines = try await session.messages(of: Self.client, ["--calls"])
      let measured = try JSONDecoder().decode([String: Int].self, from: session.folder.contents("durations"))
      let calls = lines.filter { $0.type == "call" }
      #expect(calls.count == lines.count && calls.count == 52)
      #expect(Set(calls.map { "\($0.srcPid)>\($0.dstPid) \($0.meta.channel)" }).count == 1)
      #expect(calls.allSatisfy { $0.meta.channelType == "pipe" && $0.truncated == nil })
      for id in 0..<50 {
        let call = try #require(calls.first { $0.meta.id == "\(id)" })
        let isBad = id % 10 == 3
        #expect(
          call.words
            == "call json-rpc tools/call \(isBad ? "bad" : "search") #\(id) "
            + (isBad ? "error -32601 Method not found" : "ok"))
        let told = try #require(call.meta.durationNs)
        let real = try #require(measured["\(id)"])
        // The server sleeps 10 ms behind the last request; the client looks at its clock before it writes, and after it has read.
        #expect(told >= 10_000_000 && told <= real, "\(id): \(told) ns told, \(real) ns measured")
      }
      #expect(calls.last?.words == "call json-rpc never #99 unanswered")
      #expect(calls.last?.meta.durationNs == nil && calls.last?.meta.responseTime == nil)
    }

    @Test func `of a server on pipes include its notifications and noise`() async throws {
      let session = try Session()
      let lines = try await session.messages(of: Self.client, ["--messages", "-x"])
      #expect(lines.count == 105 && lines.allSatisfy { $0.type == "message" })
      #expect(lines.filter { $0.meta.role == "request" }.count == 52)
      #expect(lines.filter { $0.meta.role == "response" }.count == 51)
      let noise = try #require(lines.first { $0.meta.role == "data" })
      #expect(noise.words == "message json-rpc data (no JSON)" && noise.bytes == Data("starting\n".utf8))
      #expect(lines.allSatisfy { $0.bytes?.count == $0.meta.count })
    }

    @Test func `of a capture are those of its trace`() async throws {
      let session = try Session()
      try Data(Self.client.utf8).write(to: URL(filePath: session.file("script.py")))
      let options = ["-f", "json", "--messages", "--calls"]
      let live = try await session.ipcdump(
        options + [
          "-w", session.captureFile, "--print", "--", "python3", session.file("script.py"), session.file(""),
        ])
      #expect(live.status == 0, "\(live.diagnostics)")
      let replayed = try await session.replay(options)
      #expect(try MessageLine.all(in: live.output).count == 157)
      #expect(live.output == replayed.output)
    }

    /// A server and clients of HTTP, on a unix socket and on TCP.
    private static let web = #"""
      import http.client, http.server, os, socket, socketserver, sys, threading
      class Handler(http.server.BaseHTTPRequestHandler):
          protocol_version = "HTTP/1.1"
          def answer(self, code, body):
              self.send_response(code)
              self.send_header("Content-Length", str(len(body)))
              self.end_headers()
              if self.command != "HEAD": self.wfile.write(body)
          def do_GET(self):
              if self.path == "/chunked":
                  self.send_response(200); self.send_header("Transfer-Encoding", "chunked"); self.end_headers()
                  for part in (b"5\r\nhello\r\n", b"3\r\n, y\r\n", b"0\r\n\r\n"): self.wfile.write(part); self.wfile.flush()
              else: self.answer(404 if self.path == "/none" else 200, b"x" * 100)
          do_HEAD = do_GET
          def do_POST(self): self.answer(200, self.rfile.read(int(self.headers["Content-Length"]))[:10])
          def address_string(self): return ""
          def log_message(self, *rest): pass
      class Unix(socketserver.ThreadingUnixStreamServer): daemon_threads = True
      class TCP(socketserver.ThreadingTCPServer): daemon_threads = True
      path = sys.argv[1] + "/web"
      servers = [Unix(path, Handler), TCP(("127.0.0.1", 0), Handler)]
      for server in servers: threading.Thread(target=server.serve_forever, daemon=True).start()
      def unix():
          client = http.client.HTTPConnection("localhost")
          client.sock = socket.socket(socket.AF_UNIX); client.sock.connect(path)
          return client
      if os.fork() == 0:
          for client in (unix(), http.client.HTTPConnection("127.0.0.1", servers[1].server_address[1])):
              for method, target, body in (("GET", "/a?token=x", None), ("HEAD", "/a", None), ("GET", "/chunked", None),
                                           ("POST", "/p", b"b" * 3_000_000), ("GET", "/none", None)):
                  client.request(method, target, body, {"Host": "here", "Authorization": "Bearer hush"})
                  client.getresponse().read()
              client.close()
          os._exit(0)
      os.wait()
      """#

    @Test func `of HTTP go over both kinds of sockets`() async throws {
      let session = try Session()
      let lines = try await session.messages(of: Self.web, ["--calls"])
      let told = [
        "GET /a here ok", "HEAD /a here ok", "GET /chunked here ok", "POST /p here ok",
        "GET /none here error 404 Not Found",
      ]
      for kind in ["unix-stream", "loopback-tcp"] {
        let calls = lines.filter { $0.meta.channelType == kind }
        #expect(calls.map(\.words) == told.map { "call http1 \($0)" })
        #expect(calls.allSatisfy { $0.meta.durationNs ?? 0 > 0 && $0.truncated == nil })
        #expect(calls.count > 3 && calls[3].meta.requestBytes ?? 0 > 3_000_000)
      }
      #expect(lines.count == 10)
    }

    @Test func `show contents without secrets`() async throws {
      let session = try Session()
      let lines = try await session.messages(of: Self.web, ["--calls", "-x", "--redact", "-t", "unix"])
      #expect(lines.count == 5)
      let request = String(decoding: try #require(lines.first?.request), as: UTF8.self)
      #expect(request.contains("Authorization: ***\r\n") && request.contains("GET /a?token=*** HTTP/1.1"))
      #expect(lines.first?.meta.method == "GET /a?token=***")
      #expect(lines.allSatisfy { !String(decoding: $0.request ?? Data(), as: UTF8.self).contains("hush") })
    }

    private struct Summary: Decodable {
      struct Row: Decodable {
        var method: String
        var calls: Int
        var errors: Int
        var medianNs: Int?
        var maxNs: Int?
        var bytes: Int
      }
      var calls: [Row]

      static func all(in output: Data) throws -> [Summary] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try output.split(separator: UInt8(ascii: "\n")).map {
          try decoder.decode(Summary.self, from: $0)
        }
      }
    }

    @Test func `are added up by method`() async throws {
      let session = try Session()
      try Data(Self.client.utf8).write(to: URL(filePath: session.file("script.py")))
      let trace = try await session.ipcdump(
        ["--calls", "--summary", "-f", "json", "--", "python3", session.file("script.py"), session.file("")])
      let rows = try #require(try Summary.all(in: trace.output).first).calls
      #expect(
        rows.map { "\($0.method) \($0.calls) \($0.errors)" } == [
          "tools/call 50 5", "initialize 1 0", "never 1 0",
        ])
      #expect(rows.dropLast().allSatisfy { $0.medianNs ?? 0 > 0 && $0.maxNs ?? 0 >= $0.medianNs ?? 0 })
    }

    @Test func `are added up so far when SIGUSR1 comes`() async throws {
      let session = try Session()
      try session.folder.create(
        "script.py",
        #"""
        import json, os, subprocess, sys, time
        SERVER = "import json, sys\nfor line in sys.stdin: print(json.dumps({'jsonrpc': '2.0', 'id': json.loads(line)['id'], 'result': 1}), flush=True)"
        server = subprocess.Popen([sys.executable, "-c", SERVER], stdin=-1, stdout=-1, text=True)
        def ask(id):
            server.stdin.write(json.dumps({"jsonrpc": "2.0", "id": id, "method": "ask"}) + "\n"); server.stdin.flush()
            server.stdout.readline()
        for id in range(5): ask(id)
        open(sys.argv[1] + "/ready", "w").close()
        while not os.path.exists(sys.argv[1] + "/go"): time.sleep(0.01)
        for id in range(5, 8): ask(id)
        server.stdin.close(); server.wait()
        """#)
      let ipcdump = try session.startIPCDump([
        "-q", "--calls", "--summary", "-f", "json", "--", "python3", session.file("script.py"),
        session.file(""),
      ])
      _ = try await session.announcedPids()
      var asked = 0
      let isTold = try await eventually(seconds: 20) {
        let told = try Summary.all(in: session.folder.contents("ipcdump.out"))
        if told.last?.calls.map(\.calls) == [5] { return true }
        if told.count == asked {
          asked += 1
          ipcdump.send(SIGUSR1)
        }
        return false
      }
      #expect(isTold)
      try session.letGo()
      let trace = try await session.finish(ipcdump)
      #expect(trace.status == 0 && trace.diagnostics.isEmpty, "\(trace.diagnostics)")
      #expect(try Summary.all(in: trace.output).last?.calls.map(\.calls) == [8])
    }

    @Test func `become spans and slices`() async throws {
      let session = try Session()
      try Data(Self.client.utf8).write(to: URL(filePath: session.file("script.py")))
      let command = ["--", "python3", session.file("script.py"), session.file("")]
      let spans = try await session.ipcdump(
        ["-q", "--calls", "-f", "otlp", "-o", session.file("spans")] + command)
      #expect(spans.status == 0, "\(spans.diagnostics)")
      let lines = try session.folder.contents("spans").split(separator: UInt8(ascii: "\n"))
      #expect(lines.count == 52)
      for line in lines {
        let object = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
        let resources = try #require(object["resourceSpans"] as? [[String: Any]])
        #expect((1...2).contains(resources.count))
      }
      let slices = try await session.ipcdump(
        ["-q", "--calls", "-f", "chrome-trace", "-o", session.file("slices")] + command)
      #expect(slices.status == 0, "\(slices.diagnostics)")
      let objects = try #require(
        try JSONSerialization.jsonObject(with: session.folder.contents("slices")) as? [[String: Any]])
      #expect(objects.filter { $0["ph"] as? String == "X" }.count >= 103)
    }
  }
}
