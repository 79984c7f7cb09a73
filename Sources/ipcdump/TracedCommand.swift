import ArgumentParser
import Glibc
import IPCModel
import IPCSession

/// The command that is run and traced, and whom it runs as.
struct TracedCommand: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Run the command as this user; the default is who called sudo, else who runs ipcdump.",
      valueName: "user"))
  var user: String?

  @Argument(parsing: .postTerminator, help: ArgumentHelp("Command to run and trace.", valueName: "command"))
  var command: [String] = []

  /// Refuses `--` without a command: an empty variable behind it must not become a trace of the whole system.
  func validateTerminator() throws {
    guard command.isEmpty, Arguments.all.contains("--") else { return }
    throw ValidationError("no command follows --; name one, or leave -- out to trace the whole system")
  }

  /// Refuses a user without a command.
  func validateUser() throws {
    guard user != nil, command.isEmpty else { return }
    throw ValidationError("--user says who runs the command; add -- and a command, or leave --user out")
  }

  /// Whom the command runs as; nil for who runs ipcdump, or without a command.
  func identity() throws(Failure) -> Identity? {
    guard !command.isEmpty else { return nil }
    return try Identity.ofCommand(user: user) { getenv($0).map { String(cString: $0) } }
  }
}
