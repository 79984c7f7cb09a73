import IPCFormats

/// Where the columns of the list of edges are.
struct EdgeLayout {
  /// A column: from where on, how wide.
  struct Place: Equatable {
    let column: EdgeColumn
    let start: Int, width: Int
  }

  /// The columns, from left to right.
  let places: [Place]
  /// Where it stands what is odd; nil if there is no room.
  let note: (start: Int, width: Int)?
  /// Columns before the first one, for a mark.
  static let margin = 1

  private static let numberWidths: [(EdgeColumn, Int)] = [
    (.messageRate, 5), (.byteRate, 5), (.messages, 5), (.delay, 6), (.unread, 6),
  ]
  private static let noteWidth = 18
  /// Columns from which on there is room for notes, and for whole names of types.
  private static let wide = 110, wider = 100

  /// Divides a width.
  init(columns: Int) {
    let numbers = Self.numberWidths.reduce(0) { $0 + $1.1 + 1 }
    let noteColumns = columns >= Self.wide ? Self.noteWidth + 1 : 0
    let kind = columns >= Self.wider ? 12 : 6
    // Between them stands a space each.
    let names = columns - Self.margin - numbers - noteColumns - kind - 3
    let channel = max(12, names * 3 / 10)
    let end = min((names - channel) / 2, 26)
    let widths: [(EdgeColumn, Int)] =
      [(.source, end), (.destination, end), (.kind, kind), (.channel, names - 2 * end)] + Self.numberWidths
    var start = Self.margin
    places = widths.map { column, width in
      defer { start += width + 1 }
      return Place(column: column, start: start, width: width)
    }
    note = noteColumns > 0 ? (start, columns - start) : nil
  }

  /// The column that a click is meant for; nil for none.
  func column(at place: Int) -> EdgeColumn? {
    places.first { $0.start <= place && place < $0.start + $0.width }?.column
  }

  /// What stands in a column of a line.
  func text(_ place: Place, of row: EdgeRow) -> String {
    let text =
      switch place.column {
      case .source: ShownText.process(row.source)
      case .destination: ShownText.destination(of: row)
      case .kind: ShownText.type(row.kind, columns: place.width)
      case .channel: ShownText.escaped(row.channel)
      case .messageRate: Figure.count(row.messageRate)
      case .byteRate: Figure.count(row.byteRate)
      case .messages: Figure.count(row.messages)
      case .delay: Figure.time(row.delay)
      case .unread: row.unread.map { Figure.count($0) } ?? "-"
      }
    return ShownText.cell(text, place.width, isNumber: place.column.isNumeric)
  }

  /// Puts the headings into a row.
  func putHeadings(_ grid: inout CellGrid, row: Int, sortedBy column: EdgeColumn?, isReversed: Bool) {
    for place in places {
      var heading = place.column.heading
      if place.column == column { heading += isReversed == place.column.isNumeric ? "↑" : "↓" }
      let style = place.column == column ? Style(.normal, [.bold, .underlined]) : Style(.normal, .underlined)
      grid.put(
        ShownText.cell(heading, place.width, isNumber: place.column.isNumeric), row: row, column: place.start,
        style: style)
    }
    if let note {
      grid.put(
        ShownText.cell("NOTE", note.width), row: row, column: note.start, style: Style(.normal, .underlined))
    }
  }

  /// Puts an edge into a row.
  func put(_ edge: EdgeRow, _ grid: inout CellGrid, row: Int, indent: Int = 0) {
    if !edge.lints.isEmpty { grid.put("!", row: row, column: 0, style: .caution) }
    for place in places {
      let isIdle = edge.messageRate == 0 && place.column.isNumeric
      var text = text(place, of: edge)
      if place.column == .source, indent > 0 {
        let words = ShownText.process(edge.source)
        text = ShownText.cell(String(repeating: " ", count: indent) + words, place.width)
      }
      grid.put(text, row: row, column: place.start, width: place.width, style: isIdle ? .dim : .plain)
    }
    if let note, !edge.lints.isEmpty {
      let words = edge.lints.map(\.text).joined(separator: ", ")
      grid.put(
        TerminalText.shortened(words, to: note.width), row: row, column: note.start, style: .caution)
    }
  }
}
