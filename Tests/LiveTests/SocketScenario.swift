import Foundation
import Testing

/// Kinds of sockets as the actor's `--kind` names them.
enum Sockets {
  static let unixStream = ["unix-stream"]
  static let unixDatagram = ["unix-dgram"]
  static let unixSeqpacket = ["unix-seqpacket"]
  static let unix = ["unix-stream", "unix-dgram", "unix-seqpacket"]
  static let tcp = ["tcp4", "tcp6"]
  static let udp = ["udp4", "udp6"]
}

extension Scenario {
  /// One command line of the actor over each of these kinds of sockets.
  static func over(_ kinds: [String], _ line: String) -> [Scenario] {
    kinds.map { kind in
      var scenario = Scenario()
      scenario.words = line.split(separator: " ").map(String.init) + ["--kind", kind]
      return scenario
    }
  }

  /// Several command lines over each of these kinds.
  static func over(_ kinds: [String], _ lines: [String]) -> [Scenario] {
    lines.flatMap { over(kinds, $0) }
  }

  /// Cancels the test if the kernel or the host lacks what the scenario needs; the actor says what that is.
  func skipUnlessPlayable() async throws {
    let session = try Session()
    let rehearsal = try session.start(Programs.actor(), session.actorArguments(words), name: "rehearsal")
    guard try await rehearsal.wait().status == 77 else { return }
    try Test.cancel("\(try session.folder.text("rehearsal.err"))")
  }

  /// As `expectExactTrace`, but without contents, which no process saw.
  func expectExactRoute(_ hook: Hook) async throws {
    let session = try Session()
    let options = ["-f", "json", "-o", session.eventFile, hook.option]
    let trace = try await session.ipcdump(options + session.actorCommand(words))
    trace.expectClean()
    expectExact(trace.events.filter { !$0.isLookOfAnotherTrace }, try session.truth().events)
  }

  /// Traces running processes, of which the first announced one is named by `-p`.
  func expectExactLateTrace(_ hook: Hook) async throws {
    let session = try Session()
    let isKept = hook == .tracepoint
    let trace = try await session.attach(to: words) { pids in
      [hook.option, "-p", "\(pids[0])"] + (isKept ? session.keeping : [])
    }
    trace.expectClean()
    if isKept { try await session.expectSameReplay(of: trace) }
    expectExact(trace.events.filter { !$0.isLookOfAnotherTrace }, try session.truth().events)
  }
}
