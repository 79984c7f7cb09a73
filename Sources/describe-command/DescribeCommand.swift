import CommandDescription
import Foundation

/// Writes the manual page and what shells complete out of what a command tells of its own options:
/// `describe-command MANUAL-TEMPLATE VERSION FOLDER DUMP`, of which the dump is what `COMMAND --experimental-dump-help` has
/// written.
@main
enum DescribeCommand {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 5 else {
      end(64, "usage: describe-command MANUAL-TEMPLATE VERSION FOLDER DUMP")
    }
    let dump = try String(contentsOf: URL(filePath: arguments[4]), encoding: .utf8)
    let template = String(decoding: try Data(contentsOf: URL(filePath: arguments[1])), as: UTF8.self)
    let folder = URL(filePath: arguments[3])
    do throws(DescriptionError) {
      let command = try CommandDescription(dump: dump)
      let files = [
        "\(command.name).8": try ManualPage(template: template, version: arguments[2]).text(of: command),
        "\(command.name).bash": command.completionScript(for: .bash),
        "_\(command.name)": command.completionScript(for: .zsh),
        "\(command.name).fish": command.completionScript(for: .fish),
      ]
      for (name, text) in files { try write(text, to: folder.appending(path: name)) }
    } catch {
      end(1, "describe-command: \(error.message)")
    }
  }

  private static func write(_ text: String, to file: URL) throws(DescriptionError) {
    do {
      try Data(text.utf8).write(to: file)
    } catch {
      throw DescriptionError("cannot write \(file.path): \(error)")
    }
  }

  private static func end(_ status: Int32, _ message: String) -> Never {
    FileHandle.standardError.write(Data("\(message)\n".utf8))
    exit(status)
  }
}
