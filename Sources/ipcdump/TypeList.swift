import IPCModel

/// Output of `--list-types`.
enum TypeList {
  static func print() {
    Swift.print("all (a): every type below")
    for kind in Kind.all {
      Swift.print("\(kind.row.name) (\(kind.row.aliases.joined(separator: ", "))): \(kind.row.summary)")
    }
  }
}
