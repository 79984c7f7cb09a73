/// An option, or a flag.
struct OptionDescription {
  /// As they are typed.
  let names: [String]
  /// What it does, in a sentence.
  let summary: String
  /// The part of the help that it stands in.
  let section: String?
  let isRepeating: Bool
  /// What must follow; nil for a flag.
  let value: ValueDescription?
  /// What holds without it.
  let standard: String?

  init(_ dumped: DumpedHelp.Argument) {
    names = (dumped.names ?? []).map(\.word)
    summary = dumped.abstract ?? ""
    section = dumped.sectionTitle
    isRepeating = dumped.isRepeating
    value = dumped.kind == "flag" ? nil : ValueDescription(dumped)
    standard = dumped.defaultValue
  }
}
