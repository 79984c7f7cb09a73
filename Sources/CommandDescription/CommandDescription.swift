import PlainText

/// A command, its options and its subcommands.
public struct CommandDescription {
  /// How it is called.
  public let name: String
  /// What it is for, in a sentence.
  let summary: String
  /// Flags and options in the order of the help.
  let options: [OptionDescription]
  /// What its arguments are, if they may stand before `--`.
  let argument: ValueDescription?
  let subcommands: [CommandDescription]

  /// Reads what `--experimental-dump-help` writes.
  public init(dump: String) throws(DescriptionError) {
    self.init(try Self.command(in: dump), isSubcommand: false)
  }

  private static func command(in dump: String) throws(DescriptionError) -> DumpedHelp.Command {
    do {
      return try PlainJSONDecoder.value(DumpedHelp.self, from: dump).command
    } catch {
      throw DescriptionError("this is no output of --experimental-dump-help: \(error)")
    }
  }

  private init(_ dumped: DumpedHelp.Command, isSubcommand: Bool) {
    let shown = (dumped.subcommands ?? []).filter(\.isShown)
    // Who gives no subcommand gives the default one's options.
    let standard = shown.first { $0.commandName == dumped.defaultSubcommand }
    let arguments = ((standard?.arguments ?? []) + (dumped.arguments ?? [])).filter(\.shouldDisplay)
    var seen: Set<[String]> = []
    name = dumped.commandName
    summary = dumped.abstract ?? ""
    options = arguments.filter { $0.kind != "positional" }.map(OptionDescription.init)
      .filter { seen.insert($0.names).inserted }
    // The traced command's words are those behind `--`.
    argument = isSubcommand ? arguments.first { $0.kind == "positional" }.map(ValueDescription.init) : nil
    subcommands =
      shown.filter { $0.commandName != standard?.commandName }
      .map { CommandDescription($0, isSubcommand: true) }
  }

  /// Every name of an option, as it is typed.
  public var optionNames: [String] { options.flatMap(\.names) }

  /// Whether a word may stand before `--` that is neither an option nor the value of one.
  public var takesArgument: Bool { argument != nil }

  /// The option that a word names, with its dashes; nil if there is none.
  public func option(named name: String) -> OptionDescription? { options.first { $0.names.contains(name) } }

  /// The command that a subcommand's name stands for: itself, if that is nil or the default one's.
  public func subcommand(named name: String?) -> CommandDescription {
    subcommands.first { $0.name == name } ?? self
  }

  /// This command and all below it, each with the words that lead to it.
  var all: [(words: [String], command: CommandDescription)] {
    [([], self)] + subcommands.map { ([$0.name], $0) }
  }
}

/// An option, or a flag.
public struct OptionDescription {
  /// As they are typed.
  public let names: [String]
  /// What it does, in a sentence.
  let summary: String
  /// The part of the help that it stands in.
  let section: String?
  /// Whether it may be given several times, each time with another value.
  public let isRepeating: Bool
  /// What must follow; nil for a flag.
  let value: ValueDescription?
  /// What holds without it.
  let standard: String?

  /// Whether something must follow, which a flag takes nothing of.
  public var takesValue: Bool { value != nil }

  init(_ dumped: DumpedHelp.Argument) {
    names = (dumped.names ?? []).map(\.word)
    summary = dumped.abstract ?? ""
    section = dumped.sectionTitle
    isRepeating = dumped.isRepeating
    value = dumped.kind == "flag" ? nil : ValueDescription(dumped)
    standard = dumped.defaultValue
  }
}

/// A shell that can be taught what to complete.
public enum CompletedShell: String, CaseIterable, Sendable {
  case bash
  case zsh
  case fish
}

extension CommandDescription {
  /// What a shell completes, as a script in its language.
  public func completionScript(for shell: CompletedShell) -> String {
    switch shell {
    case .bash: BashCompletion(self).text
    case .zsh: ZshCompletion(self).text
    case .fish: FishCompletion(self).text
    }
  }
}

/// Why nothing can be written.
public struct DescriptionError: Error {
  /// In a sentence.
  public let message: String

  /// Says why.
  public init(_ message: String) { self.message = message }
}
