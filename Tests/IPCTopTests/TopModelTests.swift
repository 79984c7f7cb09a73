import ByteOutput
import IPCCapture
import IPCFiltering
import IPCFormats
import IPCModel
import IPCTraffic
import Testing

@testable import IPCTop

@Suite("The table behind the screen")
struct TopModelTests {
  private func json(_ table: ConversationTable) -> String {
    var output = OutputBuffer()
    table.report(top: nil, at: nil).appendJSON(to: &output)
    return output.text
  }

  @Test func `has the figures of a summary of the same capture`() throws {
    let model = try TopScene.model()
    var summary = ConversationTable()
    try TopScene.read(TopScene.capture()) { entry, _, texts in
      if case .event(let event) = entry { summary.take(event, texts: texts) }
      if case .loss(let loss) = entry { summary.take(loss) }
    }
    #expect(json(model.traffic) == json(summary))
    let report = summary.report(top: nil, at: nil)
    let rows = EdgeColumn.channel.sorted(model.rows(where: nil), isReversed: false)
    #expect(rows.count == report.conversations.count)
    for conversation in report.conversations {
      let row = try #require(rows.first { $0.id == .conversation(conversation.key) })
      #expect(row.messages == conversation.messages && row.bytes == conversation.bytes)
      #expect(row.delay == conversation.delays.quantile(permille: 990))
      #expect(row.source == conversation.source && row.channel == conversation.channel)
    }
    #expect(model.traffic.totals == (report.events, report.bytes, report.lost))
  }

  private func rows(_ text: String) throws -> [String] {
    let model = try TopScene.model()
    return try model.rows(where: WhereExpression(text)).map { $0.source.comm.description }.sorted()
  }

  @Test func `an expression chooses edges by what their last transfer was`() throws {
    #expect(try rows("type == pipe") == ["fast", "loner", "loop"])
    #expect(try rows("path == '/run/mcp.sock' and src_pid == 5001") == ["client"])
    #expect(try rows("comm == slow") == ["fast", "init"])
    #expect(try rows("name == SIGTERM") == ["init"])
    #expect(try rows("pipe_inode == 42") == ["loop"])
    #expect(try rows("count > 4000") == ["fast"])
    #expect(try rows("not delivered") == ["loner"])
    #expect(try rows("pid == 1") == ["init"])
    #expect(try rows("port == 80").isEmpty)
  }

  @Test func `lines are sorted by any column, both ways`() throws {
    let rows = try TopScene.model().rows(where: nil)
    func names(_ column: EdgeColumn, reversed: Bool = false) -> [String] {
      column.sorted(rows, isReversed: reversed).map { $0.source.comm.description }
    }
    #expect(names(.messages).prefix(2) == ["loop", "fast"])
    #expect(names(.byteRate).first == "fast")
    #expect(names(.messageRate).first == "loop")
    #expect(names(.delay).first == "fast")
    #expect(
      names(.source).prefix(3) == ["\u{1b}[31mevil\u{7}", "client", "fast"]
        || names(.source).first == "client")
    #expect(names(.messages, reversed: true).last == "loop")
    for column in EdgeColumn.allCases { #expect(Set(names(column)).count == Set(names(.kind)).count) }
  }

  @Test func `rates are those of the last second`() throws {
    let model = try TopScene.model()
    func loop() -> EdgeRow? { model.rows(where: nil).first { $0.source.pid == TopScene.loop.pid } }
    #expect(loop()?.messageRate == 200)
    model.now -= 500_000_000
    // Half of them are of the second that has begun; nothing was before.
    #expect(loop()?.messageRate == 200)
    model.now += 1_000_000_000
    #expect(loop()?.messageRate == 100)
    model.now += 1_000_000_000
    #expect(loop()?.messageRate == 0)
  }

  @Test func `what is odd is told, and nothing else`() throws {
    let rows = try TopScene.model().rows(where: nil)
    func lints(_ name: String) -> [EdgeLint] { rows.filter { $0.source.comm == Comm(name) }.flatMap(\.lints) }
    #expect(lints("loop") == [.singleBytes])
    #expect(lints("fast") == [.growingQueue])
    #expect(lints("loner") == [.neverRead])
    #expect(lints("client").isEmpty && lints("server").isEmpty && lints("init").isEmpty)
  }
}

@Suite("What is odd")
struct EdgeLintTests {
  private static let writer = Endpoint(pid: 1, tid: 1, comm: Comm("writer"))
  private static let reader = Endpoint(pid: 2, tid: 2, comm: Comm("reader"))
  private static let end = ReceivingEnd(kind: .pipe, inode: 9)

