/// What bash completes.
struct BashCompletion {
  private let command: CommandDescription

  init(_ command: CommandDescription) { self.command = command }

  /// A script for bash-completion's folder, or to be sourced; it needs neither.
  var text: String {
    let names = command.subcommands.map(\.name).joined(separator: " | ")
    let choice =
      names.isEmpty
      ? "" : "\n  case ${COMP_WORDS[1]} in \(names)) ((COMP_CWORD > 1)) && place=${COMP_WORDS[1]} ;; esac"
    return #"""
      # What bash completes for \#(command.name); made out of its --help.

      # The last of several values that commas separate.
      _\#(command.name)_list() {
        local before=
        [[ $cur == *,* ]] && before=${cur%,*},
        mapfile -t COMPREPLY < <(compgen -P "$before" -W "$1" -- "${cur##*,}")
      }

      _\#(command.name)_pids() {
        local folders=(/proc/[0-9]*)
        _\#(command.name)_list "${folders[*]##*/}"
      }

      # Processes choose their names: compgen -W would run what they have written there.
      _\#(command.name)_comms() {
        local name
        while IFS= read -r name; do
          [[ $name == "$cur"* ]] && COMPREPLY+=("$(printf %q "$name")")
        done < <(cat /proc/[0-9]*/comm 2> /dev/null | sort -u)
      }

      _\#(command.name)_files() {
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      }

      _\#(command.name)_words() {
        mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
      }

      _\#(command.name)() {
        local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} place= i
        COMPREPLY=()

        # Behind -- is another command's line.
        for ((i = 1; i < COMP_CWORD; i++)); do
          [[ ${COMP_WORDS[i]} == -- ]] || continue
          if declare -F _command_offset > /dev/null; then
            _command_offset $((i + 1))
          elif ((i + 1 == COMP_CWORD)); then
            mapfile -t COMPREPLY < <(compgen -c -- "$cur")
          else
            _\#(command.name)_files
          fi
          return
        done

        # = is a word of its own to bash.
        if [[ $cur == = ]]; then
          cur=
        elif [[ $prev == = ]]; then
          prev=${COMP_WORDS[COMP_CWORD - 2]}
        fi\#(choice)
        case "$place $prev" in
      \#(command.all.map(cases).joined(separator: "\n"))
        esac
      }

      complete -F _\#(command.name) \#(command.name)

      """#
  }

  /// What may follow each option of a command, then what may stand anywhere.
  private func cases(words: [String], of command: CommandDescription) -> String {
    let place = words.joined(separator: " ")
    let values = command.options.compactMap { option -> String? in
      guard let value = option.value else { return nil }
      return
        "    \(option.names.map { "'\(place) \($0)'" }.joined(separator: " | "))) \(action(for: value)) ;;"
    }
    let names =
      command.options.flatMap(\.names) + (words.isEmpty ? ["--"] + command.subcommands.map(\.name) : [])
    let offer = "_\(self.command.name)_words '\(names.joined(separator: " "))'"
    let others =
      if let argument = command.argument {
        "if [[ $cur == -* ]]; then \(offer); else \(action(for: argument)); fi"
      } else { offer }
    return (values + ["    '\(place) '*) \(others) ;;"]).joined(separator: "\n")
  }

  private func action(for value: ValueDescription) -> String {
    let prefix = "_\(command.name)_"
    return switch value.source {
    case .words(let words): "\(prefix)\(value.isList ? "list" : "words") '\(words.joined(separator: " "))'"
    case .files: "\(prefix)files"
    case .processes: "\(prefix)pids"
    case .processNames: "\(prefix)comms"
    case .users: #"mapfile -t COMPREPLY < <(compgen -u -- "$cur")"#
    case .nothing: ":"
    }
  }
}
