import ArgumentParser

/// The command line: a subcommand, or the options of a trace.
struct IPCDump: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ipcdump",
    abstract: TraceCommand.configuration.abstract,
    usage: TraceCommand.configuration.usage,
    subcommands: [TraceCommand.self, ReportCommand.self],
    defaultSubcommand: TraceCommand.self,
    // Whoever asks for help without a subcommand gets that of a trace.
    helpNames: [])

  /// Version of this program.
  static let version = "ipcdump 0.1.0"

  /// The subcommand that a command line is about.
  ///
  /// - Parameter arguments: The words behind the command's name.
  static func subcommand(of arguments: some Collection<String>) -> any ParsableCommand.Type {
    configuration.subcommands.first { $0.configuration.commandName == arguments.first } ?? TraceCommand.self
  }
}
