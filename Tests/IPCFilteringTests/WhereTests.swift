import IPCModel
import Testing

@testable import IPCFiltering

@Suite("An expression of --where")
struct WhereTests {
  private static let shell = Endpoint(pid: 10, tid: 11, comm: Comm("sh"))
  private static let reader = Endpoint(pid: 20, tid: 20, comm: Comm("cat"))

  /// Whether an event is admitted.
  ///
  /// - Parameter fields: Meta fields by name; numbers as numbers, anything else as text.
  private static func admits(
    _ expression: String, _ kind: Kind = .pipe, from source: Endpoint = shell,
    to destination: Endpoint = reader,
    count: UInt64 = 512, traits: Event.Traits = [], delay: UInt64? = nil, content: String? = nil,
    fields: [String: String] = [:]
  ) throws -> Bool? {
    var texts = TextTable()
    var event = Event(
      time: 1, kind: kind, source: source, destination: destination, count: count, traits: traits)
    if let delay { event.delay = delay }
    for (name, value) in fields {
      let position = try #require(kind.row.fields.firstIndex { $0.name.description == name })
      let isText = kind.row.fields[position].form == .text
      event.setBits(isText ? texts.add(value).metaBits : try #require(UInt64(value)), at: position)
    }
    let compiled = try WhereExpression(expression)
    return Array((content ?? "").utf8).withUnsafeBytes {
      compiled.admits(event, content: content == nil ? nil : $0, texts: texts)
    }
  }

  @Test(arguments: [
    "pid == 10", "pid = 20", "src_pid == 10", "src_tid == 11", "dst_comm == cat", "comm in (bash, sh)",
    "comm == 's*'", "comm ~ '^c.t$'", "comm contains a", "type == pipe", "type == p", "type != signal",
    "type in (pipe, unix)", "type ~ 'pip'", "count >= 512", "count < 1k", "count == 0x200",
    "count in {1, 512}",
    "not pid == 30", "!(pid == 30)", "pid != 30", "pid == 30 or pid == 10", "pid == 10 && comm == sh",
    "pid == 30 and pid == 1 or count > 100", "pid == 10 and (comm == no or comm == sh)", "delivered",
    "delivered == true", "not self", "NOT self AND count > 0", "path == '/run/*.fifo'",
    "pipe_name == /run/a.fifo",
    "path ~ 'fifo$'", "inode == 77", "not port == 80", "port != 80", "pipe_inode > 70 and pipe_inode < 80",
  ])
  func `admits what it says`(_ expression: String) throws {
    #expect(try Self.admits(expression, fields: ["pipe_name": "/run/a.fifo", "pipe_inode": "77"]) == true)
  }

  @Test(
    arguments: [
      "pid == 11", "src_pid == 20", "comm == s", "comm == 'S*'", "type == unix", "count > 512",
      "count > 0.5k",
      "pid != 10", "not (pid == 10)", "self", "port == 80", "port", "path == '/run'", "path == '/run/?.sock'",
      "comm ~ '^a'", "delivered == false", "truncated", "inferred", "delay > 0", "content contains x",
      "pid == 10 and comm == nobody", "signal == 3 or name == SIGTERM",
    ].filter { !$0.hasPrefix("signal") })
  func `refuses what it does not say`(_ expression: String) throws {
    #expect(try Self.admits(expression, fields: ["pipe_name": "/run/a.fifo", "pipe_inode": "77"]) == false)
  }

  @Test func `compares times by their units`() throws {
    for (expression, expected) in [
      ("delay > 10ms", true), ("delay >= 10.5ms", true), ("delay > 11ms", false), ("delay < 1s", true),
      ("delay == 10500us", true), ("delay == 10500000", true),
    ] {
      #expect(try Self.admits(expression, delay: 10_500_000) == expected, "\(expression)")
    }
  }

  @Test func `takes a word for the field of either end`() throws {
    let ends = ["src_port": "43210", "dst_port": "80", "src_addr": "127.0.0.1", "dst_addr": "127.0.0.2"]
    for (expression, expected) in [
      ("port == 80", true), ("port == 43210", true), ("src_port == 80", false), ("port != 80", false),
      ("port != 81", true), ("addr == 127.0.0.2", true), ("addr == '127.*'", true), ("port in (1, 80)", true),
      ("type == lo", true), ("type == loopback-udp", false),
    ] {
      #expect(try Self.admits(expression, .loopbackTCP, fields: ends) == expected, "\(expression)")
    }
  }

  @Test func `looks into contents, which may have any bytes`() throws {
    #expect(try Self.admits("content contains 'GET /'", content: "\0GET /x") == true)
    #expect(try Self.admits("content ~ 'GET /[a-z]'", content: "\0GET /x") == true)
    #expect(try Self.admits("content ~ 'POST'", content: "\0GET /x") == false)
    #expect(try WhereExpression("pid == 1 or content ~ x").needsContents)
  }

  @Test func `knows what a process says to itself, and what was concluded`() throws {
    #expect(try Self.admits("self", to: Self.shell) == true)
    #expect(try Self.admits("self", from: .unknown, to: .unknown) == false)
    #expect(try Self.admits("inferred == src", traits: [.inferredSource]) == true)
    #expect(try Self.admits("inferred and not delivered", traits: [.inferredSource, .undelivered]) == true)
  }

  @Test func `says of events that it hangs on messages, unless something else decides`() throws {
    #expect(try Self.admits("method == GET") == nil)
    #expect(try Self.admits("method == GET and pid == 99") == false)
    #expect(try Self.admits("method == GET or pid == 10") == true)
    #expect(try Self.admits("not duration > 50ms") == nil)
  }

  @Test(arguments: [
    ("pid == 1 and type == pipe", false, false, nil), ("method == x", false, false, "method messagesOrCalls"),
    ("method == x", true, false, nil), ("not duration > 50ms", true, false, "duration calls"),
    ("duration > 50ms", false, true, nil), ("role == request", false, true, "role messages"),
    ("count > 1 or request_bytes > 1", false, false, "request_bytes messagesOrCalls"),
    ("type == call", true, false, "call calls"), ("type == call", true, true, nil),
    ("type in (call, message)", false, true, nil),
  ])
  func `says what must be shown for it to be true of anything`(
    _ expression: String, _ messages: Bool, _ calls: Bool, _ expected: String?
  ) throws {
    let unmet = try WhereExpression(expression).unmetNeed(messages: messages, calls: calls)
    #expect(unmet.map { "\($0.word) \($0.need)" } == expected)
  }

  /// A call of a made-up protocol.
  private struct Properties: WhereProperties {
    func number(_ key: String) -> Int64? { key == "duration_ns" ? 60_000_000 : nil }
    func text(_ key: String) -> [UInt8]? {
      ["type": "call", "method": "tools/call", "id": "3", "status": "ok"][key].map { Array($0.utf8) }
    }
  }

  @Test(arguments: [
    ("method ~ 'tools/.*' and duration > 50ms", true), ("method == 'tools/*'", true),
    ("duration > 1s", false),
    ("duration_ns >= 60ms and pid == 10", true), ("method == x or pid == 10", true), ("type == call", true),
    ("type == message", false), ("type == pipe", true), ("channel_type == pipe", true), ("id == 3", true),
    ("channel_type == unix", false), ("error", false), ("not error", true), ("status in (ok, error)", true),
  ])
  func `asks messages and calls for what they have, and what their transfers have`(
    _ expression: String, _ expected: Bool
  ) throws {
    let event = Event(time: 1, kind: .pipe, source: Self.shell, destination: Self.reader, count: 1)
    let compiled = try WhereExpression(expression)
    let isAdmitted = compiled.admits(event, content: nil, texts: TextTable(), properties: Properties())
    #expect(isAdmitted == expected)
  }

  @Test(arguments: [
    ("user == nobody", true), ("src_user == root", false), ("container == web", true),
    ("dst_container == 0123456789ab", true),
    ("container == '\(String(repeating: "0123456789ab", count: 5))0123'", true),
    ("container == 0123", false), ("container == '0123*'", true), ("container", true),
    ("src_container", false),
    ("cgroup == '/kubepods/*'", true), ("cgroup ~ besteffort", true), ("exe == '/usr/bin/*'", true),
    ("pod == 12345678-1234-1234-1234-123456789abc", true), ("unit", false), ("args contains -v", true),
  ])
  func `asks what the processes at both ends are`(_ expression: String, _ expected: Bool) throws {
    var texts = TextTable()
    func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
    texts.processes.add(
      ProcessDescription(
        executable: bytes("/usr/bin/cat"), arguments: bytes("cat -v"), user: bytes("nobody"),
        container: bytes("0123456789ab"), containerName: bytes("web"),
        cgroup: bytes("/kubepods/besteffort/pod12345678-1234-1234-1234-123456789abc/0123456789ab")),
      for: KnownProcesses.Image(pid: 20, image: 0))
    let event = Event(time: 1, kind: .pipe, source: Self.shell, destination: Self.reader, count: 1)
    let compiled = try WhereExpression(expression)
    #expect(compiled.needsProcesses)
    let isAdmitted = compiled.admits(event, content: nil, texts: texts)
    #expect(isAdmitted == expected)
  }

  @Test(arguments: [
    ("pth == x", 1, "'pth' is no field; did you mean 'path'?"),
    ("pid == 1 and prot == 80", 14, "'prot' is no field; did you mean 'port'?"),
    ("pid == cat", 8, "'pid' is a number, and 'cat' is none"),
    ("comm > 3", 6, "'comm' has no order; it can be compared by ==, !=, ~, in and contains"),
    ("type == pip", 9, "'pip' is no type; did you mean pipe?"),
    ("pid ==", 7, "expected a value, but there is the end"),
    ("(pid == 1", 10, "the parenthesis of column 1 is not closed"),
    ("pid == 1 comm == x", 10, "'comm' cannot stand here; expected 'and', 'or' or the end"),
    ("", 1, "expected a field, but there is the end"),
    ("comm == 'x", 9, "the text that begins here has no closing '"),
    ("pid in 3", 8, "'in' wants a list: pid in (a, b)"),
    ("delay > soon", 9, "'soon' is no number"),
    ("pid & 1", 5, "'&' means nothing here; 'and' and 'or' can be written && and ||"),
    ("pid ~ 1", 5, "'pid' is no text, which '~' wants"),
    ("delivered == 1", 14, "'delivered' is true or false"),
  ])
  func `points at what is wrong`(_ expression: String, _ column: Int, _ message: String) {
    #expect(throws: WhereError(message, at: column)) { try WhereExpression(expression) }
  }

  @Test func `names a regular expression that is none`() {
    #expect { try WhereExpression("comm ~ '('") } throws: { error in
      guard let error = error as? WhereError else { return false }
      return error.column == 8 && error.message.hasPrefix("this is no regular expression: ")
    }
  }

  @Test func `bears any depth and any words`() {
    #expect(throws: WhereError.self) {
      try WhereExpression(String(repeating: "not ", count: 100_000) + "self")
    }
    var random = SystemRandomNumberGenerator()
    let words = [
      "pid", "==", "(", ")", "and", "or", "not", "'a", "\"", "1", "in", ",", "~", "[", "\\", "comm", "µ",
    ]
    for _ in 0..<2000 {
      let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in words.randomElement() ?? "" }
      _ = try? WhereExpression(text.joined(separator: " "))
    }
  }
}
