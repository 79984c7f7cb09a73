import ByteOutput

/// Makes what a terminal shows into what it is to show, by what has changed (ECMA-48).
///
/// A class, because it knows what the terminal shows, which is one.
public final class ScreenUpdate {
  private var shown: CellGrid?
  private let isColored: Bool
  private let isUnicode: Bool

  /// Knows nothing of the terminal yet.
  ///
  /// - Parameters:
  ///   - isColored: Whether cells have colours.
  ///   - isUnicode: Whether it shows UTF-8; if not, what is no ASCII is replaced.
  public init(isColored: Bool, isUnicode: Bool = true) {
    self.isColored = isColored
    self.isUnicode = isUnicode
  }

  /// Forgets what the terminal shows, so that all of it is drawn.
  public func forget() { shown = nil }

  /// Appends what shows a screen; nothing if it is shown already.
  public func append(_ grid: CellGrid, to output: inout OutputBuffer) {
    defer { shown = grid }
    var pen = Pen(isColored: isColored, isUnicode: isUnicode)
    let known = shown?.size == grid.size ? shown : nil
    // Between two screens, the terminal writes plainly.
    if known == nil { output.append("\u{1b}[0m\u{1b}[2J") }
    for row in 0..<grid.size.rows { append(row, of: grid, known, &pen, &output) }
    pen.use(.plain, &output)
  }

  private func append(
    _ row: Int, of grid: CellGrid, _ known: CellGrid?, _ pen: inout Pen, _ output: inout OutputBuffer
  ) {
    let start = row * grid.size.columns
    for column in 0..<grid.size.columns {
      let cell = grid.cells[start + column]
      if cell == (known?.cells[start + column] ?? Cell()) { continue }
      // The character before has drawn it.
      if cell.scalar == 0 { continue }
      pen.go(to: row, column, &output)
      pen.use(cell.style, &output)
      pen.draw(cell, &output)
    }
  }

  /// Where a terminal's cursor is, and how it writes.
  private struct Pen {
    /// What stands for a character of the screen's own where there is only ASCII, or for any other.
    private static func plain(_ scalar: UInt32) -> UInt8 {
      switch scalar {
      case 0x2026: UInt8(ascii: ".")
      case 0x2192, 0x25B8: UInt8(ascii: ">")
      case 0x2190: UInt8(ascii: "<")
      case 0x2191: UInt8(ascii: "^")
      case 0x2193, 0x25BE: UInt8(ascii: "v")
      case 0xB5: UInt8(ascii: "u")
      case 0xD7: UInt8(ascii: "x")
      case 0xB7: UInt8(ascii: "-")
      default: UInt8(ascii: "?")
      }
    }

    let isColored: Bool
    let isUnicode: Bool
    private var place: (row: Int, column: Int)?
    private var style = Style.plain

    init(isColored: Bool, isUnicode: Bool) {
      self.isColored = isColored
      self.isUnicode = isUnicode
    }

    mutating func go(to row: Int, _ column: Int, _ output: inout OutputBuffer) {
      if let place, place == (row, column) { return }
      output.append("\u{1b}[")
      output.appendDecimal(UInt64(row + 1))
      output.append(";")
      output.appendDecimal(UInt64(column + 1))
      output.append("H")
      place = (row, column)
    }

    mutating func use(_ wanted: Style, _ output: inout OutputBuffer) {
      let wanted = isColored ? wanted : wanted.colorless
      if wanted == style { return }
      // What one style has and the next one has not must be taken away.
      if style != .plain { output.append("\u{1b}[0m") }
      style = wanted
      guard wanted != .plain else { return }
      output.append("\u{1b}[")
      var isFirst = true
      func parameter(_ number: UInt64, _ output: inout OutputBuffer) {
        if !isFirst { output.append(";") }
        isFirst = false
        output.appendDecimal(number)
      }
      for (trait, number) in [(Style.Traits.bold, 1), (.dim, 2), (.underlined, 4), (.reversed, 7)]
        as [(Style.Traits, UInt64)]
      where wanted.traits.contains(trait) { parameter(number, &output) }
      if wanted.color != .normal { parameter(UInt64(wanted.color.rawValue), &output) }
      output.append("m")
    }

    mutating func draw(_ cell: Cell, _ output: inout OutputBuffer) {
      if (0x20...0x7E).contains(cell.scalar) {
        output.append(UInt8(truncatingIfNeeded: cell.scalar))
        if cell.marks == (0, 0) {
          place?.column += 1
          return
        }
      } else if isUnicode {
        output.append(scalar: cell.scalar)
      } else {
        output.append(Self.plain(cell.scalar))
        place?.column += 1
        return
      }
      for mark in [cell.marks.0, cell.marks.1] where mark != 0 { output.append(scalar: mark) }
      // Terminals differ in how wide they draw what is no ASCII: the cursor is told where to go on.
      place = nil
    }
  }
}

extension OutputBuffer {
  /// Appends a character as UTF-8.
  fileprivate mutating func append(scalar value: UInt32) {
    guard let scalar = Unicode.Scalar(value) else { return }
    for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { append(byte) }
  }
}
