import ArgumentParser
import ByteOutput
import Glibc
import IPCCapture
import IPCFiltering
import IPCFormats
import IPCModel
import IPCSession
import ProcessShims

/// `ipcdump` without a subcommand: a trace, or the replay of one.
struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Show who sends what to whom: interprocess communication, as it happens.",
    usage: """
      ipcdump [<options>] [-- <command> [<argument> ...]]
      ipcdump report [<options>] <file>
      ipcdump why [<options>] [-- <command> [<argument> ...]]
      ipcdump ls [<options>]
      ipcdump top [<options>] [-- <command> [<argument> ...]]
      """,
    discussion: """
      Without a command, everything on the system is traced. With one, it and all its descendants are, from their \
      first instruction on, and ipcdump exits with its status. Needs root, or CAP_BPF and CAP_PERFMON.

      Different options that choose events must all be met; of one that is repeated, any value will do.

      The word report makes a page of a capture; see ipcdump report --help. The word why tells who waits for whom; see \
      ipcdump why --help. The word ls lists which channels are open; see ipcdump ls --help. The word top shows who talks to whom on a whole \
      screen; see ipcdump top --help.
      """,
    version: IPCDump.version,
    helpNames: [.short, .long]
  )

  @OptionGroup(title: "Which events")
  var filter: FilterOptions

  @OptionGroup(title: "What is shown")
  var output: OutputOptions

  @OptionGroup(title: "Messages and calls")
  var messages: MessageOptions

  @OptionGroup(title: "Summary")
  var summary: SummaryOptions

  @OptionGroup(title: "Captures")
  var capture: CaptureOptions

  @OptionGroup(title: "Flight recorder")
  var recorder: RecorderOptions

  @OptionGroup(title: "How the kernel is watched")
  var trace: TraceOptions

  @Option(
    help: ArgumentHelp(
      "Take options from this file, too, in TOML: their long names with values; what is typed comes on top.",
      valueName: "file"))
  var config: String?

  @Flag(help: "List the types that -t takes, and exit.")
  var listTypes = false

  @Flag(help: "Try what this kernel lets be watched, tell how, what is missing and what helps, and exit.")
  var info = false

  @Flag(help: "With --info: write it as JSON.")
  var json = false

  @OptionGroup
  var traced: TracedCommand

  func validate() throws {
    try traced.validateTerminator()
    try capture.validate(with: output, messages, command: traced.command)
    try capture.validateHealth()
    try capture.validateFileCount(isRecording: recorder.isWanted)
    try recorder.validate(with: capture, messages)
    try messages.validate(with: output, rules: capture.dissect)
    try trace.validate(
      with: filter, capture.input != nil ? .capture : traced.command.isEmpty ? .processes : .command)
    try filter.validate(shown: (messages.messages, messages.calls))
    try summary.validate(with: output, keepsEvents: capture.output != nil, showsEvents: showsEvents)
    if json, !info {
      throw ValidationError("--json is for --info; events are written as JSON with -f json")
    }
    try traced.validateUser()
  }

  /// Whether events are shown, and not only kept or added up.
  var showsEvents: Bool {
    capture.output == nil ? !summary.isWanted || output.file != nil : capture.showsEvents
  }

  /// What else is shown of both ends: containers also where they are chosen.
  var endDetails: EndDetails {
    filter.choosesContainers ? output.endDetails.union(.container) : output.endDetails
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
    // Each program and its link is a file; some systems allow 256.
    _ = process_raise_open_file_limit()
    if info {
      try Privilege.raise()
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
    let file = try InputFile(path: path)
    let summary = try makeSummary()
    let outputs = try Outputs(self, summary: summary, input: file, clock: nil)
    // Nothing of a foreign file is read with more rights than it takes.
    try Privilege.giveUpAll(keepingFiles: capture.opensLater)
    var replay = try Replay(file, summary: summary)
    let pipeline = try outputs.begin(
      self, filter.captureSelection, isTracing: false, summary: summary,
      clock: replay.clock)
    try replay.run(into: pipeline)
    if !output.quiet { Diagnostics.write(pipeline.closingLine) }
  }

  private func runSession() throws(Failure) -> Int32 {
    let selection = try filter.selection(ofCommand: !traced.command.isEmpty, follows: trace.follow).resolved()
    var settings = TraceSettings(messages.isWanted ? selection.ofBothDirections : selection)
    settings.command = traced.command
    settings.identity = try traced.identity()
    settings.hook = trace.hook
    settings.ringSize = trace.ringSize
    settings.matchTimeout = UInt64(trace.patience) * 1_000_000
    let wantsContents =
      output.showsContents || capture.output != nil || messages.isWanted || output.showsProtocol
    let shownBytes = filter.needsContents ? nil : output.shownBytes
    settings.captureLimit =
      wantsContents || filter.needsContents ? shownBytes.map { UInt64($0) } ?? .max : 0
    settings.describesProcesses =
      endDetails.describesProcesses || capture.output != nil || selection.wantsExecutables
    let recording = recorder.settings(selection, isQuiet: output.quiet)
    settings.asksEngines =
      endDetails.contains(.container) || selection.namesContainers || recording?.namesContainers ?? false
    settings.tellsHealth = capture.health
    settings.tellsExits = recording?.writesAtExits ?? false
    settings.includesSelf = trace.includeSelf
    settings.tellsOfChildren = !filter.pids.isEmpty && !output.quiet
    settings.tellsLifecycle = filter.lifecycle
    settings.tellsKernelSignals = filter.kernelSignals
    settings.tellsKernelNetlink = filter.kernelNetlink
    settings.isQuiet = output.quiet
    if !output.quiet {
      for sentence in SelectionRemarks(filter).sentences(ofCommand: !traced.command.isEmpty) {
        Diagnostics.write("ipcdump: \(sentence)")
      }
    }
    let summary = try makeSummary()
    let clock = WallClock()
    let outputs = try Outputs(self, summary: summary, input: nil, clock: clock)
    let omissions = omitsBodies ? KernelOmissions() : nil
    let recorder = try outputs.makeRecorder(
      self, recording, matchTimeout: settings.matchTimeout, clock: clock)
    let pipeline = try outputs.begin(
      self, selection, isTracing: true, summary: summary, clock: clock, recorder: recorder,
      omissions: omissions)
    var session = try Session(
      settings, into: pipeline, summary: summary, recorder: recorder, omissions: omissions)
    return try session.run()
  }

  /// Whether nobody looks at more of the contents than the decoders of messages do.
  private var omitsBodies: Bool {
    messages.isWanted && !output.showsContents && capture.output == nil && !filter.needsContents
  }

  /// What is added up, if anything is: it goes to standard output, unless events go there.
  private func makeSummary() throws(Failure) -> TrafficOutput? {
    guard summary.isWanted, !messages.isWanted else { return nil }
    return TrafficOutput(
      edgeCount: summary.shownEdges, isJSON: output.format == .json, output: try summaryFile())
  }

  /// Where a summary goes.
  func summaryFile() throws(Failure) -> OutputFile {
    let isTaken = capture.output == "-" || (showsEvents && output.file ?? "-" == "-")
    return isTaken ? .standardError : try OutputFile(path: nil)
  }
}