  private func take(
    _ model: TopModel, at second: Double, count: UInt64 = 10, delay: UInt64 = 1000, inode: UInt64 = 9,
    kind: Kind = .pipe
  ) {
    var texts = TextTable()
    var event = Event(
      time: UInt64(second * 1e9), kind: kind, source: Self.writer, destination: Self.reader, count: count)
    event.delay = delay
    if kind == .pipe {
      event.set(Kind.Pipe.name, to: texts.add("<anonymous>"))
      event.set(Kind.Pipe.inode, to: inode)
    }
    model.take(event, content: nil, texts: texts)
    model.now = event.time
  }

  private func lints(_ model: TopModel) -> [EdgeLint] { model.rows(where: nil).flatMap(\.lints) }

  private func look(_ model: TopModel, unread: UInt64, inode: UInt64 = 9) {
    model.look(at: [
      .init(ReceivingEnd(kind: .pipe, inode: inode), reader: Self.reader, writer: Self.writer, unread: unread)
    ])
  }

  @Test func `a reader that does not read any more`() {
    let model = TopModel()
    take(model, at: 1)
    for _ in 0..<5 { look(model, unread: 100) }
    #expect(lints(model).isEmpty)
    look(model, unread: 100)
    #expect(lints(model) == [.neverRead])
    take(model, at: 2)
    look(model, unread: 100)
    #expect(lints(model).isEmpty)
  }

  @Test func `bytes where nobody has read yet are a line of their own`() {
    let model = TopModel()
    for _ in 0..<6 { look(model, unread: 5) }
    let rows = model.rows(where: nil)
    #expect(rows.map(\.id) == [.unread(Self.end)] && rows.first?.unread == 5)
    #expect(rows.first?.lints == [.neverRead] && rows.first?.source == Self.writer)
    look(model, unread: 0)
    #expect(model.rows(where: nil).isEmpty)
  }

  @Test func `a queue that only grows, by what is unread`() {
    let model = TopModel()
    for step: UInt64 in 1...6 {
      take(model, at: Double(step))
      look(model, unread: step * 10)
    }
    #expect(lints(model) == [.growingQueue])
    look(model, unread: 20)
    #expect(lints(model).isEmpty)
  }

  @Test func `a queue that only grows, by how long what is read has waited`() {
    let model = TopModel()
    for second in 1...8 { take(model, at: Double(second), delay: UInt64(second) * 20_000_000) }
    #expect(lints(model) == [.growingQueue])
    for second in 9...11 { take(model, at: Double(second), delay: 20_000_000) }
    #expect(lints(model).isEmpty)
  }

  @Test func `single bytes, where they are many and of a channel`() {
    let model = TopModel()
    for index in 0..<99 { take(model, at: 1 + Double(index) / 1000, count: 1) }
    #expect(lints(model).isEmpty)
    take(model, at: 1.2, count: 1)
    #expect(lints(model) == [.singleBytes])
    let typing = TopModel()
    for index in 0..<200 { take(typing, at: 1 + Double(index) / 1000, count: 1, kind: .pty) }
    #expect(lints(typing).isEmpty)
  }

  @Test func `a write end that was forgotten`() {
    let model = TopModel()
    take(model, at: 1)
    let holder = DescriptorHolder(pid: 2, comm: "reader", fd: 0)
    model.stuck = StuckProcesses(
      deadlocks: [], leaks: [.init(channel: "[9]", reader: holder, holders: [holder])])
    #expect(lints(model) == [.leakedWriteEnd])
  }

  @Test func `a client that connects in vain`() {
    let model = TopModel()
    func connect(at second: UInt64, error: String?) {
      var texts = TextTable()
      var event = Event(
        time: second * 1_000_000_000, kind: .unixStream, source: Self.writer, destination: .unknown, count: 0)
      event.set(Kind.UnixSocket.path, to: texts.add("/run/gone.sock"))
      guard let fields = Kind.unixStream.row.lifecycle else { return }
      event.set(fields.operation, to: texts.add("connect"))
      if let error { event.set(fields.error, to: texts.add(error)) }
      model.take(event, content: nil, texts: texts)
      model.now = event.time
    }
    for second in 1...2 as ClosedRange<UInt64> { connect(at: second, error: "ECONNREFUSED") }
    connect(at: 3, error: nil)
    #expect(model.rows(where: nil).isEmpty)
    connect(at: 4, error: "ECONNREFUSED")
    #expect(lints(model) == [.retries(3)])
    #expect(model.rows(where: nil).first.map { ShownText.escaped($0.channel) } == "/run/gone.sock")
    model.now += 11_000_000_000
    #expect(model.rows(where: nil).isEmpty)
  }
}
