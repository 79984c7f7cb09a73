import ByteOutput
import IPCFiltering
import IPCFormats
import IPCModel
import IPCTraffic

/// What a user's key asks for beyond the screen.
public enum TopRequest: Sendable, Equatable {
  /// To leave.
  case quit
  /// To give the terminal back until the user comes again (Ctrl-Z).
  case suspend
  /// To draw everything anew (Ctrl-L).
  case redraw
  /// Something about the playing of a capture.
  case play(Playing)
  /// What a process has open; nil to ask no more.
  case channels(of: Int32?)
  /// That a dialogue begins which a capture can tell from its beginning on.
  case dialogue
}

/// What can be asked of a capture that is played.
public enum Playing: Sendable, Equatable {
  case pauseOrGoOn, step, slower, faster, back, ahead, toBeginning, toEnd
}

/// How far a capture has been played.
public struct PlayState: Sendable, Equatable {
  /// Behind the beginning, in nanoseconds.
  public var position: UInt64
  /// Whether time stands still.
  public var isPaused: Bool
  /// Whether everything has been shown.
  public var isAtEnd = false
  /// By which power of two time goes faster than it did.
  public var speed = 0

  /// Describes it.
  public init(position: UInt64, isPaused: Bool) {
    self.position = position
    self.isPaused = isPaused
  }
}

/// The screen: what is chosen of the model, and what keys change of that.
public struct TopView {
  /// What takes the screen.
  enum Pane: Equatable {
    case list
    case dialogue
    case process(Int32, name: String)
    case stuck
    case help
  }

  /// How the list is arranged.
  enum Arrangement: CaseIterable {
    case flat, byProcess, byContainer
  }

  let model: TopModel
  private let title: String
  private let isCapture: Bool
  /// Size of the screen.
  public var size = ScreenSize.least
  /// Clock that times are shown by.
  public var clock: WallClock
  /// How far a capture has been played; nil of what goes on.
  public var play: PlayState?
  /// Whether the traced command has ended.
  public var hasEnded = false
  /// What a process has open, as it was asked for; nil until there is an answer.
  public var channels: [ProcessChannel]?

  var panes = [Pane.list]
  var arrangement = Arrangement.flat
  var column = EdgeColumn.byteRate
  var isReversed = false
  var isFrozen = false
  var filter: WhereExpression?
  /// What is being typed; nil if nothing is.
  var prompt: String?
  /// What went wrong last.
  var remark: String?
  var keepsChoice = true
  var chosen: EdgeRow.ID?
  var closed: Set<EdgeTree.Branch> = []
  var rows: [EdgeRow] = []
  var tree: EdgeTree?
  var cursor = ListCursor()
  var processCursor = ListCursor()
  var choice = Dialogue.Choice.messages
  var contents = ContentView.none
  var isAtTail = true
  var dialogueTop = 0

  /// Begins with the list.
  ///
  /// - Parameters:
  ///   - model: What is shown.
  ///   - title: What is traced, or the capture.
  ///   - isCapture: Whether it is of the past.
  ///   - clock: Clock that times are shown by.
  public init(_ model: TopModel, title: String, isCapture: Bool, clock: WallClock) {
    self.model = model
    self.title = title
    self.isCapture = isCapture
    self.clock = clock
  }

  /// Columns from which on there is room for all words of the first and the last line.
  private static let roomy = 100

  var pane: Pane { panes.last ?? .list }
  /// Rows of the screen between those that are always there.
  var bodyRows: Range<Int> { 3..<max(size.rows - 2, 4) }

  // MARK: - What is shown

  /// Takes what is to be seen out of the model.
  public mutating func refresh() {
    if !isFrozen { rows = model.rows(where: filter) }
    arrange()
  }

  /// Puts the lines in order.
  mutating func arrange() {
    rows = column.sorted(rows, isReversed: isReversed)
    switch arrangement {
    case .flat: tree = nil
    case .byProcess: tree = EdgeTree(rows, by: .process, closed: closed)
    case .byContainer: tree = EdgeTree(rows, by: .container, closed: closed)
    }
    if keepsChoice, let chosen, tree == nil, let index = rows.firstIndex(where: { $0.id == chosen }) {
      cursor.fit(count: lineCount, height: bodyRows.count)
      cursor.select(index)
    }
    cursor.fit(count: lineCount, height: bodyRows.count)
  }

  var lineCount: Int { tree?.lines.count ?? rows.count }

  /// The edge of the selected line; nil if it is none.
  var selectedEdge: EdgeRow? {
    guard cursor.index < lineCount else { return nil }
    guard let tree else { return rows[cursor.index] }
    guard case .edge(let row, _) = tree.lines[cursor.index] else { return nil }
    return row
  }

  /// What a screen shows now.
  public mutating func paint() -> CellGrid {
    var grid = CellGrid(size)
    guard size.isEnough else {
      let least = ScreenSize.least
      grid.put(
        "ipcdump top needs \(least.columns)×\(least.rows); this is \(size.columns)×\(size.rows)", row: 0,
        column: 0)
      return grid
    }
    putTitle(&grid)
    switch pane {
    case .help: putHelp(&grid)
    case .stuck: putStuck(&grid)
    case .list: putList(&grid)
    case .dialogue: putDialogue(&grid)
    case .process(let pid, let name): putProcess(pid, name, &grid)
    }
    putFooter(&grid)
    return grid
  }

