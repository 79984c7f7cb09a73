/// Rows of cells, put below each other in columns as wide as they must be.
struct TextTableLayout {
  private var rows: [[String]]
  private let leftAligned: Int

  /// - Parameter leftAligned: How many columns, from the left, are of words; the others are of numbers.
  init(headings: [String], leftAligned: Int) {
    rows = [headings]
    self.leftAligned = leftAligned
  }

  /// Adds a row; cells at its end may be missing.
  mutating func add(_ row: [String]) { rows.append(row) }

  /// The rows as lines, the headings first.
  var lines: [String] {
    let widths = rows[0].indices.map { column in
      // What stands alone in its row may reach into the next columns.
      rows.reduce(0) { max($0, Self.isWide($1, column) ? 0 : Self.width($1, column)) }
    }
    return rows.map { row in
      var line = ""
      var excess = 0
      for (column, cell) in row.enumerated() {
        let width = Self.width(row, column)
        let padding = widths[column] - width - excess
        excess = max(-padding, 0)
        let spaces = String(repeating: " ", count: max(padding, 0))
        line += column < leftAligned ? cell + spaces : spaces + cell
        if column + 1 < row.count { line += "  " }
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  private static func isWide(_ row: [String], _ column: Int) -> Bool {
    column + 1 < row.count && !row[column].isEmpty && row[column + 1].isEmpty
  }

  private static func width(_ row: [String], _ column: Int) -> Int {
    column < row.count ? TerminalText.width(of: row[column]) : 0
  }
}

/// Times and rates in three digits and the unit that suits them.
enum Quantity {
  /// A time of nanoseconds; `-` if it is not known.
  static func time(_ nanoseconds: UInt64?) -> String {
    nanoseconds.map { shown($0, units: ["ns", "µs", "ms", "s"]) } ?? "-"
  }

  /// Bytes a second, without the second; `-` if they are not known.
  static func rate(_ bytes: UInt64?) -> String {
    bytes.map { shown($0, units: ["B", "kB", "MB", "GB", "TB", "PB", "EB"]) } ?? "-"
  }

  private static func shown(_ value: UInt64, units: [String]) -> String {
    var exponent = 0
    var step: UInt64 = 1
    while value / step >= 1000 {
      step *= 10
      exponent += 1
    }
    var digits = value / step
    if step > 1, value % step >= step / 2 { digits += 1 }
    if digits == 1000 {
      digits = 100
      exponent += 1
    }
    let unit = min((exponent + 2) / 3, units.count - 1)
    let decimals = 3 * unit - exponent
    guard decimals > 0 else {
      return "\(digits)\(String(repeating: "0", count: -decimals)) \(units[unit])"
    }
    let text = String(digits)
    return "\(text.dropLast(decimals)).\(text.suffix(decimals)) \(units[unit])"
  }
}
