import Foundation
import TestSupport
import Testing

/// The command in a real terminal, with a capture that stands still.
@Suite(
  "In tmux", .serialized,
  .enabled(
    if: TmuxScreen.path != nil || ProcessInfo.processInfo.environment["CI"] == "true", "tmux is not installed"
  ))
struct TopTerminalTests {
  private static let screens = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Screens")

  private static let files = ["scene.pcapng": TopScene.capture()]

  private func start(
    _ options: String = "", columns: Int = 80, rows: Int = 24
  ) throws -> TmuxScreen {
    let ipcdump = try TmuxScreen.ipcdump()
    return try TmuxScreen(
      "sh -c 'echo $$ > pid; exec \(ipcdump) top -r scene.pcapng --at end \(options)'", columns: columns,
      rows: rows,
      files: Self.files)
  }

  /// Compares with what the screen was when somebody has looked at it; with IPCDUMP_WRITE_SCREENS=1, keeps what it is.
  private func expect(_ lines: [String], _ name: String) throws {
    let file = Self.screens.appending(path: name + ".txt")
    let text = lines.joined(separator: "\n")
    if ProcessInfo.processInfo.environment["IPCDUMP_WRITE_SCREENS"] == "1" {
      try Data(text.utf8).write(to: file)
    }
    let kept = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    #expect(text == kept, "\(name):\n\(text)\nand not:\n\(kept)")
  }

  @Test(arguments: [(80, 24), (120, 40)])
  func `the screens are as they were`(_ columns: Int, _ rows: Int) async throws {
    let screen = try start(columns: columns, rows: rows)
    let name = "\(columns)x\(rows)"
    try expect(try await screen.until("end of the capture"), "edges-\(name)")
    try screen.type("t")
    try expect(try await screen.until("▾ "), "tree-\(name)")
    try screen.type("tt/pid == 5001")
    try await screen.until("/pid == 5001")
    try screen.press("Enter")
    try expect(try await screen.until("/ pid == 5001  s sort"), "filter-\(name)")
    try screen.press("Enter")
    try expect(try await screen.until("id 4, ok"), "dialogue-\(name)")
    try screen.type("m")
    try await screen.until("m calls")
    try screen.type("x")
    try expect(try await screen.until("response:"), "calls-\(name)")
    try screen.type("?")
    try expect(try await screen.until("Playing a capture:"), "help-\(name)")
  }

  @Test func `hostile names are escaped, and set neither the title nor a colour`() async throws {
    let screen = try start(columns: 200, rows: 40)
    let lines = try await screen.until("end of the capture")
    #expect(lines.contains { $0.contains(#"666(\x1b[31mevil\x07)"#) }, "\(lines)")
    #expect(try screen.tmux("display-message", "-p", "#{pane_title}").contains("title") == false)
    let colored = try screen.lines(escapes: true)
    #expect(colored.contains { $0.contains("\u{1b}[") })
    let evil = try #require(colored.first { $0.contains("evil") })
    #expect(!evil.contains("[31mevil\u{7}") && evil.contains(#"\x1b[31mevil"#))
  }

  @Test(arguments: [("--no-color", ""), ("--color never", ""), ("", "NO_COLOR=1")])
  func `without colours nothing has one`(_ options: String, _ environment: String) async throws {
    let ipcdump = try TmuxScreen.ipcdump()
    let screen = try TmuxScreen(
      "\(environment) \(ipcdump) top -r scene.pcapng --at end \(options)", columns: 120, rows: 40,
      files: Self.files)
    try await screen.until("end of the capture")
    let text = try screen.lines(escapes: true).joined()
    #expect(text.firstMatch(of: /\x{1b}\[[0-9;]*3[0-8]m/) == nil)
    #expect(text.contains("\u{1b}[7m") || text.contains("\u{1b}[1;7m"))
  }

  @Test func `a screen that grows and shrinks is drawn anew`() async throws {
    let screen = try start()
    try await screen.until("end of the capture")
    try screen.tmux("resize-window", "-x", "120", "-y", "40")
    let large = try await screen.until("NOTE")
    #expect(large.count >= 40)
    try screen.tmux("resize-window", "-x", "70", "-y", "20")
    try await screen.until("ipcdump top needs 80×24; this is 70×20")
    try screen.tmux("resize-window", "-x", "80", "-y", "24")
    try expect(try await screen.until("end of the capture"), "edges-80x24")
  }

