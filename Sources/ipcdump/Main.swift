import ArgumentParser
import Glibc
import IPCModel
import IPCSession

/// Entry point: turns errors into one line and an exit status (sysexits.h).
@main
enum Main {
  private static let usageStatus: Int32 = 64
  private static let privilegeStatus: Int32 = 77

  static func main() {
    let arguments = Arguments.all.dropFirst()
    do throws(Failure) {
      try Privilege.lower()
      if let script = try CompletionScript.requested(by: arguments) {
        print(script, terminator: "")
        exit(0)
      }
    } catch {
      Diagnostics.report(error)
      exit(status(of: error))
    }
    let command: any ParsableCommand
    // Not a subcommand of ArgumentParser's, which would take `-o` and the filters for those of a trace.
    let isReport = arguments.first == ReportCommand.word
    do {
      command =
        isReport
        ? try ReportCommand.parseAsRoot(Array(arguments.dropFirst()))
        : try IPCDump.parseAsRoot(Array(arguments))
      guard command is IPCDump || command is ReportCommand else {
        // Help or the version was asked for.
        var other = command
        try other.run()
        exit(0)
      }
    } catch {
      exitAfterParsing(error, isReport ? ReportCommand.self : IPCDump.self)
    }
    do throws(Failure) {
      exit(try execute(command))
    } catch {
      Diagnostics.report(error)
      exit(status(of: error))
    }
  }

  /// Does what was asked for.
  ///
  /// - Returns: Exit status.
  private static func execute(_ command: any ParsableCommand) throws(Failure) -> Int32 {
    if let options = command as? IPCDump { return try options.execute() }
    if let report = command as? ReportCommand { try report.execute() }
    return 0
  }

  private static func exitAfterParsing(_ error: any Error, _ command: any ParsableCommand.Type) -> Never {
    let text = command.message(for: error)
    if command.exitCode(for: error).isSuccess {
      print(command.fullMessage(for: error))
      exit(0)
    }
    let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    // tcpdump's habit.
    let isTime = Arguments.all.contains { $0.hasPrefix("-tt") }
    let advice =
      isTime
      ? "-t takes a type; for times see --time"
      : "see \(command.configuration.commandName ?? "ipcdump") --help"
    Diagnostics.report(Failure(.usage, "\(line) (\(advice))"))
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
