import ArgumentParser
import IPCModel
import IPCSession
import PlainText

/// `ipcdump ls`: which channels are open, and who has the other ends.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls",
    abstract: "List which channels processes have open, and who has the other ends.",
    discussion: """
      It looks at what is open now; nothing has to have been traced before, and nobody is stopped. Of a pipe, the bytes \
      that lie in it are told of how many it takes; of a socket, those that wait for its owner.
      """,
    version: IPCDump.version,
    helpNames: [.short, .long])

  @Option(
    name: [.customShort("p"), .customLong("pid")],
    help: ArgumentHelp("List what these processes have open.", valueName: "pid,..."),
    transform: { try PidList($0) })
  var pids: [PidList] = []

  @Option(
    name: [.customShort("P"), .customLong("comm")],
    help: ArgumentHelp("List what processes of this name have open.", valueName: "comm"))
  var comms: [String] = []

  @Option(
    name: [.customShort("t"), .customLong("type")],
    help: ArgumentHelp("List only channels of these types. [default: all]", valueName: "type,..."),
    completion: .list(ChannelTypeList.words),
    transform: { try ChannelTypeList($0) })
  var types: [ChannelTypeList] = []

  @Flag(help: "Write it as JSON: an object a line for each descriptor.")
  var json = false

  /// Looks, and tells.
  ///
  /// - Returns: Exit status.
  func execute() throws(Failure) -> Int32 {
    Diagnostics.start(verbosity: 0)
    var settings = ChannelListSettings()
    settings.pids = pids.isEmpty ? nil : pids.flatMap(\.pids)
    settings.names = comms.isEmpty ? nil : comms.map { Comm($0) }
    settings.types = types.isEmpty ? nil : Set(types.flatMap(\.names))
    settings.isJSON = json
    let output = try OutputFile(path: nil)
    try Privilege.raise()
    try ChannelListing(settings, to: output).run()
    return 0
  }
}

/// Types of open channels, separated by commas: those of `-t`, and what is only looked at and not traced.
struct ChannelTypeList {
  let names: [String]

  /// Those that are not traced.
  private static let others = ["network", "netlink", "terminal", "eventfd", "mqueue"]

  /// Words that shells complete.
  static let words = Kind.words + others.filter { !Kind.words.contains($0) }

  /// Parses an option's value.
  init(_ argument: String) throws {
    names = try argument.split(separator: ",", omittingEmptySubsequences: false).flatMap { word in
      if word == "all" || word == "a" { return Kind.names + Self.others }
      let kinds = Kind.named(word).map(\.row.name.description)
      if !kinds.isEmpty { return kinds }
      guard Self.others.contains(String(word)) else {
        let nearest = Spelling.nearest(to: word, among: Self.words)
        throw ValidationError("'\(word)' is no type" + (nearest.map { "; did you mean \($0)?" } ?? ""))
      }
      return [String(word)]
    }
  }
}
