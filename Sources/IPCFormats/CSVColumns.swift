import IPCModel

/// Columns that the meta fields of all kinds share, worked out once.
struct CSVColumns: Sendable {
  /// Every field name of the registry once, in the order of first occurrence; what says of any kind why contents are
  /// missing stands last, beside them.
  let names: [StaticString]
  /// For each kind, the position of its field that is in each column; nil where it has none.
  private let positions: [[Int?]]

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
    positions = kinds.map { fields in
      names.map { name in
        fields.firstIndex { $0.name.description == name.description }
      }
    }
    self.names = names
  }

  /// Position in a kind's fields of what is in `column`.
  func position(in kind: Kind, column: Int) -> Int? { positions[Int(kind.rawValue)][column] }
}
