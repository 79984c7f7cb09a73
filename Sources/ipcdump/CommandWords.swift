import CommandDescription
import IPCModel

/// The words of a command line, as far as they are ipcdump's own, and what is wrong with them.
///
/// swift-argument-parser takes the value of a short option from the next word, or from behind a `=`. Here it may be
/// attached as everywhere else (getopt(3)): `-c5`, and behind flags `-xfjson`. The words behind `--` are the traced
/// command's, and are never looked at.
struct CommandWords {
  /// The word that names a subcommand; nil if there is none.
  let subcommand: String?
  /// ipcdump's own words behind that.
  private(set) var own: [String]
  /// `--` and the traced command's words; empty if there is no `--`.
  let rest: [String]

  /// Takes the words behind ipcdump's name.
  init(_ words: some Collection<String>) {
    let own = words.prefix { $0 != "--" }
    rest = Array(words.dropFirst(own.count))
    subcommand = own.first.flatMap { IPCDump.subcommandNames.contains($0) ? $0 : nil }
    self.own = Array(own.dropFirst(subcommand == nil ? 0 : 1))
  }

  /// All words again, those of ipcdump as the parser takes them.
  var all: [String] { (subcommand.map { [$0] } ?? []) + own + rest }

  /// These words with others before ipcdump's own, so that what is typed comes on top.
  func preceded(by others: [String]) -> CommandWords {
    var words = self
    words.own = others + own
    return words
  }

  /// The value of an option that is given once; nil if it is not given, or has no value.
  ///
  /// - Parameters:
  ///   - name: The option, a long one.
  ///   - description: All options, whose values are none themselves.
  func value(of name: String, _ description: CommandDescription) -> String? {
    var words = own[...]
    while let word = words.popFirst() {
      if word == name { return words.first }
      if word.hasPrefix("\(name)=") { return String(word.dropFirst(name.count + 1)) }
      guard word.hasPrefix("--"), description.option(named: word)?.takesValue == true else { continue }
      _ = words.popFirst()
    }
    return nil
  }

  /// These words with every attached value behind a `=`.
  func separated() throws(Failure) -> CommandWords {
    // What can be done without is not asked for: who starts ipcdump waits for it.
    guard own.contains(where: Self.isCluster) else { return self }
    let description = try description()
    var words = self
    words.own = own.flatMap { Self.separated($0, description) }
    return words
  }

  /// Options that these words may be.
  func description() throws(Failure) -> CommandDescription {
    try CompletionScript.command().subcommand(named: subcommand)
  }

  /// Whether several letters stand behind one dash.
  private static func isCluster(_ word: String) -> Bool {
    word.hasPrefix("-") && !word.hasPrefix("--") && word.count > 2
  }

  private static func separated(_ word: String, _ description: CommandDescription) -> [String] {
    guard isCluster(word), !isTimeOption(word) else { return [word] }
    var flags = "-"
    var value = word.dropFirst()
    while let letter = value.popFirst() {
      guard let option = description.option(named: "-\(letter)") else { return [word] }
      guard option.takesValue else {
        flags.append(letter)
        continue
      }
      if value.isEmpty { return [word] }
      if value.first == "=" { value.removeFirst() }
      return (flags == "-" ? [] : [flags]) + ["-\(letter)=\(value)"]
    }
    return [word]
  }

  /// Whether a word is an option of tcpdump for times (`-tt`, `-ttt`), which would mean terminals here (`-t t`).
  static func isTimeOption(_ word: String) -> Bool {
    word.count > 2 && word.hasPrefix("-t") && word.dropFirst().allSatisfy { $0 == "t" }
  }
}

extension CommandWords {
  /// A word of ipcdump's own that has no place there.
  enum Misfit: Equatable {
    /// It is neither an option nor the value of one; behind it are other words.
    case word(String, before: [String], after: [String])
    /// There is no such option.
    case option(String)
  }

  /// The first word that has no place; nil if all have one.
  func firstMisfit(_ description: CommandDescription) -> Misfit? {
    var places = description.takesArgument ? 1 : 0
    var index = 0
    while index < own.count {
      let word = own[index]
      index += 1
      guard word.hasPrefix("-"), word != "-" else {
        if places == 0 {
          return .word(word, before: Array(own[..<(index - 1)]), after: Array(own[index...]))
        }
        places -= 1
        continue
      }
      for name in Self.names(in: word) {
        guard let option = description.option(named: name) else { return .option(name) }
        // A value is the next word, unless that is an option or it stands behind a =.
        guard option.takesValue, !word.contains("="), index < own.count else { continue }
        if own[index] == "-" || !own[index].hasPrefix("-") { index += 1 }
      }
    }
    return nil
  }

  /// The options in a word: one, or several letters behind one dash.
  private static func names(in word: String) -> [String] {
    let name = word.prefix { $0 != "=" }
    if name.hasPrefix("--") || isTimeOption(word) { return [String(name)] }
    return name.dropFirst().map { "-\($0)" }
  }
}
