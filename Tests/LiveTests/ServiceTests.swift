import Foundation
import Glibc
import Testing

extension LiveTests {
  /// ipcdump as a service: what it tells who has started it, its unit files, and options in a file.
  @Suite(.serialized) struct ServiceTests {
    /// The socket that a service manager listens at.
    private final class NotifySocket {
      let descriptor: Int32

      /// - Parameter name: A path, or an abstract name behind `@`.
      init(_ name: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(name.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { path in
          path.copyBytes(from: bytes)
          if name.hasPrefix("@") { path[0] = 0 }
        }
        let length = socklen_t(2 + bytes.count + (name.hasPrefix("@") ? 0 : 1))
        let status = withUnsafePointer(to: &address) {
          $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        guard status == 0 else { throw HarnessFailure(description: "cannot bind \(name): errno \(errno)") }
      }

      deinit { close(descriptor) }

      /// The messages that have come.
      func received() -> [String] {
        var messages: [String] = []
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
          let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
          guard count > 0 else { return messages }
          messages.append(String(decoding: bytes[..<count], as: UTF8.self))
        }
      }
    }

    @Test(arguments: [false, true])
    func `tells that it is ready, goes on, and ends`(_ isAbstract: Bool) async throws {
      let session = try Session()
      let name = isAbstract ? "@ipcdump-test-\(getpid())" : session.file("notify")
      let socket = try NotifySocket(name)
      let ipcdump = try session.start(
        "env",
        [
          "NOTIFY_SOCKET=\(name)", "WATCHDOG_USEC=200000", try Programs.ipcdump(), "-t", "pipe", "-P",
          "no such name",
        ],
        name: "ipcdump")
      var told: [String] = []
      let isReady = try await eventually(seconds: 20) {
        told += socket.received()
        return !told.isEmpty
      }
      #expect(isReady && told.first?.split(separator: "\n").first == "READY=1")
      // Nothing happens, and it goes on: four signs a half of that time, at least.
      try await Task.sleep(for: .milliseconds(1500))
      told += socket.received()
      let signs = told.filter { $0.hasPrefix("WATCHDOG=1\n") }
      #expect((4...16).contains(signs.count), "\(told)")
      #expect(signs.allSatisfy { $0.hasSuffix("STATUS=0 events captured, 0 lost") })
      ipcdump.send(SIGTERM)
      #expect(try await ipcdump.wait().status == 0)
      #expect(socket.received().last?.split(separator: "\n").first == "STOPPING=1")
    }

    @Test func `gives no sign where nobody watches, or watches another process`() async throws {
      let session = try Session()
      let socket = try NotifySocket(session.file("notify"))
      let ipcdump = try session.start(
        "env",
        [
          "NOTIFY_SOCKET=\(session.file("notify"))", "WATCHDOG_USEC=1000", "WATCHDOG_PID=1",
          try Programs.ipcdump(), "-t", "pipe", "-P", "no such name",
        ], name: "ipcdump")
      try await session.untilAttached(ipcdump)
      ipcdump.send(SIGTERM)
      #expect(try await ipcdump.wait().status == 0)
      #expect(socket.received().map { $0.prefix { $0 != "=" } } == ["READY", "STOPPING"])
    }

    @Test func `leaves the word to a command that it traces`() async throws {
      let session = try Session()
      let socket = try NotifySocket(session.file("notify"))
      let ipcdump = try session.start(
        "env",
        [
          "NOTIFY_SOCKET=\(session.file("notify"))", try Programs.ipcdump(), "-q", "-o", "/dev/null", "--",
          "sh",
          "-c", "echo $NOTIFY_SOCKET",
        ], name: "ipcdump")
      #expect(try await ipcdump.wait().status == 0)
      #expect(socket.received().isEmpty)
      #expect(try session.folder.text("ipcdump.out") == session.file("notify") + "\n")
    }

