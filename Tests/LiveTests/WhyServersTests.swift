import Foundation
import Glibc
import Testing

extension LiveTests {
  /// Hangs of servers, of which the kernel knows a part only: what can be shown is shown, and nothing is concluded.
  @Suite(
    .serialized,
    .sensitiveToLoad("its graph is of the whole host, where others wait as well, and a busy one moves late"))
  struct WhyServersTests {
    /// The number that a script has put into a file.
    private static func pid(_ name: String, _ session: Session) throws -> Int {
      let text = try session.folder.text(name)
      return try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)), "\(name): \(text)")
    }

    /// Ends a server, which ends its children.
    private static func end(_ name: String, _ session: Session) async throws {
      let server = pid_t(try pid(name, session))
      kill(server, SIGTERM)
      // Its parent, which is killed afterwards, may not fetch its status.
      let isGone = try await eventually(seconds: 10) {
        let status = (try? String(contentsOfFile: "/proc/\(server)/status", encoding: .utf8)) ?? ""
        return status.isEmpty || status.contains("State:\tZ")
      }
      #expect(isGone)
    }

    /// What calls itself over FastCGI (version 1 of the protocol): both workers are busy before either calls.
    private static let call = #"""
      <?php
      function record($type, $body) { return pack("CCnnCC", 1, $type, 1, strlen($body), 0, 0) . $body; }
      function pair($name, $value) { return chr(strlen($name)) . chr(strlen($value)) . $name . $value; }
      ini_set("default_socket_timeout", -1);
      if (PHP_SAPI == "fpm-fcgi") {
        touch(__DIR__ . "/busy" . getmypid());
        while (count(glob(__DIR__ . "/busy*")) < 2) usleep(10000);
      }
      $pool = stream_socket_client("unix://" . __DIR__ . "/pool");
      $parameters = pair("SCRIPT_FILENAME", __FILE__) . pair("REQUEST_METHOD", "GET");
      fwrite($pool, record(1, pack("nCx5", 1, 0)) . record(4, $parameters) . record(4, "") . record(5, ""));
      fread($pool, 1);
      """#

    @Test func `workers of php-fpm call what only they could answer`() async throws {
      let script = try ProgramsScript(needs: ["php-fpm", "php", "setpriv", "bash"])
      let session = script.session, folder = session.folder.path
      let fpm = ProgramsScript.path(of: "php-fpm") ?? "", php = ProgramsScript.path(of: "php") ?? ""
      try session.folder.create("call.php", Self.call)
      try session.folder.create(
        "fpm.conf",
        """
        [global]
        error_log = \(folder)/fpm.log
        [www]
        listen = \(folder)/pool
        pm = static
        pm.max_children = 2

        """)
      try session.folder.create(
        "run",
        """
        cd \(folder)
        \(Programs.asNobody) \(fpm) --nodaemonize --fpm-config fpm.conf & echo $! > server
        until [ -S pool ]; do sleep 0.02; done
        for client in one two; do \(Programs.asNobody) \(php) call.php & echo $! > $client; done
        wait
        """)
      let (_, status, answer) = try await WhyProgramsTests.answer(
        to: ["bash", session.file("run")], [:], in: session
      ) { answer in
        answer.waits.count { $0.on.first?.by.first?.does == "accept" } == 2
          && answer.waits.count { $0.on.first?.by.first?.does == "write" } >= 2
      }
      let server = try Self.pid("server", session)
      let clients = try ["one", "two"].map { try Self.pid($0, session) }
      try await Self.end("server", session)

      // Each client waits for a worker, and each worker for whoever accepts at the pool: the other one, or the master.
      var workers: [Int] = []
      for client in clients {
        let wait = try #require(answer.waits.first { $0.pid == client })
        let on = try #require(wait.on.first)
        #expect(wait.call == "poll" && wait.on.count == 1 && !on.external)
        #expect(on.type == "unix-stream" && on.channel == "\(folder)/pool" && on.by.map(\.does) == ["write"])
        workers += on.by.map(\.pid)
      }
      #expect(Set(workers).count == 2 && !workers.contains(server))
      for worker in workers {
        let wait = try #require(answer.waits.first { $0.pid == worker })
        let on = try #require(wait.on.first)
        #expect(wait.call == "poll" && wait.on.count == 1 && !on.external)
        #expect(on.type == "unix-stream" && on.channel == "\(folder)/pool")
        #expect(Set(on.by.map(\.pid)) == Set(workers + [server]).subtracting([worker]))
        #expect(on.by.allSatisfy { $0.does == "accept" })
      }
      // That the master never accepts, nobody but php-fpm knows.
      #expect(answer.deadlocks.isEmpty && answer.unknown.isEmpty && status == 0)
    }

    @Test func `a session of PostgreSQL waits for another one's lock`() async throws {
      let script = try ProgramsScript(needs: ["postgres", "initdb", "psql", "setpriv", "bash"])
      let session = script.session, folder = session.folder.path
      let port = try ProgramsScript.freePort(SOCK_STREAM)
      let cluster = try await PostgresCluster(in: script)
      let blocked = "SELECT pid, pg_blocking_pids(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
      try session.folder.create(
        "run",
        """
        cd \(folder)
        export PGHOST=\(folder) PGPORT=\(port) PGUSER=tester PGDATABASE=postgres
        \(Programs.asNobody) \(cluster.programs)/postgres -D \(folder)/data -k \(folder) -h '' -p \(port) \
          -c autovacuum=off > server.out 2>&1 & echo $! > server
        until psql -X -q -c 'CREATE TABLE one (n int)' 2> /dev/null; do sleep 0.02; done
        mkfifo words
        psql -X -q -A -t -o said < words & echo $! > holder
        exec 3> words
        echo 'BEGIN; LOCK TABLE one; SELECT pg_backend_pid();' >&3
        until [ -s said ]; do sleep 0.02; done
        psql -X -q -c 'SELECT * FROM one' 3>&- & echo $! > waiter
        until psql -X -A -t -c "\(blocked)" | tee blocked | grep -q .; do sleep 0.02; done
        touch ready
        wait $(cat waiter)
        """)
      let (shell, status, answer) = try await WhyProgramsTests.answer(
        to: ["bash", session.file("run")], [:], in: session
      ) { answer in
        FileManager.default.fileExists(atPath: session.file("ready"))
          && answer.waits.contains { Set($0.on.map(\.type)) == ["signal", "pipe"] }
      }
      let server = try Self.pid("server", session)
      let (waiter, holder) = (try Self.pid("waiter", session), try Self.pid("holder", session))
      try await Self.end("server", session)

      // By the server's own word: one backend has what the other one wants.
      let word = try session.folder.text("blocked")
      let pair = try #require(word.wholeMatch(of: /(\d+)\|\{(\d+)\}\n/), "\(word)")
      let (backend, owner) = (Int(pair.1), try session.folder.text("said"))
      #expect(owner == "\(pair.2)\n")
      // By the kernel's: the client waits for its backend, which waits to be called, and the other client for words.
      let wait = try #require(answer.waits.first { $0.pid == waiter })
      #expect(wait.call == "poll" && wait.on.map(\.type) == ["unix-stream"])
      #expect(wait.on.map(\.channel) == ["\(folder)/.s.PGSQL.\(port)"])
      #expect(wait.on[0].by.map(\.pid) == [backend] && wait.on[0].by.map(\.does) == ["write"])
      let inside = try #require(answer.waits.first { $0.pid == backend })
      let reasons = inside.on.sorted { $0.type < $1.type }
      #expect(inside.call == "poll" && reasons.map(\.type) == ["pipe", "signal"])
      #expect(reasons.map(\.external) == [false, true])
      #expect(reasons[0].by.map(\.pid) == [server] && reasons[0].by.map(\.does) == ["write"])
      let idle = try #require(answer.waits.first { $0.pid == holder })
      #expect(idle.call == "read" && idle.on.map(\.type) == ["pipe"])
      #expect(idle.on.flatMap(\.by).map(\.pid) == [shell])
      // The lock itself is the server's.
      #expect(answer.deadlocks.isEmpty && answer.unknown.isEmpty && status == 0)
    }
  }
}
