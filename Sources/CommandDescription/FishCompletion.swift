import PlainText

/// What fish completes.
struct FishCompletion {
  private let command: CommandDescription

  init(_ command: CommandDescription) { self.command = command }

  /// A script for fish's folder of completions.
  var text: String {
    let prefix = "__\(command.name)"
    let names = command.subcommands.map(\.name).joined(separator: " ")
    let choice = names.isEmpty ? "" : "\n    contains -- \"$words[2]\" \(names); and set place $words[2]"
    return #"""
      # What fish completes for \#(command.name); made out of its --help.

      # Whether the cursor stands before --, and in the given subcommand's options.
      function \#(prefix)_in
          set -l words (commandline -opc)
          contains -- -- $words; and return 1
          set -l place ''\#(choice)
          test "$place" = "$argv[1]"
      end

      # Behind -- is another command's line.
      function \#(prefix)_command
          set -l words (commandline -opc)
          set -l place (contains -i -- -- $words); or return 1
          complete -C (string join ' ' -- (string escape -- $words[(math $place + 1)..]) (commandline -ct))
      end

      # The last of several values that commas separate.
      function \#(prefix)_list
          set -l before (commandline -ct | string replace -rf '^(.*,)[^,]*$' '$1')
          printf '%s\n' "$before"$argv
      end

      complete -c \#(command.name) -f
      complete -c \#(command.name) -n 'contains -- -- (commandline -opc)' -a '(\#(prefix)_command)'
      complete -c \#(command.name) -n '\#(prefix)_in ""' -a '\#((["--"] + command.subcommands.map(\.name)).joined(separator: " "))'
      \#(command.all.flatMap(lines).joined(separator: "\n"))

      """#
  }

  private func lines(words: [String], of command: CommandDescription) -> [String] {
    let start =
      #"complete -c \#(self.command.name) -n '__\#(self.command.name)_in "\#(words.joined(separator: " "))"'"#
    let options = command.options.map { option in
      let names = option.names.map { name in
        name.hasPrefix("--") ? "-l \(name.dropFirst(2))" : "-s \(name.dropFirst())"
      }
      let value = option.value.map { ["-r"] + action(for: $0) } ?? []
      return ([start] + names + value + ["-d '\(quoted(option.summary))'"]).joined(separator: " ")
    }
    return options + (command.argument.map { [([start] + action(for: $0)).joined(separator: " ")] } ?? [])
  }

  private func action(for value: ValueDescription) -> [String] {
    let list = "__\(command.name)_list"
    return switch value.source {
    case .words(let words):
      [
        value.isList
          ? "-fa '(\(list) \(words.joined(separator: " ")))'" : "-fa '\(words.joined(separator: " "))'"
      ]
    case .files: ["-F"]
    case .processes: [#"-fa '(\#(list) (string replace -rf "^/proc/(\d+)\$" "\$1" /proc/*))'"#]
    case .processNames: ["-fa '(cat /proc/*/comm 2> /dev/null | sort -u)'"]
    case .users: ["-fa '(__fish_complete_users)'"]
    case .nothing: ["-f"]
    }
  }

  /// Text within single quotes.
  private func quoted(_ text: String) -> String {
    text.with(#"\\"#, for: #"\"#).with(#"\'"#, for: "'")
  }
}
