import Foundation
import Testing

extension LiveTests {
  /// What real programs ask for, as `--messages` and Wireshark's own command line tell it of one trace.
  @Suite(.serialized) struct WiresharkCallsTests {
    /// How Wireshark's fields name methods.
    struct Witness: Sendable, CustomTestStringConvertible {
      /// The program of ``LibraryCase`` that speaks.
      let library: String
      let protocolName: String
      /// Packets in which something is asked for, and their fields.
      let filter: String
      let fields: [String]
      /// Roles of the messages that are compared.
      var roles: Set<String> = ["request"]
      /// The methods of one packet, of all values of each field.
      let methods: @Sendable ([[String]]) -> [String]

      var testDescription: String { "\(protocolName) of \(library)" }

      static let all = [
        Witness(
          library: "nginx", protocolName: "http1", filter: "http.request",
          fields: ["http.request.method", "http.request.uri"],
          methods: { zip($0[0], $0[1]).map { "\($0) \($1)" } }),
        Witness(
          library: "httpx", protocolName: "http1", filter: "http.request",
          fields: ["http.request.method", "http.request.uri"],
          methods: { zip($0[0], $0[1]).map { "\($0) \($1)" } }),
        Witness(
          library: "nginx", protocolName: "http2", filter: "http2.headers.path",
          fields: ["http2.headers.method", "http2.headers.path"],
          methods: { zip($0[0], $0[1]).map { "\($0) \($1)" } }),
        Witness(
          library: "grpcio", protocolName: "grpc", filter: "http2.headers.path",
          fields: ["http2.headers.path"],
          methods: { $0[0] }),
        Witness(
          library: "dbus-fast", protocolName: "dbus", filter: "dbus.interface",
          fields: ["dbus.interface", "dbus.member"], roles: ["request", "notification"],
          methods: { zip($0[0], $0[1]).map { "\($0).\($1)" } }),
        Witness(
          library: "psycopg", protocolName: "postgres",
          filter: "pgsql.query || pgsql.type == \"Startup message\"",
          fields: ["pgsql.type", "pgsql.query"],
          methods: { values in
            values[1].isEmpty ? ["Startup"] : values[1].map { $0.prefix { $0 != " " }.uppercased() }
          }),
        Witness(
          library: "redis", protocolName: "redis", filter: "resp.array && tcp.dstport == 6379",
          fields: ["resp.array.length", "resp.bulk_string.value"], methods: commands),
      ]

      /// The commands of a packet, each of which is an array of texts in hexadecimal digits.
      private static let commands: @Sendable ([[String]]) -> [String] = { values in
        var words = values[1].map(text)[...]
        return values[0].compactMap { Int($0) }.map { count in
          let command = words.prefix(count)
          words = words.dropFirst(count)
          return command.prefix(command.first == "CLIENT" ? 2 : 1).joined(separator: " ")
        }
      }

      private static func text(_ digits: String) -> String {
        let digits = Array(digits)
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
          UInt8(String(digits[$0...($0 + 1)]), radix: 16)
        }
        return String(decoding: bytes, as: UTF8.self)
      }
    }

    @Test(
      .enabled(if: LibraryCase.hasPython, "the libraries are missing; scripts/setup-tests installs them"),
      arguments: Witness.all)
    func `tshark agrees about the methods`(_ witness: Witness) async throws {
      let library = try #require(LibraryCase.all.first { $0.name == witness.library })
      let session = try ProgramsScript(needs: library.programs + ["tshark"]).session
      try session.folder.create("script.py", library.script)
      let trace = try await session.ipcdump(
        ["-f", "json", "--messages", "-o", session.file("messages"), "--streams"] + session.keeping + [
          "--", LibraryCase.python, session.file("script.py"), session.file(""), "120",
        ])
      #expect(trace.status == 0, "\(trace.diagnostics)")
      #expect(trace.diagnostics.hasSuffix(", 0 lost\n"), "\(trace.diagnostics)")
      let told = try MessageLine.all(in: session.folder.contents("messages")).filter {
        $0.meta.protocol == witness.protocolName && witness.roles.contains($0.meta.role ?? "")
      }
      let plugin = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(
          path: "packaging/wireshark/ipcdump.lua"
        ).path
      // What gRPC carries here is no Protocol Buffers. Wireshark tries it as such all the same, finds it malformed, and
      // then leaves out the headers of the requests that come with some of it.
      let packets = try await session.output(
        of: "tshark",
        ["-n", "-r", session.captureFile, "-X", "lua_script:\(plugin)", "-Y", witness.filter]
          + ["--disable-protocol", "protobuf"]
          + ["-T", "fields", "-E", "separator=|", "-E", "occurrence=a", "-E", "aggregator=;"]
          + witness.fields.flatMap { ["-e", $0] })
      let seen = packets.flatMap { packet in
        witness.methods(
          packet.split(separator: "|", omittingEmptySubsequences: false).map {
            $0.split(separator: ";").map(String.init)
          })
      }
      #expect(seen.count >= 40)
      #expect(told.map { $0.meta.method ?? "" } == seen)
    }
  }
}
