import Foundation
import Testing

extension LiveTests {
  /// Captures of `--streams` as Wireshark's own command line sees them.
  @Suite(.serialized) struct CaptureStreamsTests {
    /// Runs a script of Python, traced with `--streams`.
    private func record(
      _ python: String, kinds: String, needs programs: [String] = [], _ options: [String] = []
    ) async throws -> (Session, Trace) {
      let session = try ProgramsScript(needs: ["tshark", "python3"] + programs).session
      try session.folder.create("script.py", python)
      let trace = try await session.ipcdump(
        session.recording + session.keeping + options
          + ["--streams", "-t", kinds, "--", "python3", session.file("script.py"), session.file("socket")])
      #expect(trace.status == 0, "\(trace.diagnostics)")
      try await session.expectSameReplay(of: trace)
      return (session, trace)
    }

    /// What tshark prints of packets, line by line.
    private func tshark(_ session: Session, _ filter: String, _ names: String...) async throws -> [String] {
      try await tshark(
        session,
        ["-Y", filter, "-T", "fields", "-E", "separator=|"] + names.flatMap { ["-e", $0] })
    }

    private func tshark(_ session: Session, _ options: [String]) async throws -> [String] {
      let checks = ["-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE"]
      let plugin = ["-X", "lua_script:\(Self.plugin)"]
      return try await session.output(of: "tshark", ["-r", session.captureFile] + checks + plugin + options)
        .map(String.init)
    }

    /// The plugin that finds D-Bus and JSON.
    private static let plugin = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(
        path: "packaging/wireshark/ipcdump.lua"
      )
      .path

    /// Expects that Wireshark finds nothing wrong: neither a gap, nor a wrong checksum, nor a bad message.
    private func expectSound(_ session: Session) async throws {
      let bad = "tcp.analysis.flags || ip.checksum.status == 0 || tcp.checksum.status == 0 || _ws.malformed"
      #expect(try await tshark(session, bad, "frame.number", "_ws.col.Info") == [])
    }

    /// What both ends of a connection said, as one follows it: lines of hexadecimal digits, indented for the server.
    private func conversation(_ session: Session, _ stream: Int) async throws -> [String] {
      try await tshark(session, ["-q", "-z", "follow,tcp,raw,\(stream)"])
        .filter { $0.allSatisfy { $0.isHexDigit || $0 == "\t" } && !$0.isEmpty }
    }

    private static func hexadecimal(_ text: some StringProtocol) -> String {
      text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test func `every channel is a conversation, with all bytes of both directions`() async throws {
      let script = try ProgramsScript(needs: ["tshark"])
      let session = script.session
      let trace = try await session.trace(["mesh"], options: session.keeping + ["--streams"])
      trace.expectClean()
      try await session.expectSameReplay(of: trace)
      try await expectSound(session)
      let rows = try await tshark(session, "tcp.len > 0", "tcp.stream", "tcp.len", "ip.src", "tcp.srcport")
      var seen: [String: Int] = [:]
      for row in rows {
        let parts = row.split(separator: "|")
        seen["\(parts[0]) \(parts[2]):\(parts[3])", default: 0] += try #require(Int(parts[1]))
      }
      var told: [String: Int] = [:]
      for event in trace.events where !["signal", "unix-dgram", "loopback-udp"].contains(event.type) {
        var channel = event.meta
        (channel.count, channel.received, channel.fds, channel.creds) = (nil, nil, nil, nil)
        told["\(event.type) \(channel)", default: 0] += event.bytes?.count ?? 0
      }
      #expect(seen.values.sorted() == told.values.filter { $0 > 0 }.sorted())
    }

    @Test func `both ends have the names of their processes`() async throws {
      let (session, trace) = try await record(
        """
        import os
        there, here = os.pipe()
        if os.fork() == 0:
            os.read(there, 5)
            os._exit(0)
        os.write(here, b"hello")
        os.wait()
        """, kinds: "pipe")
      let event = try #require(trace.events.first { $0.bytes == Data("hello".utf8) })
      let options = [
        "-N", "n", "-Y", "tcp.payload == 68:65:6c:6c:6f", "-T", "fields", "-e", "ip.src_host", "-e",
        "ip.dst_host",
      ]
      let ends = "\(event.srcPid)(\(event.srcComm))\t\(event.dstPid)(\(event.dstComm))"
      #expect(try await tshark(session, options) == [ends])
    }

    @Test func `D-Bus whose header and body are read apart has whole messages`() async throws {
      let script = try ProgramsScript(needs: ["tshark", "dbus-daemon", "dbus-run-session", "busctl"])
      let session = script.session
      let trace = try await session.ipcdump(
        session.recording + session.keeping
          + [
            "--streams", "-t", "unix", "--", "dbus-run-session", "--", "busctl", "--user", "call",
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "ListNames",
          ])
      #expect(trace.status == 0, "\(trace.diagnostics)")
      try await session.expectSameReplay(of: trace)
      try await expectSound(session)
      let calls = try await tshark(session, "dbus.message_type == 1", "dbus.member")
      #expect(calls == ["Hello", "ListNames"])
      // Each call has an answer.
      let answers = try await tshark(session, "dbus.message_type == 2", "dbus.reply_serial")
      #expect(answers.count == 2)
    }

    @Test func `TLS whose records are read in parts has whole records`() async throws {
      let script = try ProgramsScript(needs: ["tshark", "openssl"])
      let port = try ProgramsScript.freePort(SOCK_STREAM)
      let trace = try await script.trace(
        """
        run make openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out certificate -days 9 -subj /CN=localhost 2> /dev/null
        start server openssl s_server -quiet -accept 127.0.0.1:\(port) -key key -cert certificate -www > /dev/null 2>&1
        until_true tcp \(port)
        printf 'GET /secret HTTP/1.0\\r\\n\\r\\n' | run client openssl s_client -quiet -ign_eof -connect 127.0.0.1:\(port) > said 2> /dev/null
        stop server
        """, hook: .tracepoint, kinds: "lo", options: ["--streams"])
      try await expectSound(trace.session)
      #expect(try await tshark(trace.session, "tls.handshake.type == 1", "tls.handshake.type").count == 1)
      #expect(try await tshark(trace.session, "tls.handshake.type == 2", "tls.handshake.type").count == 1)
      #expect(try await tshark(trace.session, "tls.app_data", "frame.number").count >= 2)
    }

    @Test func `HTTP in chunks that are read in parts has whole bodies, of two requests`() async throws {
      let (session, _) = try await record(
        """
        import os, socket, sys
        server = socket.socket(socket.AF_UNIX)
        server.bind(sys.argv[1])
        server.listen()
        if os.fork() == 0:
            peer, _ = server.accept()
            for _ in range(2):
                asked = b""
                while not asked.endswith(b"\\r\\n\\r\\n"):
                    asked += peer.recv(20)
                peer.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Type: text/plain\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n")
                peer.sendall(b"6\\r\\nneedle\\r\\n5\\r\\n here\\r\\n0\\r\\n\\r\\n")
            os._exit(0)
        client = socket.socket(socket.AF_UNIX)
        client.connect(sys.argv[1])
        for name in (b"one", b"two"):
            client.sendall(b"GET /" + name + b" HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
            answer = b""
            while not answer.endswith(b"0\\r\\n\\r\\n"):
                # Not 7: Wireshark 4.0 calls it malformed if the very last byte of a body in chunks comes alone.
                answer += client.recv(9)
        os.wait()
        """, kinds: "unix")
      try await expectSound(session)
      #expect(try await tshark(session, "http.request", "http.request.uri") == ["/one", "/two"])
      #expect(
        try await tshark(session, "http.response", "http.response.code", "http.file_data")
          == ["200|needle here", "200|needle here"])
    }

