import ArgumentParser
import Glibc
import IPCModel
import IPCSession

/// `ipcdump why`: who waits for whom, and what of it will never end.
struct WhyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Tell who waits for whom, and what will never end.",
    usage: """
      ipcdump why [<options>] [-- <command> [<argument> ...]]
      """,
    discussion: """
      It looks at what runs now; nothing has to have been traced before, and nobody is stopped. The exit status is 3 if \
      a deadlock was found.

      With a command, it looks when the command has made no progress for a time, or when SIGUSR1 comes; if the command \
      is in a deadlock, that is told and the command is ended.
      """,
    version: IPCDump.version,
    helpNames: [.short, .long])

  @Option(
    name: .customShort("p"),
    help: ArgumentHelp("Tell only what these processes are in or behind.", valueName: "pid,..."),
    transform: { try PidList($0) })
  var pids: [PidList] = []

  @Flag(help: "Tell it as JSON: one object in a line.")
  var json = false

  @Option(help: ArgumentHelp("Look again and again, after so many seconds each.", valueName: "seconds"))
  var watch: TimeSpan?

  @Option(
    help: ArgumentHelp(
      "With a command: look after so long without progress. [default: 5s]", valueName: "seconds"))
  var after: TimeSpan?

  @Option(
    help: ArgumentHelp(
      "Colour the text; auto does on a terminal, unless NO_COLOR is set.", valueName: "when"))
  var color = OutputOptions.Color.auto

  @Option(
    help: ArgumentHelp(
      "Run the command as this user; the default is who called sudo, else who runs ipcdump.",
      valueName: "user"))
  var user: String?

  @Argument(
    parsing: .postTerminator, help: ArgumentHelp("Command to run and ask about.", valueName: "command"))
  var command: [String] = []

  func validate() throws {
    guard command.isEmpty else {
      if !pids.isEmpty {
        throw ValidationError("-p names processes that run already; leave it or the command out")
      }
      if watch != nil { throw ValidationError("--watch looks without a command; see --after") }
      return
    }
    // As for a trace: an empty variable behind `--` must not become a look at the whole system.
    if Arguments.all.contains("--") {
      throw ValidationError("no command follows --; name one, or leave -- out to look at the whole system")
    }
    if after != nil { throw ValidationError("--after is for a command; add -- and one, or see --watch") }
    if user != nil { throw ValidationError("--user says who runs the command; add -- and one") }
  }

  /// Looks, and tells.
  ///
  /// - Returns: Exit status.
  func execute() throws(Failure) -> Int32 {
    Diagnostics.start(verbosity: 0)
    var settings = WaitSettings()
    settings.pids = pids.isEmpty ? nil : pids.flatMap(\.pids)
    settings.isJSON = json
    settings.interval = watch?.nanoseconds
    settings.command = command
    if let after { settings.patience = after.nanoseconds }
    if !command.isEmpty {
      settings.identity = try Identity.ofCommand(user: user) { getenv($0).map { String(cString: $0) } }
    }
    let output = try OutputFile(path: nil)
    settings.isColored = color.isWanted(onTerminal: output.isTerminal)
    try Privilege.raise()
    return try WaitWatch(settings, to: output).run()
  }
}
