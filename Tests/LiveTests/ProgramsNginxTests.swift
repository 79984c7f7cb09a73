import Foundation
import Glibc
import Testing

extension LiveTests {
  /// nginx with two workers that inherit the listening sockets, and curl.
  @Suite(.serialized) struct ProgramsNginxTests {
    @Test(arguments: Hook.allCases)
    func `each request and answer is told once, with the worker's pid`(_ hook: Hook) async throws {
      let script = try ProgramsScript(needs: ["nginx", "curl"])
      let port = try ProgramsScript.freePort(SOCK_STREAM)
      let folder = script.session.folder
      let small = ProgramsScript.sample(500, seed: 3)
      let big = ProgramsScript.sample(500_000, seed: 4)
      try small.write(to: URL(filePath: folder.file("small")))
      try big.write(to: URL(filePath: folder.file("big")))
      let listeners = "listen 127.0.0.1:\(port); listen unix:\(folder.path)/nginx.socket;"
      try folder.create(
        "nginx.conf", Self.configuration(folder: folder.path, workers: 2, listeners: listeners))

      let fetches = (0..<12).map { number -> String in
        let address = number.isMultiple(of: 2) ? "" : "--unix-socket nginx.socket "
        let path = number % 4 < 2 ? "small" : "big"
        let url = "'http://127.0.0.1:\(port)/\(path)?\(number)'"
        return "run curl\(number) curl -s \(address)\(url) > got\(number)"
      }
      let trace = try await script.trace(
        """
        start master nginx -p . -c nginx.conf
        until_true tcp \(port)
        read pid < master.pid
        workers() { read one two < /proc/$pid/task/$pid/children; [ "$two" ]; }
        until_true workers
        echo $one > worker0.pid; echo $two > worker1.pid
        \(fetches.joined(separator: "\n"))
        stop master
        """, hook: hook)

      let master = try trace.pid("master")
      let workers = [try trace.pid("worker0"), try trace.pid("worker1")]
      let served = try servers(trace)
      var comms = Dictionary(uniqueKeysWithValues: ([master] + workers).map { ($0, "nginx") })
      for number in fetches.indices {
        let client = try trace.pid("curl\(number)")
        let worker = try #require(served[number], "request \(number) is not in the access log")
        comms[client] = "curl"
        #expect(workers.contains(worker))
        let type = number.isMultiple(of: 2) ? "loopback-tcp" : "unix-stream"
        let body = number % 4 < 2 ? small : big
        try trace.expectFile("got\(number)", holds: body)

        let requests = trace.transfers(type, from: client, to: worker)
        #expect(requests.count == 1 && requests.allSatisfy { $0.contains("?\(number) HTTP/1.1\r\n") })
        let answer = trace.bytes(type, from: worker, to: client)
        let end = try #require(answer.range(of: Data("\r\n\r\n".utf8)), "\(answer.count) bytes of answer")
        #expect(answer.starts(with: Data("HTTP/1.1 200 OK\r\n".utf8)))
        let isWhole = answer[end.upperBound...] == body
        #expect(isWhole, "\(answer.count) bytes of answer")
        let others = trace.events.filter { $0.srcPid == client || $0.dstPid == client }
        #expect(others.allSatisfy { $0.srcPid == worker || $0.dstPid == worker })
      }

      // The master tells its workers to end, perhaps one that has ended by then.
      trace.expectKnownEnds(comms) {
        $0.srcPid == master && $0.delivered == false && $0.type == "unix-stream"
      }
      // It also tells the first worker how to reach the second, by passing it the end of a socket pair.
      let passed = trace.events.filter { $0.meta.fds != nil }
      #expect(passed.count == 1)
      #expect(passed.allSatisfy { $0.srcPid == master && workers.contains($0.dstPid) })
      #expect(passed.allSatisfy { $0.meta.fds?.wholeMatch(of: /\d+>\d+ socket:\[\d+\]/) != nil })
    }

    /// The pid that answered each request, by its own log.
    private func servers(_ trace: ProgramsTrace) throws -> [Int: Int] {
      let log = String(decoding: try trace.contents("access.log"), as: UTF8.self)
      return log.matches(of: /(?m)^(\d+) \/\w+\?(\d+)$/).reduce(into: [:]) { found, line in
        if let pid = Int(line.1), let number = Int(line.2) { found[number] = pid }
      }
    }

    static func configuration(folder: String, workers: Int, listeners: String) -> String {
      let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map {
        "\($0)_temp_path \(folder)/\($0);"
      }
      return """
        daemon off;
        worker_processes \(workers);
        pid \(folder)/nginx.pid;
        error_log \(folder)/error.log;
        events {}
        http {
          log_format pids '$pid $request_uri';
          access_log \(folder)/access.log pids;
          \(temporary.joined(separator: "\n  "))
          sendfile on;
          server { \(listeners) root \(folder); }
        }
        """
    }
  }
}
