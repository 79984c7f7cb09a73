import Testing

extension LiveTests {
  /// Two processes that exchange one message and its answer over each kind of socket, then one through a pipe.
  @Suite(.serialized) struct SocketFilterTests {
    struct TypeFilter: CustomTestStringConvertible {
      var types: String
      var kept: Set<String>
      var options: [String] { types.split(separator: " ").flatMap { ["-t", String($0)] } }
      var testDescription: String { "-t \(types)" }
    }

    static let unix: Set = ["unix-stream", "unix-dgram", "unix-seqpacket"]
    static let loopback: Set = ["loopback-tcp", "loopback-udp"]

    static let filters = [
      TypeFilter(types: "unix", kept: unix), TypeFilter(types: "u", kept: unix),
      TypeFilter(types: "us", kept: ["unix-stream"]), TypeFilter(types: "unix-stream", kept: ["unix-stream"]),
      TypeFilter(types: "ud", kept: ["unix-dgram"]), TypeFilter(types: "unix-dgram", kept: ["unix-dgram"]),
      TypeFilter(types: "uq", kept: ["unix-seqpacket"]),
      TypeFilter(types: "unix-seqpacket", kept: ["unix-seqpacket"]),
      TypeFilter(types: "lo", kept: loopback), TypeFilter(types: "loopback", kept: loopback),
      TypeFilter(types: "lt", kept: ["loopback-tcp"]),
      TypeFilter(types: "loopback-tcp", kept: ["loopback-tcp"]),
      TypeFilter(types: "lu", kept: ["loopback-udp"]),
      TypeFilter(types: "loopback-udp", kept: ["loopback-udp"]),
      TypeFilter(types: "pipe", kept: ["pipe"]), TypeFilter(types: "signal", kept: []),
      TypeFilter(types: "us lu", kept: ["unix-stream", "loopback-udp"]),
      TypeFilter(types: "all", kept: unix.union(loopback).union(["pipe"])),
    ]

    @Test(arguments: filters)
    func `-t chooses the kinds of sockets`(_ filter: TypeFilter) async throws {
      let session = try Session()
      let trace = try await session.trace(["mixed"], options: filter.options)
      trace.expectClean()
      expectExact(trace.events, try session.truth().events.filter { filter.kept.contains($0.type) })
    }

    /// Options in which A and B stand for the two pids.
    struct PidFilter: CustomTestStringConvertible {
      var testDescription: String
      var keeps: @Sendable (_ event: TracedEvent, _ pids: [Int]) -> Bool

      func options(_ pids: [Int]) -> [String] {
        testDescription.split(separator: " ").map {
          $0 == "A" ? "\(pids[0])" : $0 == "B" ? "\(pids[1])" : String($0)
        }
      }
    }

    static let pidFilters = [
      PidFilter(testDescription: "-p A") { _, _ in true },
      PidFilter(testDescription: "-s A") { $0.srcPid == $1[0] },
      PidFilter(testDescription: "-d A") { $0.dstPid == $1[0] },
      PidFilter(testDescription: "-s B -d A -t unix -t lt") { event, pids in
        event.srcPid == pids[1] && SocketFilterTests.unix.union(["loopback-tcp"]).contains(event.type)
      },
    ]

    @Test(arguments: pidFilters, Hook.allCases)
    func `filters by pid of processes with open sockets are exact`(_ filter: PidFilter, _ hook: Hook)
      async throws
    {
      let session = try Session()
      var pids: [Int] = []
      let trace = try await session.attach(to: ["mixed"]) {
        pids = $0
        return [hook.option] + filter.options($0)
      }
      trace.expectClean()
      try #require(pids.count == 2)
      expectExact(trace.events, try session.truth().events.filter { filter.keeps($0, pids) })
    }
  }
}
