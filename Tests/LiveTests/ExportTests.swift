import Foundation
import Glibc
import Testing

extension LiveTests {
  /// `ipcdump -w - | ipcdump-export`, as somebody scrapes it.
  @Suite(.serialized) struct ExportTests {
    /// Asks at a socket in the file system, as curl --unix-socket does; nil if nobody listens yet.
    private static func scrape(_ path: String, _ accept: String = "*/*") -> String? {
      let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(descriptor) }
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
      let status = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      guard status == 0 else { return nil }
      let request = Array("GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: \(accept)\r\n\r\n".utf8)
      send(descriptor, request, request.count, Int32(MSG_NOSIGNAL))
      var answer: [UInt8] = []
      var bytes = [UInt8](repeating: 0, count: 65536)
      while true {
        let count = recv(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { break }
        answer += bytes[..<count]
      }
      let text = String(decoding: answer, as: UTF8.self)
      return text.hasPrefix("HTTP/1.1 200 OK\r\n") ? text.components(separatedBy: "\r\n\r\n").last : text
    }

    /// A stream of three transfers, which goes on until the file `go` is there.
    private func start(_ session: Session, _ options: String) throws -> ChildProcess {
      let command =
        "for i in 1 2 3; do echo $i | cat >/dev/null; done; until [ -e \"$1\" ]; do sleep 0.05; done"
      let script = "\"$0\" -q --health -t pipe -w - -- sh -c '\(command)' sh \"$2\" | \"$1\" \(options)"
      return try session.start(
        "sh", ["-c", script, try Programs.ipcdump(), try Programs.exporter(), session.file("go")],
        name: "shell")
    }

    @Test func `tells what goes on while it does`() async throws {
      let session = try Session()
      let path = session.file("metrics.sock")
      let shell = try start(session, "--metrics unix:\(path)")
      var text = ""
      let isTold = try await eventually(seconds: 20) {
        text = Self.scrape(path) ?? ""
        return text.contains("ipcdump_export_events_total 3\n")
          && text.contains("ipcdump_ring_size_bytes 16777216\n")
      }
      #expect(isTold, "\(text)")
      let lines = text.split(separator: "\n")
      let messages = lines.filter { $0.hasPrefix("ipcdump_messages_total{") }
      #expect(messages.count == 1, "\(messages)")
      #expect(messages.first?.contains(#/dst="[^"]*/(cat|coreutils)",type="pipe"} 3/#) == true, "\(messages)")
      #expect(lines.contains { $0.hasPrefix("ipcdump_bytes_total{") && $0.hasSuffix(" 6") })
      #expect(Self.scrape(path, "application/openmetrics-text; version=1.0.0")?.hasSuffix("# EOF\n") == true)
      try session.letGo()
      #expect(try await shell.wait().status == 0)
      let told = try session.folder.text("shell.err")
      #expect(told == "ipcdump-export: 3 events read, 0 lost\n")
      #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test(.enabled(if: ProgramsScript.path(of: "promtool") != nil, "promtool is missing"))
    func `has metrics that promtool finds no fault with`() async throws {
      let session = try Session()
      let path = session.file("metrics.sock")
      let shell = try start(session, "--metrics unix:\(path)")
      var text = ""
      _ = try await eventually(seconds: 20) {
        text = Self.scrape(path) ?? ""
        return text.contains("ipcdump_export_events_total 3\n")
      }
      try session.folder.create("metrics", text)
      try session.letGo()
      #expect(try await shell.wait().status == 0)
      let check = "promtool check metrics < \"$0\" 2>&1"
      let tool = try await session.start("sh", ["-c", check, session.file("metrics")], name: "promtool")
        .wait()
      let said = try session.folder.text("promtool.out")
      #expect(tool.status == 0 && said.isEmpty, "\(said)")
    }

    @Test func `of an address that is taken, and without one, it says so`() async throws {
      let session = try Session()
      let first = try session.start(
        "sh", ["-c", "sleep 5 | \"$0\" --metrics unix:\"$1\"", try Programs.exporter(), session.file("s")],
        name: "first")
      _ = try await eventually(seconds: 10) { FileManager.default.fileExists(atPath: session.file("s")) }
      let second = try await session.start(
        Programs.exporter(), ["--metrics", "unix:\(session.file("s"))", "/dev/null"], name: "second"
      ).wait()
      #expect(second.status == 1)
      #expect(
        try session.folder.text("second.err").contains("Address already in use; choose another address"))
      let third = try await session.start(Programs.exporter(), [], name: "third").wait()
      #expect(third.status == 64)
      #expect(try session.folder.text("third.err").contains("add --metrics and an address"))
      Glibc.kill(-first.pid, SIGTERM)
      _ = try await first.wait()
    }

    @Test func `of a stream that is damaged, what comes before is told, and the status`() async throws {
      let session = try Session()
      _ = try await session.ipcdump([
        "-w", session.captureFile, "-t", "pipe", "--", "sh", "-c",
        "echo 1 | cat >/dev/null; echo 2 | cat >/dev/null",
      ])
      let whole = try session.folder.contents("capture.pcapng")
      try whole.dropLast(200).write(to: URL(filePath: session.captureFile))
      let exporter = try await session.start(
        Programs.exporter(), ["--metrics", "unix:\(session.file("s"))", session.captureFile], name: "exporter"
      ).wait()
      #expect(exporter.status == 1)
      let told = try session.folder.text("exporter.err")
      #expect(
        told.contains("event read, 0 lost") && told.contains("it was not written to its end"), "\(told)")
    }
  }
}
