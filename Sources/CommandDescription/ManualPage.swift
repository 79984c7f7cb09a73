import PlainText

/// The manual page: hand-written sections, and the options as the command tells them.
///
/// Options stand in the template between the lines `.\" @options` and `.\" @end`. What it has to say of one beyond the help follows
/// a line `.\" @more NAME` there. `@VERSION@` is the version.
public struct ManualPage {
  private let template: String
  private let version: String

  /// Takes the page without its options.
  public init(template: String, version: String) {
    self.template = template
    self.version = version
  }

  private static let start = #".\" @options"#
  private static let more = #".\" @more "#
  private static let end = #".\" @end"#

  /// The page in man(7).
  public func text(of command: CommandDescription) throws(DescriptionError) -> String {
    let lines = template.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard let start = lines.firstIndex(of: Self.start), let end = lines[start...].firstIndex(of: Self.end)
    else {
      throw DescriptionError("the manual's template has no lines \(Self.start) and \(Self.end)")
    }
    let remarks = try remarks(lines[(start + 1)..<end])
    let known = Set(
      command.all.flatMap { words, command in
        command.options.flatMap { $0.names.map { (words + [$0]).joined(separator: " ") } }
      })
    if let unknown = remarks.keys.filter({ !known.contains($0) }).min() {
      throw DescriptionError("the manual's template tells more of \(unknown), which is no option")
    }
    let options = command.all.flatMap { section(of: $1, under: $0, remarks) }
    return (lines[..<start] + options + lines[(end + 1)...]).joined(separator: "\n")
      .with(version, for: "@VERSION@")
  }

  /// What the template says of each option beyond the help.
  private func remarks(_ lines: ArraySlice<String>) throws(DescriptionError) -> [String: [String]] {
    var remarks: [String: [String]] = [:]
    var option: String?
    for line in lines {
      if line.hasPrefix(Self.more) {
        let name = String(line.dropFirst(Self.more.count))
        guard remarks.updateValue([], forKey: name) == nil else {
          throw DescriptionError("the manual's template tells more of \(name) twice")
        }
        option = name
      } else if let heading = [".SH", ".SS", ".TP"].first(where: line.hasPrefix) {
        // Such as one of an option that was written by hand, which would be there twice.
        throw DescriptionError(
          "the manual's template has \(heading) among the options, whose headings are made")
      } else if let option {
        remarks[option]?.append(line)
      } else {
        throw DescriptionError("the manual's template has text before the first \(Self.more)")
      }
    }
    return remarks
  }

  /// The options of a command, by the help's sections.
  private func section(
    of command: CommandDescription, under words: [String], _ remarks: [String: [String]]
  ) -> [String] {
    var lines: [String] = []
    var title: String?
    for option in command.options {
      let next =
        words.isEmpty
        ? option.section ?? "Other" : ([option.section] + words).compactMap(\.self).joined(separator: ": ")
      if next != title { lines += [".SS \(Roff.text(next))"] }
      title = next
      lines += [".TP", heading(of: option), Roff.line(option.summary)]
      if let standard = option.standard { lines.append("The default is \(Roff.bold(standard)).") }
      lines += option.names.flatMap { remarks[(words + [$0]).joined(separator: " ")] ?? [] }
    }
    return lines
  }

  /// Names and value as they are typed.
  private func heading(of option: OptionDescription) -> String {
    let names = option.names.map(Roff.bold).joined(separator: ", ")
    guard let value = option.value else { return names }
    if let choices = value.choices { return "\(names) \(choices.map(Roff.bold).joined(separator: " | "))" }
    return "\(names) \(Roff.italic(value.name))\(value.isList ? ",..." : "")"
  }
}

/// Text as man(7) takes it.
enum Roff {
  /// Text within a line: a hyphen that can be copied, a backslash that is one.
  static func text(_ text: String) -> String {
    text.with(#"\e"#, for: #"\"#).with(#"\-"#, for: "-")
  }

  /// Text that may begin a line, where a dot or a quote would be a request.
  static func line(_ text: String) -> String {
    (text.hasPrefix(".") || text.hasPrefix("'") ? #"\&"# : "") + Self.text(text)
  }

  static func bold(_ text: String) -> String { #"\fB"# + Self.text(text) + #"\fR"# }

  static func italic(_ text: String) -> String { #"\fI"# + Self.text(text) + #"\fR"# }
}
