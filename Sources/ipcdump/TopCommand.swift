import ArgumentParser
import ByteOutput
import Glibc
import IPCCapture
import IPCFiltering
import IPCModel
import IPCSession
import ProcessShims

/// `ipcdump top`: who talks to whom, on a whole screen, as it happens or as a capture has it.
struct TopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top",
    abstract: "Show who talks to whom on a whole screen, while it happens.",
    usage: """
      ipcdump top [<options>] [-- <command> [<argument> ...]]
      ipcdump top [<options>] -r <file>
      """,
    discussion: """
      A line is an edge: who sends to whom, through what, how much and how fast. Enter shows what is said there, decoded; \
      ? tells all keys. Without a command, everything on the system is traced; what a command prints is not shown.
      """,
    version: IPCDump.version,
    helpNames: [.short, .long])

  @OptionGroup(title: "Which events")
  var filter: FilterOptions

  @Option(
    name: [.customShort("r"), .customLong("read")],
    help: ArgumentHelp("Play this file, which -w has written, and trace nothing.", valueName: "file"))
  var input: String?

  @Option(
    help: ArgumentHelp(
      "With -r: begin paused, so long behind the capture's beginning, or at its end.",
      valueName: "seconds|end"))
  var at: PlayPlace?

  @Option(
    name: [.customShort("B"), .customLong("max-bytes")],
    help: ArgumentHelp(
      "Capture so many bytes of the contents of an event at most; 0 captures none, which is cheaper.",
      valueName: "bytes"))
  var byteLimit = ByteSize(bytes: 16 << 10)

  @Option(
    help: ArgumentHelp("Colour the screen; auto does unless NO_COLOR is set.", valueName: "when"))
  var color = OutputOptions.Color.auto

  @Flag(help: "Colour nothing, as --color never.")
  var noColor = false

  @OptionGroup(title: "How the kernel is watched")
  var trace: TraceOptions

  @OptionGroup
  var traced: TracedCommand

  func validate() throws {
    try traced.validateTerminator()
    if input != nil, !traced.command.isEmpty {
      throw ValidationError("-r plays what was traced before; leave out -r, or -- and the command")
    }
    if input == "-" {
      throw ValidationError("top goes back and forth in a capture, and standard input has none; name a file")
    }
    if at != nil, input == nil { throw ValidationError("--at is about a capture; add -r and a file") }
    try traced.validateUser()
    try trace.validate(with: filter, input != nil ? .capture : traced.command.isEmpty ? .processes : .command)
    try filter.validate(shown: nil)
  }

  /// Shows the screen until the user leaves it.
  ///
  /// - Returns: Exit status.
  func execute() throws(Failure) -> Int32 {
    Diagnostics.start(verbosity: 0)
    var settings = TopScreen.Settings()
    settings.isColored = !noColor && color.isWanted(onTerminal: true)
    if let input { return try play(input, settings) }
    let selection = try filter.selection(ofCommand: !traced.command.isEmpty, follows: trace.follow).resolved()
    settings.isWhole = selection.criteria.isEmpty
    settings.title = selection.words(command: traced.command.first ?? "")
    // Each program and its link is a file; some systems allow 256.
    _ = process_raise_open_file_limit()
    let clock = WallClock()
    let identity = try traced.identity()
    let screen = try TopScreen(settings, clock: clock)
    // Whatever befalls the trace is told where it can be read.
    defer { screen.leave() }
    let pipeline = EventPipeline(
      EventFilter(selection, isTracing: true), [screen], limit: 0, clock: clock)
    var session = try Session(
      traceSettings(selection, identity), into: pipeline, summary: nil, screen: screen)
    return try session.run()
  }

  private func traceSettings(_ selection: Selection, _ identity: Identity?) -> TraceSettings {
    var settings = TraceSettings(selection)
    settings.command = traced.command
    settings.identity = identity
    settings.hook = trace.hook
    settings.ringSize = trace.ringSize
    settings.matchTimeout = UInt64(trace.patience) * 1_000_000
    settings.captureLimit = filter.needsContents ? .max : UInt64(byteLimit.bytes)
    settings.describesProcesses = true
    settings.includesSelf = trace.includeSelf
    settings.tellsLifecycle = true
    settings.tellsKernelSignals = filter.kernelSignals
    return settings
  }

  private func play(_ path: String, _ settings: TopScreen.Settings) throws(Failure) -> Int32 {
    let file = try InputFile(path: path)
    var settings = settings
    settings.isCapture = true
    settings.title = path.split(separator: "/").last.map(String.init) ?? path
    let screen = try TopScreen(settings, clock: WallClock())
    defer { screen.leave() }
    // Nothing of a foreign file is read with more rights than it takes.
    try Privilege.giveUpAll(keepingFiles: false)
    let filter = EventFilter(filter.captureSelection)
    var replay = try TopReplay(file, filter, on: screen, at: at?.place ?? .beginning)
    try replay.run()
    return 0
  }
}

/// Where a capture begins to be played: `2.5`, `500ms`, `end`.
struct PlayPlace: ExpressibleByArgument {
  let place: TopReplay.Place

  init?(argument: String) {
    if argument == "end" {
      place = .end
    } else if argument == "0" {
      place = .time(0)
    } else if let time = TimeSpan(argument: argument) {
      place = .time(time.nanoseconds)
    } else {
      return nil
    }
  }
}
