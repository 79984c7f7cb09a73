/// What zsh completes.
struct ZshCompletion {
  private let command: CommandDescription

  init(_ command: CommandDescription) { self.command = command }

  /// A function for a folder of `fpath`.
  var text: String {
    let names = command.subcommands.map(\.name).joined(separator: " | ")
    let choice =
      names.isEmpty ? "" : "\n  case $words[2] in (\(names)) (( CURRENT > 2 )) && place=$words[2] ;; esac"
    return #"""
      #compdef \#(command.name)
      # What zsh completes for \#(command.name); made out of its --help.

      _\#(command.name)_pids() { _sequence compadd - /proc/<->(N:t) }

      _\#(command.name)_comms() { compadd - ${(fu)"$(cat /proc/<->/comm 2> /dev/null)"} }

      _\#(command.name)() {
        local place= separator=${words[(ie)--]}
        # Behind -- is another command's line.
        if (( separator < CURRENT )); then
          shift separator words
          (( CURRENT -= separator ))
          _normal
          return
        fi\#(choice)
        case $place in
      \#(command.all.map(arguments).joined(separator: "\n"))
        esac
      }

      # Loaded by compinit, this file is the function itself.
      if [[ $funcstack[1] == _\#(command.name) ]]; then
        _\#(command.name) "$@"
      else
        compdef _\#(command.name) \#(command.name)
      fi

      """#
  }

  private func arguments(words: [String], of command: CommandDescription) -> String {
    var lines = command.options.flatMap(lines)
    if words.isEmpty {
      lines.append("'1: :(\((["--"] + command.subcommands.map(\.name)).joined(separator: " ")))'")
    } else if let argument = command.argument {
      // The subcommand itself is the first.
      lines += ["'1: :'", "'*:\(quoted(argument.name)):\(action(for: argument))'"]
    }
    return (["    '\(words.joined(separator: " "))') _arguments -s"] + lines.map { "      \($0)" })
      .joined(separator: " \\\n") + " ;;"
  }

  /// The arguments of `_arguments` for an option, one for each of its names.
  private func lines(_ option: OptionDescription) -> [String] {
    let excluded =
      option.isRepeating || option.names.count < 2 ? "" : "(\(option.names.joined(separator: " ")))"
    return option.names.map { name in
      let separator = option.value != nil && name.hasPrefix("--") ? "=" : ""
      let value = option.value.map { ":\(quoted($0.name)):\(action(for: $0))" } ?? ""
      return
        "'\(excluded)\(option.isRepeating ? "*" : "")\(name)\(separator)[\(quoted(option.summary))]\(value)'"
    }
  }

  private func action(for value: ValueDescription) -> String {
    switch value.source {
    case .words(let words):
      value.isList
        ? "_sequence compadd - \(words.joined(separator: " "))" : "(\(words.joined(separator: " ")))"
    case .files: "_files"
    case .processes: "_\(command.name)_pids"
    case .processNames: "_\(command.name)_comms"
    case .users: "_users"
    case .nothing: " "
    }
  }

  /// Text within an argument of `_arguments`, in single quotes.
  private func quoted(_ text: String) -> String {
    var quoted = ""
    for character in text {
      switch character {
      case "'": quoted += #"'\''"#
      case #"\"#, "[", "]", ":": quoted += #"\\#(character)"#
      default: quoted.append(character)
      }
    }
    return quoted
  }
}
