import Foundation
import Testing

extension LiveTests {
  /// Files that are written to, and must be nothing else.
  @Suite struct OutputFileTests {
    /// A session with a capture of one event in `capture`, which has other names, too.
    private func sessionWithCapture() async throws -> (session: Session, capture: Data) {
      let session = try Session()
      let trace = try await session.ipcdump(
        ["-q", "-w", session.file("capture"), "--", "sh", "-c", "echo x | cat > /dev/null"])
      #expect(trace.status == 0, "\(trace.diagnostics)")
      symlink("capture", session.file("soft"))
      link(session.file("capture"), session.file("hard"))
      return (session, try session.folder.contents("capture"))
    }

    private func run(_ script: String, in session: Session) async throws -> (status: Int, diagnostics: String)
    {
      let words = "cd \(session.folder.path); exec \(try Programs.ipcdump()) \(script)"
      let run = try session.start("sh", ["-c", words], name: "run")
      return (try await run.wait().status, try session.folder.text("run.err"))
    }

    @Test(
      arguments: ["capture", "./capture", "soft", "hard", "$PWD/capture", "$PWD/../$(basename $PWD)/soft"],
      ["-r capture -w", "-r capture -o", "-r capture -w copy --print -o", "report capture -o"])
    func `a capture that is read is never written to`(_ name: String, _ options: String) async throws {
      let (session, capture) = try await sessionWithCapture()
      let run = try await run("\(options) \(name)", in: session)
      #expect(run.status == 64)
      #expect(run.diagnostics.split(separator: "\n").count == 1, "\(run.diagnostics)")
      #expect(try session.folder.contents("capture") == capture)
    }

    @Test func `nor through a redirection, or the name of a later file`() async throws {
      let (session, capture) = try await sessionWithCapture()
      for words in ["-r capture >> capture", "-r capture 2>> capture"] {
        #expect(try await run(words, in: session).status == 64)
        #expect(try session.folder.contents("capture") == capture)
      }
      let load = ["--", "sh", "-c", "head -c 3000000 /dev/zero | cat > /dev/null"]
      let large = try await session.ipcdump(["-q", "-t", "pipe", "-w", session.file("part1")] + load)
      #expect(large.status == 0, "\(large.diagnostics)")
      let before = try session.folder.contents("part1")
      let rotated = try await run("-r part1 -w part -C 1", in: session)
      #expect(rotated.status == 64 && rotated.diagnostics.contains("part1"), "\(rotated.diagnostics)")
      #expect(try session.folder.contents("part1") == before)
    }

    @Test(arguments: [
      "-w f --print -o f", "-w f --print > f", "-w ./f 2> f", "--summary -o f > f", "-o f 2> f",
    ])
    func `an output of one kind is no other output`(_ options: String) async throws {
      let session = try Session()
      let words = options.split(separator: ">", maxSplits: 1)
      let redirection = words.count > 1 ? "\(options.contains("2>") ? "2" : "")>\(words[1])" : ""
      let own = String(words[0].hasSuffix(" 2") ? words[0].dropLast(2) : words[0])
      let run = try await run("\(own) -- touch was-run \(redirection)", in: session)
      #expect(run.status == 64)
      #expect(!FileManager.default.fileExists(atPath: session.file("was-run")))
    }

    @Test(arguments: [["-o"], ["-w"], ["-w", "copy", "--print", "-o"]])
    func `waiting for the reader of a FIFO ends with SIGTERM`(_ options: [String]) async throws {
      let session = try Session()
      mkfifo(session.file("fifo"), 0o600)
      let words = options.map { $0 == "copy" ? session.file("copy") : $0 }
      let ipcdump = try session.startIPCDump(words + [session.file("fifo"), "--", "true"])
      let isWaiting = try await eventually(seconds: 20) {
        let stack = try? String(contentsOfFile: "/proc/\(ipcdump.pid)/stack", encoding: .utf8)
        return stack?.contains("fifo_open") ?? true
      }
      #expect(isWaiting)
      ipcdump.send(SIGTERM)
      #expect(try await ipcdump.wait(seconds: 20).status == 128 + Int(SIGTERM))
    }

    @Test(.enabled(if: geteuid() == 0, "needs root, as sudo gives it"))
    func `what is made belongs to who has called sudo, and what was there stays whose it is`() async throws {
      let session = try Session()
      chmod(session.folder.path, 0o755)
      func owner(_ name: String) throws -> [Int] {
        let attributes = try FileManager.default.attributesOfItem(atPath: session.file(name))
        return [FileAttributeKey.ownerAccountID, .groupOwnerAccountID, .posixPermissions].compactMap {
          (attributes[$0] as? NSNumber)?.intValue
        }
      }
      func sudo(_ words: [String]) async throws -> Int {
        let caller = ["SUDO_UID=65534", "SUDO_GID=65533", try Programs.ipcdump(), "-q"]
        return try await session.start("env", caller + words, name: "sudo").wait().status
      }
      try session.folder.create("old", "")
      let load = ["--user", "root", "--", "sh", "-c", "head -c 3000000 /dev/zero | cat > /dev/null"]
      let files = ["-w", session.file("capture"), "-C", "1", "--print", "-o", session.file("new")]
      #expect(try await sudo(files + load) == 0)
      for name in ["capture", "capture1", "new"] { #expect(try owner(name) == [65534, 65533, 0o600]) }
      #expect(try await sudo(["-o", session.file("old"), "--user", "root", "--", "true"]) == 0)
      #expect(try owner("old").prefix(2) == [0, 0])
      #expect(try await sudo(["-r", session.file("capture"), "-w", session.file("copy"), "-C", "1"]) == 0)
      #expect(try owner("copy") == [65534, 65533, 0o600])
      let report = ["SUDO_UID=65534", try Programs.ipcdump(), "report", session.file("capture"), "-o"]
      let page = try session.start("env", report + [session.file("page")], name: "report")
      #expect(try await page.wait().status == 0)
      #expect(try owner("page").first == 65534)
    }

    @Test(.enabled(if: geteuid() == 0, "needs root, to be another user"), arguments: ["-o", "-w"])
    func `what another user has put into everybody's folder is not written to`(_ option: String) async throws
    {
      let session = try Session()
      chmod(session.folder.path, 0o1777)
      try session.folder.create("target", "precious")
      for (name, owner) in [("theirs", uid_t(65534)), ("ours", 0)] {
        symlink("target", session.file(name))
        lchown(session.file(name), owner, 0)
      }
      try FileManager.default.createDirectory(
        atPath: session.file("folder"), withIntermediateDirectories: false)
      symlink("folder", session.file("way"))
      lchown(session.file("way"), 65534, 0)
      try session.folder.create("file", "theirs")
      chown(session.file("file"), 65534, 0)
      for name in ["theirs", "way/new", "file"] {
        let run = try await run("\(option) \(name) -- true", in: session)
        #expect(run.status == 1)
        #expect(run.diagnostics.contains("another user has put it"), "\(run.diagnostics)")
        #expect(run.diagnostics.split(separator: "\n").count == 1, "\(run.diagnostics)")
      }
      #expect(try session.folder.text("target") == "precious")
      #expect(try session.folder.text("file") == "theirs")
      #expect(try FileManager.default.contentsOfDirectory(atPath: session.file("folder")) == [])
      #expect(try await run("-q \(option) ours -- true", in: session).status == 0)
      #expect(try session.folder.text("target") != "precious")
    }
  }
}
