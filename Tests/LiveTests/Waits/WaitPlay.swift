import Foundation
import Glibc
import Testing

/// A scene that is played, and what `ipcdump why` says of it.
final class WaitPlay {
  let session: Session
  /// The players' pids.
  let roles: [String: Int]
  private let player: ChildProcess

  /// Begins a scene and waits until everybody has come to rest.
  init(_ scene: String) async throws {
    let session = try Session()
    try session.folder.create("scenes.py", WaitScenes.program)
    let player = try session.start(
      "python3", [session.file("scenes.py"), session.folder.path, scene], name: "player")
    let isReady = try await eventually(seconds: 30) {
      FileManager.default.fileExists(atPath: session.file("roles")) || player.poll() != nil
    }
    guard isReady, player.poll() == nil else {
      throw HarnessFailure(description: "\(scene) was not played: \(try session.folder.text("player.err"))")
    }
    roles = try JSONDecoder().decode([String: Int].self, from: session.folder.contents("roles"))
    self.session = session
    self.player = player
  }

  /// Ends all players.
  func end() async throws {
    player.send(SIGTERM)
    _ = try await player.wait()
  }

  var pids: String { roles.values.sorted().map(String.init).joined(separator: ",") }

  /// Who plays a pid; the number itself for others.
  func role(_ pid: Int) -> String { roles.first { $0.value == pid }?.key ?? "\(pid)" }

  /// Asks about the players.
  func ask(_ options: [String] = ["--json"]) async throws -> (status: Int, text: String, complaint: String) {
    let run = try await session.ipcdump(["why", "-p", pids] + options)
    return (run.status, String(decoding: run.output, as: UTF8.self), run.diagnostics)
  }
}

/// A report of `ipcdump why --json`.
struct WaitAnswer: Decodable {
  struct Ender: Decodable {
    let pid: Int, comm: String, fd: Int?, does: String
  }

  struct Target: Decodable {
    let type: String, channel: String?, fd: Int?, unread: Int?, capacity: Int?, by: [Ender], external: Bool
  }

  struct Wait: Decodable {
    let pid: Int, tid: Int, comm: String, waiting_ns: Int?, call: String, mode: String, on: [Target]
  }

  struct Deadlock: Decodable {
    let pids: [Int], threads: [Int], kind: String, reason: String, blocked: [Int]
  }

  struct Holder: Decodable {
    let pid: Int, comm: String, fd: Int
  }

  struct Leak: Decodable {
    let channel: String, reader: Holder, holders: [Holder]
  }

  struct Unknown: Decodable {
    let pid: Int, tid: Int, comm: String, wchan: String
  }

  let time: String, waits: [Wait], deadlocks: [Deadlock], leaks: [Leak], unknown: [Unknown]

  /// The answers in an output, one a line.
  static func all(in text: String) throws -> [WaitAnswer] {
    try text.split(separator: "\n").map { try JSONDecoder().decode(WaitAnswer.self, from: Data($0.utf8)) }
  }
}
