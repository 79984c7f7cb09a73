import Foundation
import Glibc
import Testing

extension LiveTests {
  /// A private message bus: all goes through the daemon, descriptors too.
  @Suite(.serialized) struct ProgramsDBusTests {
    @Test(arguments: Hook.allCases)
    func `each hop of a method call is told once, with the descriptor passed`(_ hook: Hook) async throws {
      let script = try ProgramsScript(needs: ["dbus-daemon", "dbus-send", "python3"])
      try script.session.folder.create("peer.py", ProgramsDBusPeer.source)
      let bus = script.session.file("bus")
      let trace = try await script.trace(
        """
        start daemon dbus-daemon --session --address=unix:path=\(bus) --nofork --nopidfile
        until_true unix '00010000 .* \(bus)'
        start service \(Programs.python) peer.py service bus service.log ready
        until_true [ -e ready ]
        run say dbus-send --bus=unix:path=\(bus) --print-reply --dest=\(ProgramsDBusPeer.name) / \
          \(ProgramsDBusPeer.name).Say string:needle > said
        run client \(Programs.python) peer.py client bus client.log none
        finish service
        stop daemon
        """, hook: hook, kinds: "unix,lo,pipe")

      let daemon = try trace.pid("daemon")
      let (service, client, say) = (try trace.pid("service"), try trace.pid("client"), try trace.pid("say"))
      let comm = URL(filePath: Programs.python).lastPathComponent
      trace.expectKnownEnds([daemon: "dbus-daemon", service: comm, client: comm, say: "dbus-send"])
      for (peer, log) in [(service, "service.log"), (client, "client.log")] {
        trace.expect(try logged("sent", in: log, of: trace), "unix-stream", from: peer, to: daemon)
        trace.expect(try logged("received", in: log, of: trace), "unix-stream", from: daemon, to: peer)
      }
      let sockets = trace.events.filter { $0.type == "unix-stream" && $0.srcPid != $0.dstPid }
      #expect(sockets.allSatisfy { $0.srcPid == daemon || $0.dstPid == daemon })
      #expect(sockets.allSatisfy { $0.meta.path == bus })

      // dbus-send's own part: a NUL byte, the mechanism with its uid as hexadecimal digits, later the call.
      let uid = "\(getuid())".utf8.map { String($0, radix: 16) }.joined()
      let asked = trace.bytes("unix-stream", from: say, to: daemon)
      #expect(asked.starts(with: Data("\0AUTH EXTERNAL \(uid)\r\n".utf8)))
      let needles = sockets.filter { $0.contains("needle") }
      #expect(needles.map(\.srcPid) == [say, daemon])
      #expect(needles.map(\.dstPid) == [daemon, service])
      try expectPassed(trace, from: client, over: daemon, to: service)
    }

    /// The client's pipe end, as the daemon got it, as the daemon gave it on, and what came through it.
    private func expectPassed(
      _ trace: ProgramsTrace, from client: Int, over daemon: Int, to service: Int
    ) throws {
      let passed = try words(after: "passed", in: "client.log", of: trace)
      let got = try words(after: "got", in: "service.log", of: trace)
      try #require(passed.count == 2 && got.count == 1)
      let told = trace.events.filter { $0.meta.fds != nil }
      try #require(told.count == 2)
      #expect(told.map(\.srcPid) == [client, daemon])
      #expect(told.map(\.dstPid) == [daemon, service])
      let descriptions = told.compactMap(\.meta.fds)
      let form = /(\d+)>(\d+) (pipe:\[\d+\])/
      let first = try #require(descriptions[0].wholeMatch(of: form), "\(descriptions)")
      #expect(first.1 == passed[0] && first.3 == "pipe:[\(passed[1])]", "\(descriptions)")
      #expect(descriptions[1] == "\(first.2)>\(got[0]) \(first.3)", "\(descriptions)")

      let pipes = trace.events.filter { $0.type == "pipe" }
      #expect(pipes.map(\.bytes) == [Data(ProgramsDBusPeer.throughPassedEnd.utf8)])
      #expect(pipes.allSatisfy { $0.srcPid == service && $0.dstPid == client })
      #expect(pipes.allSatisfy { $0.meta.pipeInode.map(String.init) == String(passed[1]) })
    }

    private func words(after first: String, in log: String, of trace: ProgramsTrace) throws -> [Substring] {
      let lines = String(decoding: try trace.contents(log), as: UTF8.self).split(separator: "\n")
      return lines.map { $0.split(separator: " ") }.filter { $0.first == first[...] }
        .flatMap { $0.dropFirst() }
    }

    /// The bytes of all reads or writes that a peer has logged.
    private func logged(_ direction: String, in log: String, of trace: ProgramsTrace) throws -> Data {
      let digits = Array(try words(after: direction, in: log, of: trace).joined())
      let starts = stride(from: 0, to: digits.count - 1, by: 2)
      return Data(starts.compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) })
    }
  }
}
