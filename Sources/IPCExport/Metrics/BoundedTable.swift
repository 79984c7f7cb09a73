/// Rows by keys, of which there are no more than a limit: what comes beyond it goes to one row for all others.
struct BoundedTable<Key: Hashable, Row> {
  private var places: [Key: Int] = [:]
  /// Keys and rows in the order in which they have come; the others' row is not among them.
  private(set) var rows: [(key: Key, row: Row)] = []
  /// What is added up of all keys beyond the limit; nil as long as there are none.
  private(set) var others: Row?
  private let limit: Int
  private let empty: Row

  /// Creates a table without rows.
  ///
  /// - Parameters:
  ///   - limit: Most rows.
  ///   - empty: A row of nothing.
  init(limit: Int, empty: Row) {
    self.limit = limit
    self.empty = empty
  }

  /// Changes the row of a key.
  mutating func update(_ key: Key, _ body: (inout Row) -> Void) {
    if let place = places[key] {
      body(&rows[place].row)
    } else if rows.count < limit {
      places[key] = rows.count
      var row = empty
      body(&row)
      rows.append((key, row))
    } else {
      var row = others ?? empty
      body(&row)
      others = row
    }
  }
}
