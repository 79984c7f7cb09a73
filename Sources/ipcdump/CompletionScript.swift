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
    let words = RawWords(arguments)
    guard words.has(option) else { return nil }
    if let name = words.value(of: option) { return try text(for: name) }
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
