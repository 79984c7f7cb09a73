import IPCModel
import Testing

@testable import IPCTop

@Suite("What the screen shows, and what keys change of it")
struct TopViewTests {
  private func press(_ keys: String, _ view: inout TopView) -> [TopRequest] {
    keys.unicodeScalars.flatMap { scalar -> [TopRequest] in
      switch scalar {
      case "\n": view.take(.enter)
      case "\u{1b}": view.take(.escape)
      default: view.take(.character(scalar))
      }
    }
  }

  private func body(_ view: inout TopView) -> [String] {
    Array(view.paint().lines[3..<22]).filter { !$0.isEmpty }
  }

  @Test func `a screen that is too small says so`() throws {
    var view = TopScene.view(try TopScene.model(), columns: 60, rows: 20)
    #expect(view.paint().lines.filter { !$0.isEmpty } == ["ipcdump top needs 80×24; this is 60×20"])
  }

  @Test(arguments: [(80, 24), (81, 25), (100, 30), (109, 24), (120, 40), (250, 60)])
  func `columns fit any width`(_ columns: Int, _ rows: Int) {
    let layout = EdgeLayout(columns: columns)
    #expect(layout.places.map(\.column) == EdgeColumn.allCases)
    var end = EdgeLayout.margin
    for place in layout.places {
      #expect(place.start == end && place.width >= 5, "\(place)")
      end = place.start + place.width + 1
    }
    #expect(end - 1 <= columns)
    #expect((layout.note == nil) == (columns < 110))
    if let note = layout.note { #expect(note.start == end && note.start + note.width == columns) }
  }

  @Test func `lines have the table's figures`() throws {
    var view = TopScene.view(try TopScene.model(), columns: 120, rows: 40)
    let lines = body(&view)
    let loop = try #require(lines.first { $0.contains("100(loop)") })
    let cells = loop.split(separator: " ").map(String.init)
    #expect(
      cells == [
        "!100(loop)", "101(pump)", "pipe", "[42]", "200", "200", "200", "30.0µs", "-", "reads", "single",
        "bytes",
      ])
    #expect(view.paint().line(0).contains("223 events, 41.8kB, 3 lost  15:04:19"), "\(view.paint().line(0))")
  }

