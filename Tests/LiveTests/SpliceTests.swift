import Foundation
import Testing

extension LiveTests {
  /// Transfers in which a process has no buffer of its own, with the contents that can be had.
  @Suite(.serialized) struct SpliceTests {
    /// From the first kind of lane into the second, of which one is a pipe.
    static func routes(_ name: String, from first: [String], to second: [String]) -> [Scenario] {
      first.flatMap { from in second.map { Scenario(name, "--kind", from, "--to", $0) } }
    }

    static func between(_ name: String) -> [Scenario] {
      routes(name, from: ["pipe"], to: ["pipe", "unix-stream", "tcp4"])
        + routes(name, from: ["unix-stream", "tcp4"], to: ["pipe"])
    }

    static let passingOn =
      between("splice-route") + between("splice-awaited")
      + routes("splice-route", from: ["pipe"], to: ["tcp6"])
      + routes("splice-route", from: ["tcp6"], to: ["pipe"])

    @Test(arguments: passingOn, Hook.allCases)
    func `what is passed on is told at both ends, with its bytes`(_ scenario: Scenario, _ hook: Hook)
      async throws
    {
      try await scenario.expectExactTrace(hook)
    }

    static let pieces = routes("splice-parted", from: ["pipe", "unix-stream", "tcp4"], to: ["pipe"])

    @Test(arguments: pieces, Hook.allCases)
    func `each piece of a write has its own bytes`(_ scenario: Scenario, _ hook: Hook) async throws {
      try await scenario.expectExactTrace(hook)
    }

    @Test(arguments: between("splice-stream"), Hook.allCases)
    func `a stream in full flow has all its bytes`(_ scenario: Scenario, _ hook: Hook) async throws {
      let session = try Session()
      let trace = try await session.trace(scenario.words, options: [hook.option, "--buffer-size=64M"])
      trace.expectClean()
      expectExact(trace.events, try session.truth().events)
    }

    static let files =
      ["splice-from-file", "splice-through"].flatMap { name in
        ["pipe", "unix-stream", "tcp4"].map { Scenario(name, "--kind", $0) }
      } + [
        Scenario("splice-into-file"),
        Scenario("splice-into-file", "--kind", "pipe"),
        Scenario("splice-writers"),
        Scenario("splice-tee"),
        Scenario("splice-tee-on"),
        Scenario("splice-vmsplice"),
        Scenario("splice-refused"),
        Scenario("splice-refused", "--kind", "unix-stream"),
      ]

    @Test(arguments: files, Hook.allCases)
    func `files, copies and lent memory are told once, with the right ends`(
      _ scenario: Scenario, _ hook: Hook
    ) async throws {
      try await scenario.expectExactTrace(hook)
    }

    static let alone = [
      ["splice-route", "--kind", "pipe", "--to", "unix-stream"],
      ["splice-route", "--kind", "pipe", "--to", "tcp4"],
      ["splice-route", "--kind", "unix-stream", "--to", "pipe"],
      ["splice-route", "--kind", "tcp4", "--to", "pipe"],
    ]

    @Test(arguments: alone, Hook.allCases)
    func `each kind is told without the other one, too`(_ scenario: [String], _ hook: Hook) async throws {
      let types = ["pipe", scenario.contains("tcp4") ? "loopback-tcp" : "unix-stream"]
      for type in types {
        let session = try Session()
        let trace = try await session.trace(scenario, options: [hook.option, "-t", type])
        trace.expectClean()
        expectExact(trace.events, try session.truth().events.filter { $0.type == type })
      }
    }

    @Test(arguments: Hook.allCases)
    func `nothing is missing where no contents are asked for`(_ hook: Hook) async throws {
      let session = try Session()
      let options = ["-f", "json", "-o", session.eventFile, hook.option]
      let scenario = ["splice-route", "--kind", "unix-stream", "--to", "pipe"]
      let trace = try await session.ipcdump(options + session.actorCommand(scenario))
      trace.expectClean()
      #expect(trace.events.count == (try session.truth().events.count))
      #expect(trace.events.allSatisfy { $0.bytes == nil && $0.meta.bytesMissing == nil })
    }
  }
}
