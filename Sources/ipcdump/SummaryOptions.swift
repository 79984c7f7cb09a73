import ArgumentParser

/// Options that ask for a summary.
struct SummaryOptions: ParsableArguments {
  @Flag(
    name: .customLong("summary"),
    help: """
      Show who talks to whom, how much, how fast and who waits for whom: at the end, and whenever SIGUSR1 comes. Events \
      are shown only with -o, or -w and --print.
      """)
  var isWanted = false

  @Option(
    help: ArgumentHelp(
      "With --summary: tell so many edges apart, the greatest first; the default is 20, 0 tells all.",
      valueName: "count"))
  var top: UInt32?

  /// Edges that are told apart; nil for all.
  var shownEdges: Int? {
    let top = top ?? 20
    return top == 0 ? nil : Int(top)
  }

  /// Says what does not go together.
  ///
  /// - Parameters:
  ///   - keepsEvents: Whether they go into a capture, contents included.
  ///   - showsEvents: Whether they are shown as well.
  func validate(with output: OutputOptions, keepsEvents: Bool, showsEvents: Bool) throws {
    if top != nil, !isWanted {
      throw ValidationError("--top is for the summary; add --summary, or leave --top out")
    }
    guard isWanted, !showsEvents else { return }
    if output.showsContents, !keepsEvents {
      throw ValidationError("--summary shows no contents; add -o and a file for the events, or leave -x out")
    }
    if output.format != .text, output.format != .json {
      throw ValidationError(
        "a summary is text or JSON; add -o and a file for events as \(output.format.rawValue), or choose -f json"
      )
    }
  }
}
