import Foundation
import Testing

extension LiveTests {
  /// Wireshark's own command line, which captures from ipcdump as from an interface.
  @Suite(.serialized) struct ExtcapCaptureTests {
    /// What a session's folder of external captures has tshark do.
    private func tshark(_ session: Session, _ options: String) throws -> String {
      let folder = session.file("extcap")
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let link = "\(folder)/ipcdump"
      if !FileManager.default.fileExists(atPath: link) {
        try FileManager.default.createSymbolicLink(
          atPath: link, withDestinationPath: try Programs.ipcdump())
      }
      return "HOME='\(session.folder.path)' WIRESHARK_EXTCAP_DIR='\(folder)' tshark \(options)"
    }

    @Test func `it is one of the interfaces`() async throws {
      let session = try ProgramsScript(needs: ["tshark"]).session
      let lines = try await session.output(of: "sh", ["-c", try tshark(session, "-D")]).map(String.init)
      #expect(lines.contains { $0.hasSuffix(". ipcdump (IPC on this host)") }, "\(lines)")
    }

    @Test func `what a process says is captured while it goes on`() async throws {
      let session = try ProgramsScript(needs: ["tshark"]).session
      let talk = "until [ -e go ]; do sleep 0.05; done; while :; do echo hello | cat; sleep 0.2; done"
      try session.folder.create("talk.sh", "cd '\(session.folder.path)'; \(talk)")
      let shell = try session.start("sh", [session.file("talk.sh")], name: "talk")
      let options =
        "-i ipcdump -o extcap.ipcdump.pid:\(shell.pid) -o extcap.ipcdump.follow:TRUE -o extcap.ipcdump.type:pipe "
        + "-a packets:2 -a duration:20 -l -n -T fields -e tcp.payload"
      let script = "\(try tshark(session, options)) > lines 2> said & sleep 2; touch go; wait"
      let capture = try session.start(
        "sh", ["-c", "cd '\(session.folder.path)'; \(script)"], name: "capture")
      _ = try await capture.wait(seconds: 40)
      shell.send(SIGKILL)
      _ = try await shell.wait(seconds: 20)
      let lines = try session.folder.text("lines").split(separator: "\n")
      let complaint = try session.folder.text("said")
      // "hello\n"
      #expect(lines.contains("68656c6c6f0a"), "\(lines) \(complaint)")
    }
  }
}