  @Test func `names can neither steer the terminal nor pass for others`() throws {
    var view = TopScene.view(try TopScene.model(), columns: 200, rows: 40)
    let lines = view.paint().lines
    #expect(lines.contains { $0.contains(#"666(\x1b[31mevil\x07)"#) })
    #expect(lines.contains { $0.contains("700(grüße日本)") })
    for line in lines { #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }) }
  }

  @Test func `a filter is typed, applied, refused and taken away`() throws {
    var view = TopScene.view(try TopScene.model())
    _ = press("/type == pipe\n", &view)
    #expect(body(&view).count == 3)
    _ = press("/\u{1b}", &view)
    #expect(body(&view).count == 3, "Esc leaves it as it is")
    _ = press("\u{1b}", &view)
    #expect(body(&view).count > 3)
    _ = press("/port = = 3\n", &view)
    #expect(view.remark?.hasPrefix("column ") == true && body(&view).count > 3)
    _ = press("/method == 'x'\n", &view)
    #expect(view.remark?.contains("'method'") == true)
    _ = press("/nosuch\n", &view)
    #expect(view.paint().line(23).contains("column 1"))
  }

  @Test func `typed characters are keys of the prompt only`() throws {
    var view = TopScene.view(try TopScene.model())
    #expect(press("/qqq", &view).isEmpty && view.prompt == "qqq")
    _ = view.take(.backspace)
    #expect(view.prompt == "qq" && view.paint().line(23).hasPrefix("/qq"))
    _ = view.take(.control(UInt8(ascii: "U")))
    _ = view.take(.backspace)
    #expect(view.prompt == nil)
  }

  @Test func `the chosen line stays chosen as the order changes`() throws {
    var view = TopScene.view(try TopScene.model())
    _ = view.take(.down)
    let chosen = try #require(view.selectedEdge?.id)
    _ = press("sss", &view)
    #expect(view.selectedEdge?.id == chosen)
    _ = press("r", &view)
    #expect(view.selectedEdge?.id == chosen)
    _ = press("f", &view)
    let index = view.cursor.index
    _ = press("r", &view)
    #expect(view.cursor.index == index)
  }

  @Test func `a click on a heading sorts, on a line chooses, a second one enters`() throws {
    var view = TopScene.view(try TopScene.model())
    let layout = EdgeLayout(columns: 80)
    let place = try #require(layout.places.first { $0.column == .messages })
    _ = view.take(.click(row: 2, column: place.start + 1))
    #expect(view.column == .messages && view.rows.first?.source.comm == Comm("loop"))
    _ = view.take(.click(row: 2, column: place.start + 1))
    #expect(view.isReversed)
    _ = view.take(.click(row: 4, column: 10))
    #expect(view.cursor.index == 1 && view.pane == .list)
    #expect(view.take(.click(row: 4, column: 10)) == [.dialogue] && view.pane == .dialogue)
    _ = view.take(.escape)
    _ = view.take(.click(row: 1, column: 3))
    #expect(view.pane == .stuck)
    _ = view.take(.click(row: 30, column: 3))
    _ = view.take(.wheel(1))
  }

  @Test func `a dialogue has messages, calls and transfers of both ways`() throws {
    let model = try TopScene.model()
    var view = TopScene.view(model, columns: 120, rows: 40)
    let index = try #require(view.rows.firstIndex { $0.source.comm == Comm("client") })
    view.cursor.select(index)
    #expect(press("\n", &view) == [.dialogue])
    // A capture is played again for it.
    model.reset()
    try TopScene.fill(model)
    var lines = Array(view.paint().lines[3..<38]).filter { !$0.isEmpty }
    #expect(lines.count == 10)
    #expect(lines[0].contains("→ json-rpc request tools/call search, id 0, "), "\(lines[0])")
    #expect(
      lines[1].contains("← json-rpc response tools/call, id 0, ok")
        || lines[1].contains("← json-rpc response"), "\(lines[1])")
    _ = press("m", &view)
    lines = Array(view.paint().lines[3..<38]).filter { !$0.isEmpty }
    #expect(lines.count == 5 && lines[3].contains("error -32601 Method not found"), "\(lines)")
    _ = press("m", &view)
    lines = Array(view.paint().lines[3..<38]).filter { !$0.isEmpty }
    #expect(lines.count == 10 && lines[0].contains("→ ") && lines[0].contains(" bytes, after 2.00ms"))
    _ = press("x", &view)
    #expect(view.paint().lines.contains { $0.contains(#""method": "tools/call""#) }, "\(view.paint().lines)")
    _ = press("x", &view)
    #expect(view.paint().lines.contains { $0.contains("00000000  7b 22 6a") })
    _ = press("q", &view)
    #expect(view.pane == .list && model.dialogue == nil)
  }

  @Test func `a tree has every edge below its processes, and branches close`() throws {
    var view = TopScene.view(try TopScene.model(), columns: 120, rows: 60)
    let edges = view.rows.count
    _ = press("t", &view)
    let tree = try #require(view.tree)
    let count = tree.lines.count {
      if case .edge = $0 { true } else { false }
    }
    // Each at both of its ends, but the one that nobody has received.
    #expect(count == 2 * edges - 1)
    _ = view.take(.tab)
    #expect(try #require(view.tree).lines.count < tree.lines.count)
    _ = press("t", &view)
    #expect(view.paint().lines.contains { $0.contains("▾ host") })
    _ = press("t", &view)
    #expect(view.tree == nil)
  }

  @Test func `a process of a capture has the channels that were seen`() throws {
    var view = TopScene.view(try TopScene.model())
    view.cursor.select(try #require(view.rows.firstIndex { $0.source.comm == Comm("fast") }))
    #expect(press("P", &view) == [.channels(of: 901)])
    let lines = body(&view)
    #expect(
      lines.count == 2 && lines[0].contains("← 900(fast)") && lines[1].contains("← 1(init)"), "\(lines)")
    #expect(press("\u{1b}", &view) == [.channels(of: nil)])
  }

