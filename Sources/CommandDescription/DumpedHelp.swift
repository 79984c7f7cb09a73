/// What swift-argument-parser tells of a command in JSON; of it, what is used here.
struct DumpedHelp: Decodable {
  struct Command: Decodable {
    let commandName: String
    let abstract: String?
    let arguments: [Argument]?
    let subcommands: [Command]?
    let defaultSubcommand: String?
    let shouldDisplay: Bool?

    /// The parser lists a subcommand `help` also of commands that do not know it; `--help` is there anyway.
    var isShown: Bool { shouldDisplay ?? true && commandName != "help" }
  }

  struct Argument: Decodable {
    let kind: String
    let shouldDisplay: Bool
    let isRepeating: Bool
    let names: [Name]?
    let valueName: String?
    let abstract: String?
    let defaultValue: String?
    let allValues: [String]?
    let completionKind: Completion?
    let sectionTitle: String?
  }

  struct Name: Decodable {
    let kind: String
    let name: String

    /// As it is typed.
    var word: String { (kind == "long" ? "--" : "-") + name }
  }

  struct Completion: Decodable {
    struct List: Decodable { let values: [String] }

    let list: List?
  }

  let command: Command
}