  @Test func `the terminal is as before after q`() async throws {
    let screen = try start()
    try await screen.until("end of the capture")
    #expect(try screen.modes() == "1 1 0")
    try screen.type("q")
    try await screen.until("left 0")
    #expect(try screen.modes() == "0 0 1")
    #expect(try screen.text("before") == screen.text("after"))
  }

  @Test(arguments: [(SIGTERM, 0), (SIGHUP, 0), (SIGINT, 0), (SIGSEGV, 139), (SIGABRT, 134), (SIGTRAP, 133)])
  func `the terminal is as before after a signal`(_ signal: Int32, _ status: Int) async throws {
    let screen = try start()
    try await screen.until("end of the capture")
    let pid = try #require(Int32(screen.text("pid").trimmingCharacters(in: .whitespacesAndNewlines)))
    kill(pid, signal)
    try await screen.until("left \(status)")
    #expect(try screen.modes() == "0 0 1")
    #expect(try screen.text("before") == screen.text("after"))
  }

  @Test func `the terminal is the shell's while it is stopped`() async throws {
    let screen = try start()
    try await screen.until("end of the capture")
    let pid = try #require(Int32(screen.text("pid").trimmingCharacters(in: .whitespacesAndNewlines)))
    for stop in ["key", "signal"] {
      if stop == "key" { try screen.press("C-z") } else { kill(pid, SIGTSTP) }
      try await screen.until("the shell's screen") { !$0.contains { $0.contains("end of the capture") } }
      #expect(try screen.modes() == "0 0 1")
      kill(pid, SIGCONT)
      try expect(try await screen.until("end of the capture"), "edges-80x24")
      #expect(try screen.modes() == "1 1 0")
    }
  }

  @Test func `a capture is stepped through, sought and played`() async throws {
    let ipcdump = try TmuxScreen.ipcdump()
    let screen = try TmuxScreen("\(ipcdump) top -r scene.pcapng --at 0", files: Self.files)
    try await screen.until("0 events")
    try screen.type(".")
    try await screen.until("1 event,")
    try screen.press("Right")
    try await screen.until("2 events")
    try screen.type("]")
    try await screen.until("223 events")
    try screen.type("0")
    try await screen.until(" 0 events")
    try screen.type("$")
    try await screen.until("end of the capture")
    try screen.type("0>> ")
    try await screen.until("playing at")
    try await screen.until("end of the capture")
    try screen.type("[")
    try await screen.until("paused at 0.0 s")
  }

  @Test func `clicks choose and enter`() async throws {
    let screen = try start()
    try await screen.until("end of the capture")
    // The second line of the list, twice, as xterm tells it.
    for _ in 0..<2 { try screen.type("\u{1b}[<0;5;5M\u{1b}[<0;5;5m") }
    try await screen.until("m messages")
    try screen.press("Escape")
    try await screen.until("q quit")
  }

  @Test(arguments: [
    ("top -r scene.pcapng < /dev/null", "top needs a terminal for its keys and its screen", 64),
    ("top -r scene.pcapng | cat", "top needs a terminal for its keys and its screen", 64),
    ("top -r /nosuch", "cannot read /nosuch", 1), ("top -r script", "is no pcapng file", 1),
    ("top -r -", "standard input has none", 64), ("top --at 5", "add -r and a file", 64),
    ("top -r scene.pcapng -- true", "leave out -r", 64), ("top --where 'nosuch == 1'", "column 1", 64),
    ("top --", "no command follows --", 64), ("top --user root", "add -- and a command", 64),
    ("top nosuch", "nosuch", 64), ("top -r scene.pcapng --follow -p 1", "captures do not tell", 64),
  ])
  func `what is wrong is said in a line`(_ words: String, _ said: String, _ status: Int) async throws {
    let ipcdump = try TmuxScreen.ipcdump()
    let screen = try TmuxScreen(
      "{ \(ipcdump) \(words); echo \"status $?\"; } 2> said", columns: 200, files: Self.files)
    try await screen.until(words.contains("| cat") ? "status 0" : "status \(status)")
    let text = try screen.text("said")
    #expect(text.hasPrefix("ipcdump: ") && text.contains(said), "\(text)")
    #expect(try screen.modes() == "0 0 1" && screen.text("before") == screen.text("after"))
  }

  @Test func `a terminal without a screen is refused`() async throws {
    let ipcdump = try TmuxScreen.ipcdump()
    let screen = try TmuxScreen("TERM=dumb \(ipcdump) top -r scene.pcapng", columns: 120, files: Self.files)
    try await screen.until("TERM is 'dumb'")
    try await screen.until("left 64")
  }
}
