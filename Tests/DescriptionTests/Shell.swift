import Foundation

/// A shell that is asked what it completes.
enum Shell: String {
  case bash, zsh, fish

  var isInstalled: Bool { (try? run(["-c", "exit 0"], in: URL(filePath: "/"))) != nil }

  /// What it would complete at the end of a line.
  func completions(of line: String, _ files: GeneratedFiles) throws -> [String] {
    switch self {
    case .bash: try lines(["--norc", "--noprofile", "-c", Self.bashScene, "bash", line], files)
    // Before a tab stands the word, behind it what is said of it.
    case .fish:
      try lines(["--no-config", "-c", "source ipcdump.fish; complete -C $argv[1]", line], files)
        .map { String($0.prefix { $0 != "\t" }) }
    case .zsh: try typed(line, files)
    }
  }

  /// Calls the function that is registered as bash does. The line has no quotes.
  private static let bashScene = #"""
    source ./ipcdump.bash
    registered=$(complete -p ipcdump)
    [[ $registered == 'complete -F '*' ipcdump' ]] || exit 1
    function=${registered#complete -F }
    function=${function% ipcdump}
    compopt() { :; }
    # As COMP_WORDBREAKS has it, = is a word.
    read -ra COMP_WORDS <<< "${1//=/ = }"
    [[ $1 != *' ' ]] || COMP_WORDS+=('')
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$1 COMP_POINT=${#1}
    "$function" ipcdump "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    # As they are shown.
    printf '%s\n' "${COMPREPLY[@]}" | sort -u
    """#

  /// Types the line and a tab into a zsh on a terminal of its own, and takes the line that is there then.
  private func typed(_ line: String, _ files: GeneratedFiles) throws -> [String] {
    try files.write(
      ".zshrc",
      """
      fpath=($ZDOTDIR $fpath)
      autoload -Uz compinit
      compinit -u -D
      completed() { print -r -- "$BUFFER" > $ZDOTDIR/completed; BUFFER=exit; zle accept-line }
      zle -N completed
      bindkey '^X' completed
      """)
    try files.write(
      "type",
      #"""
      zmodload zsh/zpty
      zpty shell zsh -i
      zpty -w -n shell "$1"$'\t\x18'
      while zpty -r shell line; do :; done
      """#)
    _ = try run(["-f", "type", line], in: files.folder)
    return [try String(contentsOf: files.folder.appending(path: "completed"), encoding: .utf8)]
      .map { String($0.dropLast()) }
  }

  private func lines(_ arguments: [String], _ files: GeneratedFiles) throws -> [String] {
    try run(arguments, in: files.folder).split(separator: "\n").map(String.init)
  }

  /// Standard output of a run.
  private func run(_ arguments: [String], in folder: URL) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [rawValue] + arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging([
      "ZDOTDIR": folder.path, "HOME": folder.path,
    ]) { $1 }
    let output = Pipe()
    process.standardOutput = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw ShellFailure(description: "\(rawValue) \(arguments) failed")
    }
    return String(decoding: text, as: UTF8.self)
  }
}

struct ShellFailure: Error, CustomStringConvertible {
  var description: String
}
