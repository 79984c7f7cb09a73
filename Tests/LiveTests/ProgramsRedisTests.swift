import Foundation
import Glibc
import Testing

extension LiveTests {
  /// Redis and its command line client, whose protocol is known to the byte.
  @Suite(.serialized) struct ProgramsRedisTests {
    /// A command and what goes over the wire for it.
    struct Command {
      var words: String
      var request: String
      var answer: String
    }

    static let commands = [
      Command(words: "PING", request: "*1\r\n$4\r\nPING\r\n", answer: "+PONG\r\n"),
      Command(
        words: "SET needle 'hay stack'",
        request: "*3\r\n$3\r\nSET\r\n$6\r\nneedle\r\n$9\r\nhay stack\r\n", answer: "+OK\r\n"),
      Command(
        words: "GET needle", request: "*2\r\n$3\r\nGET\r\n$6\r\nneedle\r\n", answer: "$9\r\nhay stack\r\n"),
    ]

    @Test(arguments: Hook.allCases)
    func `each command and answer is told once, over both ways in`(_ hook: Hook) async throws {
      let script = try ProgramsScript(needs: ["redis-server", "redis-cli"])
      let port = try ProgramsScript.freePort(SOCK_STREAM)
      let clients = Self.commands.enumerated().flatMap { index, command in
        [
          "run unix\(index) redis-cli -s redis.socket \(command.words)",
          "run tcp\(index) redis-cli -h 127.0.0.1 -p \(port) \(command.words)",
        ]
      }
      let trace = try await script.trace(
        """
        start server redis-server --port \(port) --bind 127.0.0.1 --unixsocket \(script.session.file("redis.socket")) \
          --save '' --appendonly no --dir . --logfile redis.log
        until_true unix '00010000 .* .*/redis.socket'
        until_true tcp \(port)
        \(clients.joined(separator: " > /dev/null\n")) > /dev/null
        stop server
        """, hook: hook)

      let server = try trace.pid("server")
      var comms = [server: "redis-server"]
      for (index, command) in Self.commands.enumerated() {
        for (type, name) in [("unix-stream", "unix\(index)"), ("loopback-tcp", "tcp\(index)")] {
          let client = try trace.pid(name)
          comms[client] = "redis-cli"
          trace.expect(Data(command.request.utf8), type, from: client, to: server)
          trace.expect(Data(command.answer.utf8), type, from: server, to: client)
        }
      }
      trace.expectKnownEnds(comms)
      #expect(trace.events.count == 4 * Self.commands.count)
      for event in trace.events where event.type == "unix-stream" {
        #expect(event.meta.path == script.session.file("redis.socket"), "\(Told(event))")
      }
    }

    @Test(arguments: Hook.allCases)
    func `a connection that was there before is told with both ends`(_ hook: Hook) async throws {
      let script = try ProgramsScript(needs: ["redis-server", "redis-cli"])
      let session = script.session
      let socket = session.file("redis.socket")
      let server = try session.start(
        "redis-server", ["--port", "0", "--unixsocket", socket, "--save", "", "--dir", session.folder.path],
        name: "server")
      let isListening = try await eventually(seconds: 20) {
        try String(contentsOfFile: "/proc/net/unix", encoding: .utf8).split(separator: "\n")
          .contains { $0.hasSuffix(" \(socket)") && $0.contains(" 00010000 ") }
      }
      try #require(isListening)

      // redis-cli takes commands from this FIFO, which is open for both ways so that nobody waits for the other.
      let input = session.file("commands")
      try #require(mkfifo(input, 0o600) == 0)
      let commands = try #require(FileHandle(forUpdatingAtPath: input))
      let client = try session.start(
        "sh", ["-c", "exec redis-cli -s '\(socket)' < '\(input)'"], name: "client")
      func ask(_ command: Command, answer: String) async throws {
        try commands.write(contentsOf: Data("\(command.words)\n".utf8))
        let isAnswered = try await eventually(seconds: 20) {
          try session.folder.text("client.out").hasSuffix("\(answer)\n")
        }
        try #require(isAnswered, "no answer to \(command.words)")
      }
      try await ask(Self.commands[0], answer: "PONG")

      let options = ["-t", "unix,lo", hook.option, "-p", "\(server.pid)"]
      let ipcdump = try session.startIPCDump(session.recording + options)
      try await session.untilAttached(ipcdump)
      try await ask(Self.commands[1], answer: "OK")
      try await ask(Self.commands[2], answer: "hay stack")
      try await Task.sleep(for: .milliseconds(400))
      ipcdump.send(SIGINT)
      let trace = ProgramsTrace(session: session, trace: try await session.finish(ipcdump))
      client.send(SIGTERM)
      server.send(SIGTERM)
      _ = try await (client.wait(), server.wait())

      let ends = (client: Int(client.pid), server: Int(server.pid))
      trace.expectKnownEnds([ends.client: "redis-cli", ends.server: "redis-server"])
      let told = Self.commands.dropFirst()
      let requests = Data(told.map(\.request).joined().utf8)
      let answers = Data(told.map(\.answer).joined().utf8)
      trace.expect(requests, "unix-stream", from: ends.client, to: ends.server)
      trace.expect(answers, "unix-stream", from: ends.server, to: ends.client)
      #expect(trace.events.count == 4)
      #expect(trace.events.allSatisfy { $0.meta.path == socket })
    }
  }
}
