import ArgumentParser
import CommandDescription
import Glibc
import IPCModel

/// What `--generate-completion-script` prints, instead of what ArgumentParser would: that knows neither lists nor processes.
enum CompletionScript {
  private static let option = "--generate-completion-script"

  /// The script that a command line asks for; nil if it asks for none.
  ///
  /// - Parameter arguments: The words behind the command's name.
  static func requested(by arguments: some Collection<String>) throws(Failure) -> String? {
    let own = Array(arguments.prefix { $0 != "--" })
    guard let place = own.firstIndex(where: { $0 == option || $0.hasPrefix("\(option)=") }) else {
      return nil
    }
    let word = own[place]
    if word != option { return try text(for: String(word.dropFirst(option.count + 1))) }
    if place + 1 < own.count { return try text(for: own[place + 1]) }
    // Whoever says nothing means the shell at hand.
    let path = getenv("SHELL").map { String(cString: $0) } ?? ""
    return try text(for: String(path.split(separator: "/").last ?? ""))
  }

  /// The script for a shell of this name.
  static func text(for name: String) throws(Failure) -> String {
    guard let shell = CompletedShell(rawValue: name) else {
      let names = CompletedShell.allCases.map(\.rawValue).joined(separator: ", ")
      throw Failure(.usage, "\(option) knows no shell \"\(name)\"", advice: "it takes one of \(names)")
    }
    return try command().completionScript(for: shell)
  }

  /// ipcdump's own options.
  static func command() throws(Failure) -> CommandDescription {
    do throws(DescriptionError) {
      return try CommandDescription(dump: IPCDump._dumpHelp())
    } catch {
      throw Failure(.system, "cannot tell what there is to complete: \(error.message)")
    }
  }
}
