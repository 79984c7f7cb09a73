import ArgumentParser
import CommandDescription
import IPCModel
import PlainText

/// What is said of a command line that is refused: one sentence with the way out.
struct UsageMessage {
  private let words: CommandWords
  private let description: CommandDescription?

  /// Prepares for a command line.
  init(_ words: CommandWords) {
    self.words = (try? words.separated()) ?? words
    description = try? words.description()
  }

  /// The failure that a parser's error is.
  func failure(_ error: any Error) -> Failure {
    Failure(.usage, sentence(IPCDump.message(for: error)))
  }

  /// The sentence for what the parser says.
  func sentence(_ message: String) -> String {
    let line = message.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    // A word that has no place makes the parser complain of whatever comes first.
    let isAboutPlaces = ["Unknown option", "nexpected argument", "Invalid option"].contains { line.holds($0) }
    let sentence =
      switch description.flatMap({ words.firstMisfit($0) }) {
      case .word(let word, let before, let after):
        hint(
          for: WordHint(
            word, before: before, after: after, of: words,
            hasExpressions: description?.option(named: "--where") != nil),
          orElse: isAboutPlaces ? nil : line)
      case .option(let name) where isAboutPlaces: unknown(name)
      case .option, nil: plain(line)
      }
    // Who is told what to type needs no list of everything.
    let isEnough = ["did you mean", "; "].contains { sentence.holds($0) }
    let command = (["ipcdump"] + (words.subcommand.map { [$0] } ?? [])).joined(separator: " ")
    return isEnough ? sentence : "\(sentence) (see \(command) --help)"
  }

  /// What is said of a word that has no place, or of something else that is wrong: the options of a command that stands
  /// there without `--` have been taken for ipcdump's.
  private func hint(for word: WordHint, orElse line: String?) -> String {
    guard let line, !word.isCommand else { return word.sentence }
    return plain(line)
  }

  // MARK: - Options that there are not

  private func unknown(_ name: String) -> String {
    if let habit = Self.habits[name] { return "there is no option \(name); \(habit)" }
    if CommandWords.isTimeOption(name) {
      return "there is no option \(name); -t takes a type, and times are chosen with --time"
    }
    let names = description?.optionNames.filter { $0.hasPrefix("--") } ?? []
    let nearest = name.hasPrefix("--") ? Spelling.nearest(to: name, among: names) : nil
    return "there is no option \(name)" + (nearest.map { "; did you mean \($0)?" } ?? "")
  }

  /// Options of tcpdump and strace that fingers know, and what serves here.
  private static let habits = [
    "-i": "local traffic is watched wherever it goes, so leave -i out",
    "-n": "addresses and ports are shown as they are, so leave -n out",
    "-l": "lines are written as they come, so leave -l out",
    "-A": "contents are shown as ASCII with -X, as lines of text with --text",
    "-e": "types are chosen with -t",
    "-u": "who runs the command is said with --user",
  ]

  // MARK: - Values

  /// The parser's words put shortly: what it says of a value begins with the option as it was typed.
  private func plain(_ line: String) -> String {
    // Of a word that could be an unknown option or several known ones, the last of which lacks its value.
    let line = line.parts(between: " or: ").last ?? line
    if let missing = line.text(between: "Missing value for '", and: "'") {
      let parts = missing.parts(between: " <")
      return "\(parts[0]) lacks what follows it" + (parts.count > 1 ? ": <\(parts[1])" : "")
    }
    if let flag = line.text(between: "The option '", and: "' does not take any value, but '") {
      return "\(flag) takes no value"
    }
    guard let value = line.text(between: "The value '", and: "' is invalid for '"),
      let option = line.text(between: "' is invalid for '", and: "'")
    else { return line }
    let name = option.parts(between: " <")[0]
    if let reason = line.rest(behind: "is invalid for '\(option)': ") { return "\(name) \(value): \(reason)" }
    if let choices = Self.choices(line) {
      let nearest = Spelling.nearest(to: value, among: choices)
      return "\(name) \(value): \(name) takes \(choices.joined(separator: ", "))"
        + (nearest.map { "; did you mean \($0)?" } ?? "")
    }
    let kind = option.parts(between: " <").last.flatMap { Self.kinds[$0] }
    return "\(name) \(value): '\(value)' is no \(kind ?? "value for it")"
  }

  /// What an option takes, as the parser lists it: behind dashes, or in quotes if there are few.
  private static func choices(_ line: String) -> [String]? {
    if let list = line.rest(behind: "one of the following: - ") { return list.parts(between: " - ") }
    guard let list = line.rest(behind: "Please provide one of '") else { return nil }
    return stride(from: 0, to: list.parts(between: "'").count - 1, by: 2).map { list.parts(between: "'")[$0] }
  }

  /// What the values are, by what the help calls them.
  private static let kinds = [
    "bytes>": "number of bytes, as in 65536, 64k or 16M", "count>": "whole number", "ms>": "whole number",
    "megabytes>": "whole number", "seconds>": "whole number",
  ]
}

extension String {
  /// What stands between two texts, of which the second is the next one; nil if they do not stand there.
  fileprivate func text(between start: String, and end: String) -> String? {
    guard let rest = rest(behind: start), rest.holds(end) else { return nil }
    return rest.parts(between: end)[0]
  }

  /// What stands behind a text; nil if it does not stand there.
  fileprivate func rest(behind text: String) -> String? {
    let parts = parts(between: text)
    return parts.count > 1 ? parts.dropFirst().joined(separator: text) : nil
  }
}
