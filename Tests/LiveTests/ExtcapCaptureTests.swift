import Foundation
import Testing

extension LiveTests {
  /// Wireshark's own command line, which captures from ipcdump as from an interface.
  @Suite(.serialized) struct ExtcapCaptureTests {
    /// A script in which the session's folder of external captures is that of Wireshark, which lets root name no other.
    private func script(_ session: Session, _ lines: String) throws -> [String] {
      let folder = session.file("extcap")
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let link = "\(folder)/ipcdump"
      if !FileManager.default.fileExists(atPath: link) {
        try FileManager.default.createSymbolicLink(
          atPath: link, withDestinationPath: try Programs.ipcdump())
      }
      return [
        "-m", "sh", "-c",
        """
        cd '\(session.folder.path)'
        folder=$(tshark -G folders 2> said | sed -n 's/^Extcap path:[[:space:]]*//p')
        mount --bind extcap "$folder"
        export HOME="$PWD"
        \(lines)
        """,
      ]
    }

    @Test func `it is one of the interfaces`() async throws {
      let session = try ProgramsScript(needs: ["tshark"]).session
      let lines = try await session.output(of: "unshare", try script(session, "tshark -D")).map(String.init)
      #expect(lines.contains { $0.hasSuffix(". ipcdump (IPC on this host)") }, "\(lines)")
    }

    @Test func `what a process says is captured while it goes on`() async throws {
      let session = try ProgramsScript(needs: ["tshark"]).session
      let talk = "until [ -e go ]; do sleep 0.05; done; while :; do echo hello | cat; sleep 0.2; done"
      try session.folder.create("talk.sh", "cd '\(session.folder.path)'; \(talk)")
      let shell = try session.start("sh", [session.file("talk.sh")], name: "talk")
      // The first three segments are a handshake.
      let capture = try session.start(
        "unshare",
        try script(
          session,
          """
          (sleep 2; touch go) &
          tshark -i ipcdump -o extcap.ipcdump.pid:\(shell.pid) -o extcap.ipcdump.follow:true \
            -o extcap.ipcdump.type:pipe -a packets:6 -a duration:20 -l -n -T fields -e tcp.payload > lines 2> said
          wait
          """), name: "capture")
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
