import IPCFiltering
import IPCFormats

/// What `--help where` prints: the language of `--where`, and all fields.
enum WhereHelp {
  /// Whether a command line asks for it.
  ///
  /// - Parameter arguments: The words behind the command's name.
  static func isRequested(by arguments: some Collection<String>) -> Bool {
    let own = Array(arguments.prefix { $0 != "--" })
    return zip(own, own.dropFirst()).contains { option, topic in
      ["--help", "-h", "help"].contains(option) && topic == "where"
    }
  }

  /// The text, in 80 columns.
  static var text: String {
    let fields = WhereExpression.fields.map { form, names in
      TerminalText.wrapped("  \(form): " + names.joined(separator: " "), columns: 80, indentation: 4)
        .joined(separator: "\n")
    }
    return """
      --where EXPRESSION shows only events of which the expression is true:

        ipcdump --where 'path == "/run/*.sock" and not self'
        ipcdump --where 'port in (80, 443) or type == unix-stream' -r trace.pcapng
        ipcdump --calls --where 'method ~ "tools/.*" and duration > 50ms'

      Grammar:

      \(WhereExpression.grammar.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))

        == != in     equal to the value; in texts * stands for any characters, ? for one,
                     [a-z] for one of some
        < <= > >=    of numbers (4k, 1M) and time spans (10ms, 1.5s)
        ~ !~         an extended regular expression occurs in the text, or does not
        contains     the text occurs in the field
        a field      alone: it is there; a flag is set

      What an event does not have is equal to nothing. pid, tid, comm, port, addr, user,
      container and others without src_ or dst_ mean either end; one that is equal is enough.
      A path (relative ones, too) stands for all names of the file: links, mounts, roots.

      Fields:

      \(fields.joined(separator: "\n"))

      """
  }
}
