import ArgumentParser
import ByteOutput
import Glibc
import IPCFiltering
import IPCFormats
import IPCModel
import IPCSession

/// `ipcdump` without a subcommand: a trace, or the replay of one.
struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Show who sends what to whom: interprocess communication, as it happens.",
    usage: """
      ipcdump [<options>] [-- <command> [<argument> ...]]
      ipcdump report [<options>] <file>
      """,
    discussion: """
      Without a command, everything on the system is traced. With one, it and all its descendants are, from their \
      first instruction on, and ipcdump exits with its status. Needs root, or CAP_BPF and CAP_PERFMON.

      Different options that choose events must all be met; of one that is repeated, any value will do.

      The word report makes a page of a capture; see ipcdump report --help.
      """,
    version: IPCDump.version,
    helpNames: [.short, .long]
  )

  @OptionGroup(title: "Which events")
  var filter: FilterOptions

  @OptionGroup(title: "What is shown")
  var output: OutputOptions

  @OptionGroup(title: "Summary")
  var summary: SummaryOptions

  @OptionGroup(title: "Captures")
  var capture: CaptureOptions

  @OptionGroup(title: "How the kernel is watched")
  var trace: TraceOptions

  @Flag(help: "List the types that -t takes, and exit.")
  var listTypes = false

  @Flag(help: "Try what this kernel lets be watched, tell how, what is missing and what helps, and exit.")
  var info = false

  @Flag(help: "With --info: tell it as JSON.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "Run the command as this user; the default is who called sudo, else who runs ipcdump.",
      valueName: "user"))
  var user: String?

  @Argument(parsing: .postTerminator, help: ArgumentHelp("Command to run and trace.", valueName: "command"))
  var command: [String] = []

  func validate() throws {
    // An empty variable behind `--` must not become a trace of the whole system.
    if command.isEmpty, CommandLine.arguments.contains("--") {
      throw ValidationError("no command follows --; name one, or leave -- out to trace the whole system")
    }
    try capture.validate(with: output, command: command)
    try summary.validate(with: output, keepsEvents: capture.output != nil, showsEvents: showsEvents)
    if json, !info {
      throw ValidationError("--json is for --info; events are written as JSON with -f json")
    }
    if user != nil, command.isEmpty {
      throw ValidationError("--user says who runs the command; add -- and a command, or leave --user out")
    }
  }

  /// Whether events are shown, and not only kept or added up.
  var showsEvents: Bool {
    capture.output == nil ? !summary.isWanted || output.file != nil : capture.showsEvents
  }

  /// Whom the command runs as; nil for who runs ipcdump, or without a command.
  func commandIdentity() throws(Failure) -> Identity? {
    guard !command.isEmpty else { return nil }
    return try Identity.ofCommand(user: user) { getenv($0).map { String(cString: $0) } }
  }

  /// Does what the options say.
  ///
  /// - Returns: Exit status.
  func execute() throws(Failure) -> Int32 {
    Diagnostics.start(verbosity: output.verbose)
    if listTypes {
      TypeList.print()
      return 0
    }
    if info {
      let report = KernelReport(requested: trace.hook)
      print(try json ? report.json() : report.text, terminator: "")
      return 0
    }
    if let path = capture.input {
      try runReplay(path)
      return 0
    }
    return try runSession()
  }

  private func runReplay(_ path: String) throws(Failure) {
    let summary = try makeSummary()
    var replay = try Replay(path: path, summary: summary)
    let pipeline = try makePipeline(
      filter.selection(ofCommand: false), summary: summary, clock: replay.clock)
    try replay.run(into: pipeline)
    if !output.quiet { Diagnostics.write(pipeline.closingLine) }
  }

  private func runSession() throws(Failure) -> Int32 {
    var settings = TraceSettings(filter.selection(ofCommand: !command.isEmpty))
    settings.command = command
    settings.identity = try commandIdentity()
    settings.hook = trace.hook
    settings.ringSize = trace.ringSize
    settings.matchTimeout = UInt64(trace.patience) * 1_000_000
    let wantsContents = output.showsContents || capture.output != nil
    settings.captureLimit = wantsContents ? output.shownBytes.map { UInt64($0) } ?? .max : 0
    settings.includesSelf = trace.includeSelf
    settings.isQuiet = output.quiet
    let summary = try makeSummary()
    let pipeline = try makePipeline(settings.selection, summary: summary, clock: WallClock())
    var session = try Session(settings, into: pipeline, summary: summary)
    return try session.run()
  }

  /// The outputs that are asked for: what is kept first, because it can be complete.
  private func makePipeline(
    _ selection: Selection, summary: TrafficOutput?, clock: WallClock
  ) throws(Failure) -> EventPipeline {
    var outputs: [any EventConsumer] = []
    if let files = capture.fileSettings(byteLimit: output.shownBytes) {
      outputs.append(try CaptureOutput(files, clock: clock))
    }
    if showsEvents { outputs.append(try makeFormattedOutput(clock)) }
    if let summary { outputs.append(summary) }
    return EventPipeline(EventFilter(selection), outputs, limit: output.count ?? 0, clock: clock)
  }

  private func makeFormattedOutput(_ clock: WallClock) throws(Failure) -> FormattedOutput {
    let file = try OutputFile(path: output.file)
    let format = output.makeFormat(
      FormatOptions(
        byteLimit: output.shownBytes, timeStyle: output.time, clock: clock,
        color: output.isColored(onTerminal: file.isTerminal)))
    return FormattedOutput(
      format, to: file,
      contents: output.showsContents ? .shown : capture.output != nil ? .hidden : .unwanted,
      showsLosses: !output.hidesLosses)
  }

  /// What is added up, if anything is: it goes to standard output, unless events go there.
  private func makeSummary() throws(Failure) -> TrafficOutput? {
    guard summary.isWanted else { return nil }
    let isTaken = capture.output == "-" || (showsEvents && output.file ?? "-" == "-")
    return TrafficOutput(
      edgeCount: summary.shownEdges, isJSON: output.format == .json,
      output: isTaken ? .standardError : try OutputFile(path: nil))
  }
}
