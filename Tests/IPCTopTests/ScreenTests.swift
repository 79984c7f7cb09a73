import ByteOutput
import TestSupport
import Testing

@testable import IPCFormats
@testable import IPCTop

@Suite("The cells of a screen")
struct CellGridTests {
  private let size = ScreenSize(columns: 10, rows: 2)

  @Test(arguments: [
    ("a" as Unicode.Scalar, 1), ("é", 1), ("日", 2), ("ｈ", 2), ("한", 2), ("🐟", 2), ("\u{301}", 0),
    ("\u{20DD}", 0),
    ("\u{1160}", 0), ("\u{200B}", 0), ("→", 1), ("…", 1), ("\u{FE0F}", 0), ("⚡", 2), ("☃", 1),
    ("\u{2F9F4}", 2),
  ])
  func `characters take columns as UAX #11 says`(_ scalar: Unicode.Scalar, _ columns: Int) {
    #expect(CharacterWidth.columns(of: scalar) == columns)
  }

  @Test func `a text begins where it is put and ends at its width`() {
    var grid = CellGrid(size)
    #expect(grid.put("abcdef", row: 0, column: 2, width: 4) == 6)
    #expect(grid.put("xyz", row: 1, column: 8) == 10)
    #expect(grid.lines == ["  abcd", "        xy"])
  }

  @Test func `nothing is put outside`() {
    var grid = CellGrid(size)
    grid.put("a", row: -1, column: 0)
    grid.put("a", row: 2, column: 0)
    grid.put("a", row: 0, column: 10)
    grid.paint(row: 5, columns: -3..<20, style: .bar)
    #expect(grid.lines == ["", ""])
  }

  @Test func `a wide character takes two cells, and half of one is left out`() {
    var grid = CellGrid(size)
    #expect(grid.put("日本語", row: 0, column: 0, width: 5) == 4)
    #expect(grid.line(0) == "日本")
    #expect(grid.cells[1].scalar == 0 && grid.cells[2].scalar == 0x672C)
  }

  @Test func `what is left of a wide character that is overwritten goes`() {
    var grid = CellGrid(size)
    grid.put("日本語", row: 0, column: 0)
    grid.put("a", row: 0, column: 1)
    grid.put("b", row: 0, column: 4)
    #expect(grid.line(0) == " a本b")
    #expect(grid.cells.allSatisfy { $0.scalar != 0 || $0 == grid.cells[3] })
  }

  @Test func `marks stay with their character, at most two, and none without one`() {
    var grid = CellGrid(size)
    #expect(grid.put("\u{301}e\u{301}\u{302}\u{303}日\u{309A}", row: 0, column: 0) == 3)
    #expect(grid.line(0) == "e\u{301}\u{302}日\u{309A}")
  }

  @Test func `nothing that steers a terminal gets into a cell`() {
    for text in nastyTexts {
      var grid = CellGrid(ScreenSize(columns: 80, rows: 1))
      grid.put(String(decoding: text, as: UTF8.self), row: 0, column: 0)
      for cell in grid.cells {
        for value in [cell.scalar, cell.marks.0, cell.marks.1] where value != 0 {
          let scalar = Unicode.Scalar(value)
          let category = scalar?.properties.generalCategory
          #expect(category != .control && category != .format && category != .lineSeparator, "\(value)")
        }
      }
    }
  }
}

@Suite("What changes a screen")
struct ScreenUpdateTests {
  private static let characters: [Unicode.Scalar] = ["a", "b", "日", "é", " ", "🐟"]

  /// A screen of whatever.
  private func change(_ grid: inout CellGrid, _ random: inout SeededRandom) {
    for _ in 0..<Int.random(in: 0...6, using: &random) {
      var text = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        text.append(Self.characters.randomElement(using: &random) ?? "a")
        if Int.random(in: 0...3, using: &random) == 0 { text.append("\u{301}") }
      }
      let styles: [Style] = [.plain, .bar, .alarm, .dim, .caution]
      grid.put(
        String(text), row: .random(in: 0..<grid.size.rows, using: &random),
        column: .random(in: 0..<grid.size.columns, using: &random),
        style: styles.randomElement(using: &random) ?? .plain)
    }
  }

  @Test func `a terminal shows each screen after the one before, whatever has changed`() {
    var random = SeededRandom(seed: 7)
    let size = ScreenSize(columns: 17, rows: 5)
    let update = ScreenUpdate(isColored: true)
    var terminal = PaintedTerminal(size)
    var grid = CellGrid(size)
    for round in 0..<2000 {
      if round % 50 == 0 { grid = CellGrid(size) }
      change(&grid, &random)
      var output = OutputBuffer()
      update.append(grid, to: &output)
      terminal.show(output)
      #expect(terminal.cells == grid.cells && terminal.unknown.isEmpty, "round \(round)")
    }
  }

  @Test func `what is shown already is not drawn again`() {
    let size = ScreenSize(columns: 20, rows: 2)
    let update = ScreenUpdate(isColored: true)
    var grid = CellGrid(size)
    grid.put("hello", row: 0, column: 0)
    var output = OutputBuffer()
    update.append(grid, to: &output)
    output.removeAll()
    update.append(grid, to: &output)
    #expect(output.text == "")
    grid.put("j", row: 0, column: 0)
    update.append(grid, to: &output)
    #expect(output.text == "\u{1b}[1;1Hj")
    output.removeAll()
    update.forget()
    update.append(grid, to: &output)
    #expect(output.text.hasPrefix("\u{1b}[0m\u{1b}[2J") && output.text.contains("jello"))
  }

  @Test func `without colours, only their traits are left`() {
    var grid = CellGrid(ScreenSize(columns: 5, rows: 1))
    grid.put("a", row: 0, column: 0, style: .alarm)
    grid.put("b", row: 0, column: 1, style: Style(.green))
    var output = OutputBuffer()
    ScreenUpdate(isColored: false).append(grid, to: &output)
    #expect(output.text == "\u{1b}[0m\u{1b}[2J\u{1b}[1;1H\u{1b}[1;7ma\u{1b}[0mb")
  }

  @Test func `without UTF-8, only ASCII is sent`() {
    var grid = CellGrid(ScreenSize(columns: 20, rows: 1))
    grid.put("a…b→é日µ", row: 0, column: 0)
    var output = OutputBuffer()
    ScreenUpdate(isColored: false, isUnicode: false).append(grid, to: &output)
    #expect(output.text == "\u{1b}[0m\u{1b}[2J\u{1b}[1;1Ha.b>??\u{1b}[1;8Hu")
    #expect(output.text.utf8.allSatisfy { $0 < 0x80 })
  }
}
