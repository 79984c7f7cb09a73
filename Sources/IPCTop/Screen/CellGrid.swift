import IPCFormats

/// Columns and rows of a screen.
public struct ScreenSize: Sendable, Equatable {
  /// Number of columns.
  public var columns: Int
  /// Number of rows.
  public var rows: Int

  /// Describes a size.
  public init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
  }

  /// What the panes need.
  public static let least = ScreenSize(columns: 80, rows: 24)
  /// More than any screen has; what claims to be larger is treated as this.
  public static let most = ScreenSize(columns: 1000, rows: 500)

  /// Whether the panes have room.
  public var isEnough: Bool { columns >= Self.least.columns && rows >= Self.least.rows }
}

/// One place on a screen.
struct Cell: Sendable, Equatable {
  /// Its character; 0 if the one before reaches into it.
  var scalar: UInt32 = 0x20
  /// Marks on the character; more than two are left out.
  var marks: (UInt32, UInt32) = (0, 0)
  var style = Style.plain

  static func == (one: Cell, other: Cell) -> Bool {
    one.scalar == other.scalar && one.marks == other.marks && one.style == other.style
  }
}

/// What a screen shows, a cell a place.
///
/// It is the last gate to the terminal: no cell can hold what steers one.
public struct CellGrid: Sendable {
  /// See ``ScreenSize``.
  public let size: ScreenSize
  private(set) var cells: [Cell]

  /// Creates an empty screen.
  public init(_ size: ScreenSize) {
    self.size = size
    cells = Array(repeating: Cell(), count: size.columns * size.rows)
  }

  /// Puts a text into a row; what does not fit is left out.
  ///
  /// - Parameters:
  ///   - text: Printable characters; any other becomes U+FFFD.
  ///   - row: The row, from 0 on; nothing is put outside of the screen.
  ///   - column: Where it begins.
  ///   - width: Most columns that it takes; nil for all that there are.
  ///   - style: How it looks.
  /// - Returns: The column behind it.
  @discardableResult
  public mutating func put(
    _ text: some StringProtocol, row: Int, column: Int, width: Int? = nil, style: Style = .plain
  ) -> Int {
    let end = min(size.columns, width.map { column + max($0, 0) } ?? .max)
    guard (0..<size.rows).contains(row), (0..<end).contains(column) else { return column }
    let start = row * size.columns
    var place = column
    for scalar in text.unicodeScalars {
      guard let (shown, columns) = Self.shown(scalar) else { continue }
      if columns == 0 {
        if place > column { addMark(shown, before: start + place, first: start + column) }
        continue
      }
      if place + columns > end { break }
      blankHalves(row: row, columns: place..<place + columns)
      cells[start + place] = Cell(scalar: shown, style: style)
      for other in 1..<max(columns, 1) where other < columns {
        cells[start + place + other] = Cell(scalar: 0, style: style)
      }
      place += columns
    }
    return place
  }

  /// What of a character is shown, and in how many columns; nil for one that is left out, as it would only direct others.
  private static func shown(_ scalar: Unicode.Scalar) -> (UInt32, Int)? {
    let value = scalar.value
    if (0x20...0x7E).contains(value) { return (value, 1) }
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .surrogate: return (0xFFFD, 1)
    case .format: return nil
    default: break
    }
    // Variation selectors change how wide terminals draw the character before, each in its own way.
    if (0xFE00...0xFE0F).contains(value) || (0xE0100...0xE01EF).contains(value) { return nil }
    return (value, CharacterWidth.columns(of: scalar))
  }

  /// Takes away what would be left of wide characters that are overwritten in part.
  private mutating func blankHalves(row: Int, columns: Range<Int>) {
    let start = row * size.columns
    if cells[start + columns.lowerBound].scalar == 0, columns.lowerBound > 0 {
      cells[start + columns.lowerBound - 1].scalar = 0x20
      cells[start + columns.lowerBound - 1].marks = (0, 0)
    }
    if columns.upperBound < size.columns, cells[start + columns.upperBound].scalar == 0 {
      cells[start + columns.upperBound].scalar = 0x20
    }
  }

  private mutating func addMark(_ mark: UInt32, before place: Int, first: Int) {
    var index = place - 1
    while index > first, cells[index].scalar == 0 { index -= 1 }
    if cells[index].marks.0 == 0 {
      cells[index].marks.0 = mark
    } else if cells[index].marks.1 == 0 {
      cells[index].marks.1 = mark
    }
  }

  /// Gives cells of a row a style, whatever is in them.
  public mutating func paint(row: Int, columns: Range<Int>? = nil, style: Style) {
    guard (0..<size.rows).contains(row) else { return }
    let columns = (columns ?? 0..<size.columns).clamped(to: 0..<size.columns)
    for column in columns { cells[row * size.columns + column].style = style }
  }

  /// The characters of a row, without spaces at its end.
  public func line(_ row: Int) -> String {
    var text = String.UnicodeScalarView()
    for cell in cells[(row * size.columns)..<((row + 1) * size.columns)] {
      for value in [cell.scalar, cell.marks.0, cell.marks.1] where value != 0 {
        if let scalar = Unicode.Scalar(value) { text.append(scalar) }
      }
    }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  /// All rows.
  public var lines: [String] { (0..<size.rows).map { line($0) } }
}
