import Foundation
import Glibc
import Testing

extension LiveTests {
  /// ipcdump is killed in the middle of its work.
  @Suite(.serialized) struct FaultKillTests {
    /// Identifiers of BPF objects, as /proc/PID/fdinfo tells them: `prog_id 12`.
    private func objects(of pid: pid_t) throws -> Set<String> {
      let folder = "/proc/\(pid)/fdinfo"
      var found: Set<String> = []
      for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
        guard let text = try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8) else { continue }
        for line in text.split(separator: "\n") {
          let words = line.split { $0 == ":" || $0.isWhitespace }
          guard words.count == 2, ["prog_id", "map_id", "link_id"].contains(words[0]) else { continue }
          found.insert("\(words[0]) \(words[1])")
        }
      }
      return found
    }

    /// Those of everybody on this host.
    private func objectsOfAll(_ session: Session) async throws -> Set<String> {
      let lister = try session.start(
        Programs.actor(), ["bpf-objects", "--truth", session.file("no-truth")], name: "objects")
      guard try await lister.wait().status == 0 else {
        throw HarnessFailure(description: try session.folder.text("objects.err"))
      }
      return Set(try session.folder.text("objects.out").split(separator: "\n").map(String.init))
    }

    private func pinned() -> [String] {
      (try? FileManager.default.subpathsOfDirectory(atPath: "/sys/fs/bpf").sorted()) ?? []
    }

    @Test(arguments: [true, false], Hook.allCases)
    func `nothing of it is left, and who was traced goes on`(_ isParent: Bool, _ hook: Hook) async throws {
      let session = try Session()
      let pins = pinned()
      let scenario = ["fault-rally"]
      let options = ["-f", "json", "-o", "/dev/null", "-t", "pipe", hook.option]
      let gates = ["--ready", session.file("ready"), "--wait-for", session.file("go")]
      var actor: ChildProcess?
      let ipcdump: ChildProcess
      if isParent {
        ipcdump = try session.startIPCDump(options + session.actorCommand(scenario + gates))
        _ = try await session.announcedPids()
      } else {
        let (started, pids) = try await session.startHalted(scenario)
        actor = started
        ipcdump = try session.startIPCDump(options + ["-p", "\(pids[0])"])
        try await session.untilAttached(ipcdump)
      }
      let own = try objects(of: ipcdump.pid)
      for kind in ["prog_id", "map_id", "link_id"] {
        #expect(own.contains { $0.hasPrefix(kind) }, "no \(kind) among \(own)")
      }
      #expect(own.isSubset(of: try await objectsOfAll(session)))

      try session.letGo()
      ipcdump.send(SIGKILL)
      #expect(!FileManager.default.fileExists(atPath: session.truthFile), "it was over before the kill")
      #expect(try await ipcdump.wait().status == 128 + Int(SIGKILL))
      // The kernel takes objects down some time after their last user.
      var left = own
      for _ in 0..<50 where !left.isEmpty {
        left = own.intersection(try await objectsOfAll(session))
        if !left.isEmpty { try await Task.sleep(for: .milliseconds(100)) }
      }
      #expect(left.isEmpty, "left: \(left.sorted())")
      #expect(pinned() == pins)

      #expect(
        try await eventually(seconds: 20) { FileManager.default.fileExists(atPath: session.truthFile) })
      if let actor { #expect(try await actor.wait().status == 0) }
      // It may still be writing.
      #expect(try await eventually(seconds: 5) { try session.folder.text("truth").hasSuffix("\n") })
      #expect(try session.truth().totals.map(\.reads) == [100_000])
    }
  }
}
