/// What follows an option.
struct ValueDescription {
  /// What a shell can offer.
  enum Source: Equatable {
    case words([String])
    case files
    case processes
    case processNames
    case users
    case nothing
  }

  /// Its name in the help, without the dots of a list.
  let name: String
  /// Whether several may be given, separated by commas.
  let isList: Bool
  /// All that it can be; nil if there are others.
  let choices: [String]?
  let source: Source

  init(_ dumped: DumpedHelp.Argument) {
    let listEnd = ",..."
    let shown = dumped.valueName ?? ""
    isList = shown.hasSuffix(listEnd)
    name = isList ? String(shown.dropLast(listEnd.count)) : shown
    choices = dumped.allValues
    source =
      if let words = dumped.completionKind?.list?.values ?? dumped.allValues {
        .words(words)
      } else {
        Self.sources[name] ?? .nothing
      }
  }

  /// What the names that the help uses stand for.
  private static let sources: [String: Source] = [
    "file": .files, "path": .files, "pid": .processes, "comm": .processNames, "user": .users,
  ]
}