  @Test func `what a process has open is told with who has the other ends`() throws {
    var view = TopScene.view(try TopScene.model(), columns: 120, rows: 40)
    view.play = nil
    view.cursor.select(try #require(view.rows.firstIndex { $0.source.comm == Comm("client") }))
    _ = press("p", &view)
    #expect(body(&view) == ["  it is being looked at"])
    view.channels = [
      ProcessChannel(
        pid: 5001, comm: "client", fd: 3, access: "rw", type: "unix-stream", channel: "/run/mcp.sock",
        unread: 7,
        capacity: nil, sentUnread: 9, ends: [.init(pid: 5002, comm: "ser\u{1b}ver", fd: 4)], far: nil,
        waits: nil),
      ProcessChannel(
        pid: 5001, comm: "client", fd: 5, access: "r", type: "pipe", channel: "[9]", unread: 0,
        capacity: 65536,
        sentUnread: nil, ends: [], far: nil, waits: nil),
    ]
    let lines = body(&view)
    #expect(
      lines.count == 3 && lines[0].contains(#"5002(ser\x1bver) 4"#) && lines[1].contains("9 unread there"))
    #expect(lines[2].contains("5r") && lines[2].contains("0/65536") && lines[2].contains("nobody"))
    #expect(press("\n", &view) == [.dialogue])
  }

  @Test func `who waits in vain is told above everything`() throws {
    let model = try TopScene.model()
    var view = TopScene.view(model)
    view.play = nil
    #expect(view.paint().line(1).contains("is being looked at"))
    model.stuck = StuckProcesses(deadlocks: [], leaks: [])
    #expect(view.paint().line(1) == " nobody waits in vain")
    model.stuck = StuckProcesses(
      deadlocks: [.init(pids: [1, 2], reason: "1(a\u{1b}) waits for 2(b)", blocked: [3])], leaks: [])
    #expect(view.paint().line(1) == #" STUCK: 1(init), 2: 1(a\x1b) waits for 2(b) (w)"#)
    #expect(view.paint().cells[80].style == .alarm)
    _ = press("w", &view)
    #expect(view.paint().lines.contains { $0.contains("1 more wait for it: 3") })
  }

  @Test func `keys of a capture ask for its playing`() throws {
    var view = TopScene.view(try TopScene.model())
    #expect(press(" .<>[]0$", &view).count == 8)
    #expect(view.take(.right) == [.play(.step)])
    view.play = nil
    #expect(press(" ", &view).isEmpty && view.isFrozen)
    #expect(press(".<", &view).isEmpty)
    #expect(press(" q", &view) == [.quit])
    #expect(view.take(.control(UInt8(ascii: "Z"))) == [.suspend])
  }

  @Test func `help fits the least screen, and Esc leaves it`() throws {
    var view = TopScene.view(try TopScene.model())
    _ = press("?", &view)
    let lines = view.paint().lines
    for line in HelpText.lines where !line.isEmpty { #expect(lines.contains(" " + line)) }
    _ = press("\u{1b}", &view)
    #expect(view.pane == .list)
  }

  @Test func `no key at any time does harm`() throws {
    let keys: [Key] =
      "jkgGsSrtfpPwxm?/q \u{7f}[]<>.0$+-".unicodeScalars.map { .character($0) } + [
        .up, .down, .left, .right, .pageUp, .pageDown, .home, .end, .enter, .escape, .tab, .backspace,
        .delete,
        .click(row: 0, column: 0), .click(row: 5, column: 5), .click(row: 500, column: 500), .wheel(5),
        .wheel(-5),
      ]
    var state: UInt64 = 42
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for model in [TopModel(), try TopScene.model()] {
      var view = TopScene.view(model)
      for step in 0..<3000 {
        _ = view.take(keys[next(keys.count)])
        if step % 50 == 0 {
          view.size = ScreenSize(columns: 1 + next(200), rows: 1 + next(60))
          view.refresh()
        }
        let grid = view.paint()
        #expect(grid.size == view.size)
      }
    }
  }
}
