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
    /// How its value is to be read.
    let form: MetaField.Form
    /// The column that it is in.
    let column: Int
  }

  /// Creates the columns of kinds, given the fields of each.
  init(_ kinds: [[MetaField]]) {
    var names: [StaticString] = []
    var seen: Set<String> = []
    let fields = kinds.joined()
    let ordered = fields.filter { $0.role != .bytesMissing } + fields.filter { $0.role == .bytesMissing }
    for field in ordered where seen.insert(field.name.description).inserted {
      names.append(field.name)
    }
    rows = kinds.map { fields in
      names.enumerated().compactMap { column, name in
        let position = fields.firstIndex { $0.name.description == name.description }
        return position.map { Cell(position: $0, form: fields[$0].form, column: column) }
      }
    }
    self.names = names
  }

  /// The cells of a kind, in their order.
  func row(of kind: Kind) -> [Cell] { rows[Int(kind.rawValue)] }
}
