import IPCModel

/// Columns that the meta fields of all kinds share, worked out once.
struct CSVColumns: Sendable {
  /// Every field name of the registry once, in the order of first occurrence; what says of any kind why contents are
  /// missing stands last, beside them.
  let names: [StaticString]
  /// For each kind, its fields in the order of the columns.
  private let rows: [[Cell]]

  /// A field of a kind.
  struct Cell: Sendable {
    /// Its position in the kind's fields.
    let position: Int
    /// Columns from the one of the cell before, or from the first one.
    let distance: Int
  }

  /// Creates the columns of kinds, given the fields of each.
  init(_ kinds: [[MetaField]]) {
    var names: [StaticString] = []
    var seen: Set<String> = []
    let fields = kinds.joined()
    let last = MetaField.bytesMissing.name.description
    let ordered =
      fields.filter { $0.name.description != last } + fields.filter { $0.name.description == last }
    for field in ordered where seen.insert(field.name.description).inserted {
      names.append(field.name)
    }
    rows = kinds.map { fields in
      var last = 0
      var cells: [Cell] = []
      for (column, name) in names.enumerated() {
        guard let position = fields.firstIndex(where: { $0.name.description == name.description }) else {
          continue
        }
        cells.append(Cell(position: position, distance: column - last))
        last = column
      }
      return cells
    }
    self.names = names
  }

  /// The cells of a kind, in their order.
  func row(of kind: Kind) -> [Cell] { rows[Int(kind.rawValue)] }
}
