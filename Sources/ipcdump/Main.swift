import ArgumentParser
import Glibc
import IPCModel
import IPCSession
import ProcessShims

/// Entry point: turns errors into one line and an exit status (sysexits.h).
@main
enum Main {
  private static let usageStatus: Int32 = 64
  private static let privilegeStatus: Int32 = 77

  static func main() {
    var arguments = Arguments.all.dropFirst()
    do throws(Failure) {
      try Privilege.lower()
      if let script = try CompletionScript.requested(by: arguments) {
        print(script, terminator: "")
        exit(0)
      }
      if WhereHelp.isRequested(by: arguments) {
        print(WhereHelp.text, terminator: "")
        exit(0)
      }
      switch try Extcap.request(by: arguments) {
      case .answer(let text):
        print(text, terminator: "")
        exit(0)
      case .trace(let words): arguments = words[...]
      case nil: break
      }
    } catch {
      Diagnostics.report(error)
      exit(status(of: error))
    }
    var words = CommandWords(arguments)
    var config: ConfigFile?
    let command: any ParsableCommand
    do {
      config = try configFile(of: words)
      if let config { words = words.preceded(by: try config.words(words.description())) }
      command = try IPCDump.parseAsRoot(words.separated().all)
      guard isExecutable(command) else {
        // Help or the version was asked for.
        var other = command
        try other.run()
        exit(0)
      }
    } catch {
      exitAfterParsing(error, words, config)
    }
    do throws(Failure) {
      exit(try execute(command))
    } catch {
      Diagnostics.report(error)
      exit(status(of: error))
    }
  }

  /// Whether there is something to do, and not only help or the version to show.
  private static func isExecutable(_ command: any ParsableCommand) -> Bool {
    command is TraceCommand || command is ReportCommand || command is WhyCommand || command is ListCommand
      || command is TopCommand
  }

  /// Does what was asked for.
  ///
  /// - Returns: Exit status.
  private static func execute(_ command: any ParsableCommand) throws(Failure) -> Int32 {
    if let options = command as? TraceCommand { return try options.execute() }
    if let why = command as? WhyCommand { return try why.execute() }
    if let list = command as? ListCommand { return try list.execute() }
    if let top = command as? TopCommand { return try top.execute() }
    if let report = command as? ReportCommand { try report.execute() }
    return 0
  }

  /// The file of options that the words name; nil if they name none.
  private static func configFile(of words: CommandWords) throws(Failure) -> ConfigFile? {
    // What can be done without is not asked for: who starts ipcdump waits for it.
    guard words.own.contains(where: { $0.hasPrefix(ConfigFile.option) }) else { return nil }
    guard words.subcommand ?? TraceCommand._commandName == TraceCommand._commandName else { return nil }
    return try words.value(of: ConfigFile.option, words.description()).map { path throws(Failure) in
      try ConfigFile(path: path)
    }
  }

  private static func exitAfterParsing(
    _ error: any Error, _ words: CommandWords, _ config: ConfigFile?
  ) -> Never {
    if let failure = error as? Failure {
      Diagnostics.report(failure)
      exit(status(of: failure))
    }
    if IPCDump.exitCode(for: error).isSuccess {
      print(IPCDump.fullMessage(for: error))
      exit(0)
    }
    let failure = UsageMessage(words).failure(error)
    Diagnostics.report(config?.locating(failure) ?? failure)
    exit(usageStatus)
  }

  private static func status(of failure: Failure) -> Int32 {
    switch failure.cause {
    case .usage: usageStatus
    case .privilege: privilegeStatus
    case .system: 1
    case .commandNotFound: 127
    case .commandNotExecutable: 126
    }
  }
}

/// The words of the command line, as the system has handed them to the process.
///
/// `CommandLine.arguments` would be empty where /proc is not mounted, and a trace of nothing but a command would become
/// one of the whole machine.
enum Arguments {
  /// All of them, the program's name first.
  static let all: [String] = {
    var count: Int32 = 0
    guard let words = process_arguments(&count) else { return CommandLine.arguments }
    return (0..<Int(count)).compactMap { words[$0].map { String(cString: $0) } }
  }()
}

/// The command line: a subcommand, or the options of a trace.
struct IPCDump: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ipcdump",
    abstract: TraceCommand.configuration.abstract,
    usage: TraceCommand.configuration.usage,
    subcommands: [TraceCommand.self, ReportCommand.self, WhyCommand.self, ListCommand.self, TopCommand.self],
    defaultSubcommand: TraceCommand.self,
    // Whoever asks for help without a subcommand gets that of a trace.
    helpNames: [])

  /// Version of this program.
  static let version = "ipcdump 0.1.0"

  /// Names of the subcommands, that of a trace included, which may be left out.
  static let subcommandNames = configuration.subcommands.map { $0._commandName }
}