  // MARK: - What is always there

  private func putTitle(_ grid: inout CellGrid) {
    let totals = model.traffic.totals
    let rate = model.rate
    var right = "\(Figure.count(rate.messages)) msg/s  \(Figure.count(rate.bytes))B/s  "
    right += "\(totals.events) event\(totals.events == 1 ? "" : "s"), \(Figure.count(totals.bytes))B"
    if totals.lost > 0 { right += ", \(totals.lost) lost" }
    right += "  \(time)"
    let room = size.columns - TerminalText.width(of: right) - 3
    grid.paint(row: 0, style: .bar)
    let name = size.columns < Self.roomy ? "top" : "ipcdump top"
    let left = TerminalText.shortened("\(name)  \(title)", to: room)
    grid.put(left, row: 0, column: 1, style: Style(.normal, [.reversed, .bold]))
    grid.put(right, row: 0, column: size.columns - TerminalText.width(of: right) - 1, style: .bar)
    putState(&grid)
  }

  /// The time that is shown, to the second.
  private var time: String {
    var writer = TimestampWriter(.wall, clock: clock)
    var buffer = OutputBuffer(capacity: 64)
    writer.append(model.now, to: &buffer)
    return String(buffer.text.prefix(8))
  }

  /// The line below the title: who waits in vain, or how far a capture has been played.
  private func putState(_ grid: inout CellGrid) {
    if let play {
      let position = Self.seconds(play.position)
      let speed = play.speed >= 0 ? "×\(1 << play.speed)" : "×1/\(1 << -play.speed)"
      let state =
        play.isAtEnd
        ? "end of the capture at \(position)"
        : play.isPaused ? "paused at \(position)" : "playing at \(position)"
      grid.put(
        "\(state), \(speed)", row: 1, column: 1,
        style: play.isPaused || play.isAtEnd ? .caution : Style(.green))
      return
    }
    let end = putStuckBar(&grid)
    let notes = [isFrozen ? "paused" : nil, hasEnded ? "the command has ended" : nil].compactMap { $0 }
    if !notes.isEmpty {
      let text = notes.joined(separator: ", ")
      let start = max(size.columns - text.count - 1, end + 2)
      grid.put(text, row: 1, column: start, style: .caution)
    }
  }

  private func putStuckBar(_ grid: inout CellGrid) -> Int {
    guard let stuck = model.stuck else {
      return grid.put("who waits for whom is being looked at", row: 1, column: 1, style: .dim)
    }
    let leaks = stuck.leaks.count
    if let first = stuck.deadlocks.first {
      grid.paint(row: 1, style: .alarm)
      let count = stuck.deadlocks.count
      let more = count > 1 ? " (and \(count - 1) more, see w)" : " (w)"
      let words = "STUCK: \(names(first.pids)): \(ShownText.escaped(first.reason))"
      let shown = TerminalText.shortened(words, to: size.columns - 2 - more.count)
      return grid.put(shown + more, row: 1, column: 1, style: .alarm)
    }
    if leaks > 0 {
      return grid.put(
        "nobody waits in vain; \(leaks) write end\(leaks == 1 ? "" : "s") of a pipe may be forgotten (w)",
        row: 1,
        column: 1, style: .caution)
    }
    return grid.put("nobody waits in vain", row: 1, column: 1, style: Style(.green))
  }

  /// Processes by number and, where it is known, name.
  func names(_ pids: [Int32]) -> String {
    model.named(pids).map { $0.comm == .unknown ? "\($0.pid)" : ShownText.process($0) }.joined(
      separator: ", ")
  }

  static func seconds(_ time: UInt64) -> String {
    let tenths = time / 100_000_000
    return "\(tenths / 10).\(tenths % 10) s"
  }

  private func putFooter(_ grid: inout CellGrid) {
    let row = size.rows - 1
    grid.paint(row: row, style: .bar)
    if let prompt {
      let end = grid.put("/", row: row, column: 0, style: .bar)
      // What is typed last is seen.
      let room = size.columns - 2
      let shown = String(prompt.suffix(room))
      let cursor = grid.put(ShownText.escaped(shown), row: row, column: end, style: .bar)
      grid.put(" ", row: row, column: cursor, style: .plain)
      return
    }
    if let remark {
      grid.paint(row: row, style: .alarm)
      grid.put(
        TerminalText.shortened(ShownText.escaped(remark), to: size.columns - 2), row: row, column: 1,
        style: .alarm)
      return
    }
    grid.put(TerminalText.shortened(hints, to: size.columns - 2), row: row, column: 1, style: .bar)
  }

  private var hints: String {
    switch pane {
    case .help, .stuck: "Esc back"
    case .dialogue:
      "m \(choiceWord)  x contents  f \(isAtTail ? "stay" : "follow")  space pause  Esc back  ? help"
    case .process: "Enter edge or process  Esc back  ? help"
    case .list:
      if let filter {
        "/ \(ShownText.escaped(filter.text))  s sort  t tree  ? help  q quit"
      } else {
        "Enter dialogue  p process  / filter  s sort  t tree  w stuck  "
          + (size.columns < Self.roomy ? "" : "space pause  ") + "? help  q quit"
      }
    }
  }

  var choiceWord: String {
    switch choice {
    case .messages: "messages"
    case .calls: "calls"
    case .transfers: "transfers"
    }
  }
}
