import ProcessShims

/// The words of the command line, as the system has handed them to the process.
///
/// `CommandLine.arguments` would be empty where /proc is not mounted, and a trace of nothing but a command would become
/// one of the whole machine.
enum Arguments {
  /// All of them, the program's name first.
  static let all: [String] = {
    var count: Int32 = 0
    guard let words = process_arguments(&count) else { return CommandLine.arguments }
    return (0..<Int(count)).compactMap { words[$0].map { String(cString: $0) } }
  }()
}
