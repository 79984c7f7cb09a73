import Foundation
import Glibc
import Testing

extension LiveTests {
  /// PostgreSQL's shared memory, and the semaphores in it.
  @Suite(.serialized) struct ProgramsPostgresMemoryTests {
    private static let psql = "psql -X -A -t -q"

    /// Of the worker of a parallel query: its number and what it has mapped, as the server reads it for us.
    private static var query: String {
      let settings = [
        "min_parallel_table_scan_size = 0", "parallel_setup_cost = 0", "parallel_tuple_cost = 0",
        "parallel_leader_participation = off",
      ]
      return psql + settings.map { " -c 'SET \($0)'" }.joined()
        + " -c 'SELECT pg_backend_pid()'"
        + " -c \"SELECT pg_read_file('/proc/self/stat'), pg_read_file('/proc/self/maps') FROM one\""
    }

    private static let waits = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'WALWrite'"
    private static let clients = "SELECT pid FROM pg_stat_activity WHERE application_name = 'pgbench'"

    @Test(arguments: Hook.allCases)
    func `a server shares memory with its backends, and semaphores in it let them go on`(_ hook: Hook)
      async throws
    {
      let script = try ProgramsScript(needs: ["postgres", "initdb", "psql", "pgbench", "setpriv"])
      let folder = script.session.folder.path
      let port = try ProgramsScript.freePort(SOCK_STREAM)
      let cluster = try await PostgresCluster(in: script)

      // Who writes the log sleeps 20 ms before that (commit_delay), and others come to wait for it meanwhile.
      let trace = try await script.trace(
        """
        export PGHOST=\(folder) PGPORT=\(port) PGUSER=tester PGDATABASE=postgres
        start server \(Programs.asNobody) \(cluster.programs)/postgres -D \(folder)/data -k \(folder) -h '' -p \(port) \
          -c autovacuum=off -c fsync=on -c commit_delay=20000 -c commit_siblings=0 > server.out 2>&1
        until_true \(Self.psql) -c 'CREATE TABLE one AS SELECT 1 AS n' 2> /dev/null
        \(Self.query) > seen
        \(Self.psql) -c 'CREATE TABLE log (n int)'
        echo 'INSERT INTO log VALUES (1);' > insert
        start bench \(cluster.programs)/pgbench -n -f insert -c 4 -t 25 > bench.out 2>&1
        all() { [ "$(\(Self.psql) -c "\(Self.clients)" | tee clients | wc -l)" -eq 4 ]; }
        until_true all
        for look in 1 2 3 4 5 6 7 8 9 10; do
          echo "\(Self.waits); SELECT pg_sleep(0.02);"
        done | \(Self.psql) | grep . > waiting
        finish bench
        stop server
        """, hook: hook, kinds: "sh,fx")
      trace.trace.expectClean()
      try expectMemory(trace)
      try expectSemaphores(trace)
    }

    /// All memory that a worker has others have, too: what the server has made, and what its leader has for the query.
    private func expectMemory(_ trace: ProgramsTrace) throws {
      let postmaster = try trace.pid("server")
      let seen = String(decoding: try trace.contents("seen"), as: UTF8.self)
      let found = try #require(seen.wholeMatch(of: /(\d+)\n(\d+) ((?s).*)/), "\(seen)")
      let leader = try #require(Int(found.1)), worker = try #require(Int(found.2))
      #expect(Set([leader, worker, postmaster]).count == 3)
      var sharing = ProgramsSharing()
      sharing.add(String(found.3).replacing("|", with: "\n"), of: worker)
      let own = sharing.memories.values.filter { !$0.writers.isEmpty }
      let told = trace.events.filter { $0.type == "shared-memory" && $0.dstPid == worker }
      let names = own.map { "\($0.object) \($0.sizes[worker] ?? 0) rw" }.sorted()
      func done(_ operation: String, _ events: [TracedEvent]) -> [String] {
        events.filter { $0.meta.op == operation }.map {
          "\($0.meta.object ?? "") \($0.meta.size ?? 0) \($0.meta.access ?? "")"
        }.sorted()
      }
      #expect(done("map", told) == names)
      // Of a query's memory, the leader may let go first.
      let left = trace.events.filter { $0.srcPid == worker && $0.dstPid == leader }
      #expect(done("unmap", told + left) == names)
      let isKnown = told.allSatisfy { $0.inferred == nil && $0.srcComm == "postgres" }
      #expect(isKnown)
      func objects(_ source: Int) -> Set<String> {
        Set(told.filter { $0.srcPid == source && $0.meta.op == "map" }.compactMap(\.meta.object))
      }
      let inherited = objects(postmaster)
      #expect(inherited.count == 3 && inherited.contains("[anon]"))
      #expect(inherited.contains { $0.hasPrefix("sysv 0x") })
      let query = objects(leader)
      #expect(!query.isEmpty && query.allSatisfy { $0.hasPrefix("/dev/shm/PostgreSQL.") })
    }

    /// Whom the server itself has seen waiting, another one has let go on.
    private func expectSemaphores(_ trace: ProgramsTrace) throws {
      func numbers(_ name: String) throws -> Set<Int> {
        Set(
          String(decoding: try trace.contents(name), as: UTF8.self).split(separator: "\n").compactMap {
            Int($0)
          })
      }
      let clients = try numbers("clients"), waiting = try numbers("waiting").intersection(clients)
      #expect(clients.count == 4 && !waiting.isEmpty)
      let wakes = trace.events.filter { $0.type == "futex" && clients.contains($0.dstPid) }
      #expect(waiting.isSubset(of: wakes.map(\.dstPid)))
      for event in wakes {
        let isWake = event.srcComm == "postgres" && event.meta.object == "[anon]" && event.meta.op == "wake"
        #expect(isWake && event.inferred == nil, "\(Told(event))")
      }
      // Each backend waits at a semaphore of its own.
      let places = Dictionary(grouping: wakes, by: \.dstPid).mapValues { Set($0.map(\.meta.offset)) }
      #expect(places.values.allSatisfy { $0.count == 1 })
      #expect(places.values.reduce(into: Set()) { $0.formUnion($1) }.count == places.count)
    }
  }
}