    @Test func `HTTP/2 keeps what headers refer to, from the first call on`() async throws {
      let (session, _) = try await record(
        """
        import os, socket, struct, sys
        def frame(kind, flags, stream, payload):
            return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload
        server = socket.socket(socket.AF_UNIX)
        server.bind(sys.argv[1])
        server.listen()
        path = b"/service/Method"
        first = b"\\x83\\x86" + b"\\x44" + bytes([len(path)]) + path + b"\\x41\\x09localhost"
        sent = [b"PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n" + frame(4, 0, 0, b""), frame(1, 5, 1, first),
            frame(1, 5, 3, b"\\x83\\x86\\xbf\\xbe")]
        if os.fork() == 0:
            peer, _ = server.accept()
            peer.recv(24)
            while peer.recv(9):
                pass
            os._exit(0)
        client = socket.socket(socket.AF_UNIX)
        client.connect(sys.argv[1])
        for bytes_ in sent:
            client.sendall(bytes_)
        client.close()
        os.wait()
        """, kinds: "unix")
      try await expectSound(session)
      #expect(
        try await tshark(session, "http2.headers.path", "http2.headers.path")
          == ["/service/Method", "/service/Method"])
    }

    @Test func `a line of 200 kB is one conversation, and so is what is read byte by byte`() async throws {
      let (session, trace) = try await record(
        """
        import os, socket, sys
        here, there = socket.socketpair()
        line = b'{"id":1,"text":"' + b"x" * 200000 + b'"}\\n'
        if os.fork() == 0:
            here.close()
            asked = b""
            while not asked.endswith(b"\\n"):
                asked += there.recv(1 << 20)
            there.sendall(b'{"id":1,"done":true}\\n')
            while there.recv(1):
                pass
            os._exit(0)
        there.close()
        here.sendall(line)
        here.recv(100)
        here.sendall(b'{"execute":"quit"}\\n')
        here.close()
        os.wait()
        """, kinds: "unix")
      try await expectSound(session)
      #expect(trace.events.count > 20)
      let said = try await conversation(session, 0)
      let client = said.filter { !$0.hasPrefix("\t") }.joined()
      let server = said.filter { $0.hasPrefix("\t") }.map { $0.dropFirst() }.joined()
      let line = "{\"id\":1,\"text\":\"\(String(repeating: "x", count: 200_000))\"}\n"
      let isWhole = client == Self.hexadecimal(line + "{\"execute\":\"quit\"}\n")
      #expect(isWhole)
      #expect(server == Self.hexadecimal("{\"id\":1,\"done\":true}\n"))
      // Three lines, however they were read.
      #expect(try await tshark(session, "json", "json.key") == ["id,text", "id,done", "execute"])
      #expect(try await tshark(session, "tcp.len > 65495", "tcp.len") == [])
    }

    @Test func `what a capture has is written as streams, and read back, with all that it had`() async throws
    {
      let script = try ProgramsScript(needs: ["tshark"])
      let session = script.session
      let trace = try await session.trace(["mesh"], options: session.keeping)
      trace.expectClean()
      let written = try await session.replay(["--streams", "-w", session.file("streams.pcapng")])
      #expect(written.status == 0, "\(written.diagnostics)")
      let replayed = try await session.replay(["-f", "json", "-x"], of: "streams.pcapng")
      let isSame = try replayed.output == session.folder.contents("events")
      #expect(isSame)
    }
  }
}