    @Test func `takes its options from a file, and those that are typed on top`() async throws {
      let session = try Session()
      try session.folder.create(
        "options.toml",
        """
        # What is traced.
        type = ["pipe"]
        format = "json"
        hex = true
        output = "\(session.eventFile)"
        count = 99
        """)
      let trace = try await session.ipcdump([
        "--config", session.file("options.toml"), "-c", "1", "--", "sh", "-c",
        "kill -URG $$; echo one | cat >/dev/null; echo two | cat >/dev/null",
      ])
      #expect(trace.events.map(\.bytes) == [Data("one\n".utf8)], "\(trace.diagnostics)")
    }

    @Test func `says where an option of a file is wrong`() async throws {
      let session = try Session()
      try session.folder.create("options.toml", "quiet = true\ntype = [\"pipe\",\n  \"pip\"]\n")
      let path = session.file("options.toml")
      let wrongValue = try await session.ipcdump(["--config", path])
      #expect(wrongValue.status == 64)
      #expect(
        wrongValue.diagnostics.hasPrefix(
          "ipcdump: \(path):3:3: --type pip: 'pip' is no type; did you mean pipe?"),
        "\(wrongValue.diagnostics)")
      try session.folder.create("options.toml", "top = 5\n")
      let alone = try await session.ipcdump(["--config", path])
      #expect(alone.status == 64)
      #expect(
        alone.diagnostics.hasPrefix("ipcdump: with the options of \(path): --top is for the summary"),
        "\(alone.diagnostics)")
    }

    private static let units = ["ipcdump.service", "ipcdump@.service"]

    private static func unit(_ name: String) throws -> String {
      let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
      return try String(contentsOf: root.appending(path: "packaging/systemd/\(name)"), encoding: .utf8)
    }

    @Test(
      .enabled(
        if: ProgramsScript.path(of: "systemd-analyze") != nil || Obstacle.isFailure,
        "systemd-analyze is missing"),
      arguments: units)
    func `has units that systemd takes without a word`(_ name: String) async throws {
      let session = try Session()
      // The program is where the tests have it, not where the package puts it.
      let text = try Self.unit(name).replacing("/usr/bin/ipcdump", with: try Programs.ipcdump())
      try session.folder.create(name, text)
      let file = name.replacing("@", with: "@web")
      if file != name { try session.folder.create(file, text) }
      let verified = try await session.start(
        "systemd-analyze", ["verify", "--man=no", session.file(file)], name: "verify"
      ).wait()
      #expect(verified.status == 0)
      #expect(try session.folder.text("verify.err").isEmpty && session.folder.text("verify.out").isEmpty)
    }

    /// What the unit's capabilities are, as setpriv(1) writes them.
    private static func capabilities() throws -> String {
      let line = try #require(
        try unit("ipcdump.service").split(separator: "\n").first { $0.hasPrefix("CapabilityBoundingSet=") })
      return "-all,"
        + line.split(separator: "=")[1].split(separator: " ").map {
          "+" + $0.dropFirst("CAP_".count).lowercased()
        }.joined(separator: ",")
    }

    /// A service's process is root's, with fewer capabilities.
    @Test func `traces, writes and looks for deadlocks with the capabilities of its unit`() async throws {
      let session = try Session()
      let set = try Self.capabilities()
      let ipcdump = try session.start(
        "setpriv",
        [
          "--bounding-set", set, "--inh-caps", "-all", "--ambient-caps", "-all", "--no-new-privs",
          try Programs.ipcdump(), "-t", "pipe", "-w", session.captureFile, "--keep", "60s", "--trigger",
          "stuck",
          "--trigger", "exit", "--with", "container", "-P", "recorded-one",
        ], name: "ipcdump")
      try await session.untilAttached(ipcdump)
      let script = "printf recorded-one > /proc/self/comm; echo hello | cat > /dev/null; exit 7"
      _ = try await session.start("bash", ["-c", script], name: "bash").wait()
      let isWritten = try await eventually(seconds: 10) {
        try session.folder.text("ipcdump.err").contains("exited with 7: 1 event of")
      }
      ipcdump.send(SIGTERM)
      let trace = try await session.finish(ipcdump)
      #expect(isWritten && trace.status == 0, "\(trace.diagnostics)")
    }
  }
}
