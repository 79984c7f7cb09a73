import ByteOutput

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

  func append(to output: inout OutputBuffer) {
    let widths = rows[0].indices.map { column in
      // What stands alone in its row may reach into the next columns.
      rows.reduce(0) { max($0, Self.isWide($1, column) ? 0 : Self.width($1, column)) }
    }
    for row in rows {
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
      line.withUTF8 { output.append($0) }
      output.append("\n")
    }
  }

  private static func isWide(_ row: [String], _ column: Int) -> Bool {
    column + 1 < row.count && !row[column].isEmpty && row[column + 1].isEmpty
  }

  private static func width(_ row: [String], _ column: Int) -> Int {
    column < row.count ? row[column].unicodeScalars.count : 0
  }
}
