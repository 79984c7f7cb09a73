import Foundation
import Testing

extension LiveTests {
  /// Captures as Wireshark's own command line sees them.
  @Suite(.serialized) struct CaptureWiresharkTests {
    /// A server and a client that talk HTTP over a unix socket; the answer's body comes in a message of its own.
    private static let http = """
      import os, socket, sys
      server = socket.socket(socket.AF_UNIX)
      server.bind(sys.argv[1])
      server.listen()
      if os.fork() == 0:
          peer, _ = server.accept()
          peer.recv(1000)
          peer.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Type: text/plain\\r\\nContent-Length: 6\\r\\n\\r\\nneedle")
          os._exit(0)
      client = socket.socket(socket.AF_UNIX)
      client.connect(sys.argv[1])
      client.sendall(b"GET /haystack HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
      client.recv(1000)
      os.wait()
      """

    /// What tshark prints of a capture, line by line.
    private func tshark(_ session: Session, _ options: [String]) async throws -> [String] {
      try await session.output(of: "tshark", ["-n", "-r", session.captureFile] + options).map(String.init)
    }

    private func fields(_ names: String...) -> [String] {
      ["-T", "fields", "-E", "separator=|"] + names.flatMap { ["-e", $0] }
    }

    private func recordHTTP(_ options: [String] = []) async throws -> (Session, Trace) {
      let script = try ProgramsScript(needs: ["tshark", "capinfos", "python3"])
      let session = script.session
      try session.folder.create("http.py", Self.http)
      let trace = try await session.ipcdump(
        session.recording + session.keeping + options
          + ["-t", "unix", "--", "python3", session.file("http.py"), session.file("socket")])
      #expect(trace.status == 0 && trace.events.count == 2, "\(trace.diagnostics)")
      return (session, trace)
    }

    @Test func `HTTP over a unix socket is HTTP, with both ends in its comment`() async throws {
      let (session, trace) = try await recordHTTP()
      let requests = try await tshark(
        session, ["-Y", "http.request"] + fields("http.request.uri", "frame.comment", "frame.packet_id"))
      let ends = trace.events.map { event in
        "src \(event.srcPid)(\(event.srcComm)) → dst \(event.dstPid)(\(event.dstComm)) unix-stream \(session.file("socket"))"
      }
      #expect(requests == ["/haystack|\(ends[0])|1"])
      let answers = try await tshark(
        session, ["-Y", "http.response"] + fields("http.response.code", "http.file_data", "frame.comment"))
      #expect(answers == ["200|needle|\(ends[1])"])
      let destination = try await tshark(
        session,
        [
          "-Y", "frame.comment contains \"dst \(trace.events[1].dstPid)(\"", "-T", "fields", "-e",
          "frame.number",
        ])
      #expect(destination == ["2"])
    }

    @Test func `rows have the names of both ends`() async throws {
      let (session, trace) = try await recordHTTP()
      let options = ["-r", session.captureFile, "-N", "n"] + fields("_ws.col.Source", "_ws.col.Destination")
      let rows = try await session.output(of: "tshark", options).map(String.init)
      #expect(
        rows
          == trace.events.map { "\($0.srcPid)(\($0.srcComm))|\($0.dstPid)(\($0.dstComm))" })
    }

    @Test func `--dissect says what a channel carries`() async throws {
      let (session, _) = try await recordHTTP(["--dissect", "unix-stream=data"])
      #expect(
        try await tshark(session, fields("frame.protocols")) == ["exported_pdu:data", "exported_pdu:data"])
    }

    @Test func `D-Bus is D-Bus behind its handshake, which is text`() async throws {
      let script = try ProgramsScript(needs: ["tshark", "dbus-daemon", "dbus-send"])
      let bus = script.session.file("bus")
      let trace = try await script.trace(
        """
        start daemon dbus-daemon --session --address=unix:path=\(bus) --nofork --nopidfile
        until_true unix '00010000 .* \(bus)'
        run say dbus-send --bus=unix:path=\(bus) --print-reply --dest=org.freedesktop.DBus / \
          org.freedesktop.DBus.ListNames > said
        stop daemon
        """, hook: .tracepoint, kinds: "unix")
      let members = try await tshark(
        trace.session, ["-Y", "dbus && frame.comment contains \"(dbus-send) → \""] + fields("dbus.member"))
      #expect(members.contains { $0.contains("ListNames") }, "\(members)")
      let handshake = try await tshark(
        trace.session, ["-Y", "frame contains \"AUTH EXTERNAL\""] + fields("frame.protocols"))
      #expect(handshake == ["exported_pdu:data-text-lines"])
    }

    @Test func `every event is a row: packets with the bytes, and entries of the journal without`()
      async throws
    {
      let script = try ProgramsScript(needs: ["tshark", "capinfos"])
      let session = script.session
      let trace = try await session.trace(["mesh"], options: session.keeping)
      trace.expectClean()
      let packets = trace.events.filter { !($0.bytes ?? Data()).isEmpty }
      let others = trace.events.filter { ($0.bytes ?? Data()).isEmpty }
      #expect(
        try await tshark(session, ["-Y", "exported_pdu"] + fields("frame.number")).count == packets.count)
      let entries = try await tshark(
        session,
        ["-Y", "systemd_journal"]
          + fields("systemd_journal.pid", "systemd_journal.comm", "systemd_journal.object_pid"))
      #expect(entries == others.map { "\($0.srcPid)|\($0.srcComm)|\($0.dstPid)" })
      // Times are the same to the nanosecond.
      let times = try await tshark(session, ["-Y", "exported_pdu"] + fields("frame.time_epoch"))
      #expect(times.map { $0.suffix(9) } == packets.map { $0.time?.prefix(29).suffix(9) ?? "" })

      let counts = try await session.output(of: "capinfos", ["-T", "-c", "-F", session.captureFile])
      #expect(counts.last?.contains("\(packets.count)") == true)
    }

    @Test func `contents that are too long for one packet are several, none of which Wireshark refuses`()
      async throws
    {
      let script = try ProgramsScript(needs: ["tshark"])
      let session = script.session
      let trace = try await session.trace(
        ["pipe-1x1", "--size", "1048576", "--count", "4", "--resize"], options: session.keeping)
      trace.expectClean()
      let data = try await tshark(
        session, ["-Y", "frame.packet_id == 1"] + fields("frame.number", "data.len"))
      #expect(data.count > 1)
    }
  }
}
