import Foundation
import Glibc
import Testing

extension LiveTests {
  /// PostgreSQL: the postmaster accepts, a child of its own serves each client.
  @Suite(.serialized) struct ProgramsPostgresTests {
    /// A message of PostgreSQL's protocol 3.0; the first one of a client has no tag.
    struct Message {
      var tag: Character?
      var body: Data

      /// All messages of one direction; nil if they do not end where the bytes end.
      static func all(in data: Data, isFromClient: Bool) -> [Message]? {
        var rest = data[...]
        var messages: [Message] = []
        while !rest.isEmpty {
          var tag: Character?
          if !(isFromClient && messages.isEmpty) { tag = Character(UnicodeScalar(rest.removeFirst())) }
          guard rest.count >= 4 else { return nil }
          let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
          guard length >= 4, rest.count >= length else { return nil }
          messages.append(Message(tag: tag, body: Data(rest.dropFirst(4).prefix(length - 4))))
          rest = rest.dropFirst(length)
        }
        return messages
      }
    }

    static let query = "SELECT 'needle-' || 'hay', pg_backend_pid()"

    @Test(arguments: Hook.allCases)
    func `each query and answer is told once, with the backend's pid`(_ hook: Hook) async throws {
      let script = try ProgramsScript(needs: ["postgres", "initdb", "psql", "setpriv"])
      let folder = script.session.folder.path
      let port = try ProgramsScript.freePort(SOCK_STREAM)
      let cluster = try await PostgresCluster(in: script)

      let hosts = ["unix0": folder, "unix1": folder, "tcp0": "127.0.0.1", "tcp1": "127.0.0.1"]
      let clients = hosts.sorted { $0.key < $1.key }.map { name, host in
        "run \(name) psql -X -A -t -h \(host) -p \(port) -U tester -d postgres -c \"\(Self.query)\" > \(name).out"
      }
      let trace = try await script.trace(
        """
        start server \(Programs.asNobody) \(cluster.programs)/postgres -D \(folder)/data -k \(folder) -h 127.0.0.1 -p \(port) \
          -c fsync=off -c autovacuum=off > server.out
        until_true unix '00010000 .* \(folder)/.s.PGSQL.\(port)'
        export PGSSLMODE=disable PGGSSENCMODE=disable
        until_true psql -X -q -h \(folder) -p \(port) -U tester -d postgres -c 'SELECT 1' > /dev/null
        \(clients.joined(separator: "\n"))
        # On SIGTERM it lets its children read their clients' last words.
        stop server
        """, hook: hook)

      let postmaster = try trace.pid("server")
      for (name, host) in hosts {
        let type = host == folder ? "unix-stream" : "loopback-tcp"
        let client = try trace.pid(name)
        let answer = String(decoding: try trace.contents("\(name).out"), as: UTF8.self)
        let backend = try #require(Int(answer.dropFirst("needle-hay|".count).dropLast()), "\(answer)")
        #expect(backend != postmaster)
        expectConversation(trace, type, client: client, backend: backend)
        let mine = trace.events.filter { $0.srcPid == client || $0.dstPid == client }
        #expect(mine.allSatisfy { $0.srcPid == backend || $0.dstPid == backend })
        if type == "unix-stream" {
          #expect(mine.allSatisfy { $0.meta.path == "\(folder)/.s.PGSQL.\(port)" })
        }
      }
      trace.trace.expectClean()
      for event in trace.events {
        let isPair = Set([event.srcComm, event.dstComm]) == ["psql", "postgres"]
        #expect(isPair && event.inferred == nil && event.delivered != false, "\(Told(event))")
        #expect(event.srcPid != postmaster && event.dstPid != postmaster, "\(Told(event))")
      }
    }

    private func expectConversation(_ trace: ProgramsTrace, _ type: String, client: Int, backend: Int) {
      let asked = trace.bytes(type, from: client, to: backend)
      let answered = trace.bytes(type, from: backend, to: client)
      let requests = Message.all(in: asked, isFromClient: true) ?? []
      let answers = Message.all(in: answered, isFromClient: false) ?? []
      // Start-up, Query, Terminate; then every tag of the answers, in order.
      #expect(requests.map(\.tag) == [nil, "Q", "X"], "\(asked.count) bytes")
      #expect(requests.dropFirst().first?.body == Data("\(Self.query)\0".utf8))
      let tags = String(answers.compactMap(\.tag))
      #expect(tags.wholeMatch(of: /RS+KZTDCZ/) != nil, "\(tags), \(answered.count) bytes")
      // BackendKeyData begins with the backend's pid.
      let key = answers.first { $0.tag == "K" }?.body.prefix(4).reduce(0) { $0 << 8 | Int($1) }
      #expect(key == backend)
      let needles = [
        trace.transfers(type, from: client, to: backend).count { $0.contains("needle-' || 'hay") },
        trace.transfers(type, from: backend, to: client).count { $0.contains("needle-hay") },
      ]
      #expect(needles == [1, 1])
    }
  }
}
