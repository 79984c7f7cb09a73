import Foundation
import Glibc
import Testing

extension LiveTests {
  /// socat sends to another socat, which sends everything back.
  @Suite(.serialized) struct ProgramsSocatTests {
    /// FOLDER and PORT stand for the test's own.
    struct Exchange: CustomTestStringConvertible {
      var type: String
      var server: String
      var client: String
      /// What tells that the server is ready.
      var ready: String
      /// Of the way there and back; nil for TCP and UDP.
      var paths: [String]?
      var address: String?
      /// Fits one datagram, or takes several reads.
      var size = 100_000
      var testDescription: String { "\(type) \(server)" }

      var isMessages: Bool { type == "unix-dgram" || type == "loopback-udp" }
    }

    static let exchanges = [
      Exchange(
        type: "unix-stream", server: "UNIX-LISTEN:FOLDER/s", client: "UNIX-CONNECT:FOLDER/s",
        ready: "unix '00010000 .* FOLDER/s'", paths: ["FOLDER/s", "FOLDER/s"]),
      Exchange(
        type: "unix-stream", server: "ABSTRACT-LISTEN:ipcdump-PORT", client: "ABSTRACT-CONNECT:ipcdump-PORT",
        ready: "unix '00010000 .* @ipcdump-PORT'", paths: ["@ipcdump-PORT", "@ipcdump-PORT"]),
      Exchange(
        type: "unix-seqpacket", server: "UNIX-LISTEN:FOLDER/s,type=5",
        client: "UNIX-CONNECT:FOLDER/s,type=5", ready: "unix '00010000 .* FOLDER/s'",
        paths: ["FOLDER/s", "FOLDER/s"]),
      Exchange(
        type: "unix-dgram", server: "UNIX-RECVFROM:FOLDER/s", client: "UNIX-SENDTO:FOLDER/s,bind=FOLDER/c",
        ready: "unix FOLDER/s", paths: ["FOLDER/s", "FOLDER/c"], size: 5000),
      Exchange(
        type: "unix-dgram", server: "ABSTRACT-RECVFROM:ipcdump-PORT",
        client: "ABSTRACT-SENDTO:ipcdump-PORT,bind=back-PORT", ready: "unix @ipcdump-PORT",
        paths: ["@ipcdump-PORT", "@back-PORT"], size: 5000),
      Exchange(
        type: "loopback-tcp", server: "TCP4-LISTEN:PORT,bind=127.0.0.1", client: "TCP4:127.0.0.1:PORT",
        ready: "tcp PORT", address: "127.0.0.1"),
      Exchange(
        type: "loopback-tcp", server: "TCP6-LISTEN:PORT,bind=[::1]", client: "TCP6:[::1]:PORT",
        ready: "tcp PORT", address: "::1"),
      Exchange(
        type: "loopback-udp", server: "UDP4-RECVFROM:PORT,bind=127.0.0.1",
        client: "UDP4-SENDTO:127.0.0.1:PORT", ready: "udp PORT", address: "127.0.0.1", size: 5000),
      Exchange(
        type: "loopback-udp", server: "UDP6-RECVFROM:PORT,bind=[::1]", client: "UDP6-SENDTO:[::1]:PORT",
        ready: "udp PORT", address: "::1", size: 5000),
    ]

    @Test(arguments: exchanges, Hook.allCases)
    func `socat and socat exchange each byte once`(_ exchange: Exchange, _ hook: Hook) async throws {
      let script = try ProgramsScript(needs: ["socat"])
      let port = try ProgramsScript.freePort(exchange.type == "loopback-udp" ? SOCK_DGRAM : SOCK_STREAM)
      func filled(_ text: String) -> String {
        text.replacingOccurrences(of: "FOLDER", with: script.session.folder.path)
          .replacingOccurrences(of: "PORT", with: "\(port)")
      }
      let sent = ProgramsScript.sample(exchange.size)
      try sent.write(to: URL(filePath: script.session.file("in")))
      // PIPE gives back what comes; -b makes one block of a datagram; -t waits for it after the end of the input.
      let trace = try await script.trace(
        filled(
          """
          start server socat -b 8192 \(exchange.server) PIPE
          until_true \(exchange.ready)
          run client socat -b 8192 -t 1 - \(exchange.client) < in > back
          finish server
          """), hook: hook)
      try trace.expectFile("back", holds: sent)

      let (server, client) = (try trace.pid("server"), try trace.pid("client"))
      trace.expectKnownEnds([server: "socat", client: "socat"])
      trace.expect(sent, exchange.type, from: client, to: server)
      trace.expect(sent, exchange.type, from: server, to: client)
      let ways = [
        trace.transfers(exchange.type, from: client, to: server),
        trace.transfers(exchange.type, from: server, to: client),
      ]
      #expect(ways[0].count + ways[1].count == trace.events.count)
      if exchange.isMessages { #expect(ways.map(\.count) == [1, 1]) }
      if exchange.type == "unix-seqpacket" {
        #expect(ways[0].dropLast().allSatisfy { $0.meta.count == 8192 })
      }
      for (way, path) in zip(ways, exchange.paths ?? []) {
        #expect(way.allSatisfy { $0.meta.path == filled(path) }, "\(way.map(\.meta.path))")
      }
      guard let address = exchange.address else { return }
      #expect(ways[0].allSatisfy { Int($0.meta.dstPort ?? 0) == port })
      #expect(ways[1].allSatisfy { Int($0.meta.srcPort ?? 0) == port })
      #expect(Set(ways[0].map(\.meta.srcPort)) == Set(ways[1].map(\.meta.dstPort)))
      #expect(trace.events.allSatisfy { $0.meta.srcAddr == address && $0.meta.dstAddr == address })
    }

    @Test(arguments: Hook.allCases)
    func `socat and a program it has started talk over a socket pair`(_ hook: Hook) async throws {
      let script = try ProgramsScript(needs: ["socat"])
      let sent = ProgramsScript.sample(100_000)
      try sent.write(to: URL(filePath: script.session.file("in")))
      try script.session.folder.create("echo", "echo $$ > echo.pid; exec cat")
      let trace = try await script.trace("run parent socat -t 5 - 'EXEC:sh echo' < in > back\n", hook: hook)
      try trace.expectFile("back", holds: sent)
      let (parent, child) = (try trace.pid("parent"), try trace.pid("echo"))
      trace.expectKnownEnds([parent: "socat", child: "cat"])
      trace.expect(sent, "unix-stream", from: parent, to: child)
      trace.expect(sent, "unix-stream", from: child, to: parent)
      #expect(trace.events.allSatisfy { $0.meta.path == "<anonymous>" })
    }
  }
}
