import ArgumentParser
import IPCCapture
import IPCFiltering
import IPCModel
import IPCProtocols
import IPCReport
import IPCSession

/// `ipcdump report`: a capture as a page to look at.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Make a page of a capture that -w has written: graph, timeline, tables, contents.",
    discussion: """
      The page is one HTML file that needs nothing but a browser: it loads nothing from the network. It shows what the \
      traced processes sent each other, passwords included, so keep it as you keep the capture.
      """,
    version: IPCDump.version,
    helpNames: [.short, .long])

  @OptionGroup(title: "Which events")
  var filter: FilterOptions

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp(
      "Write the page to this file, which is emptied first. [default: standard output]", valueName: "file"))
  var page: String?

  @Option(
    name: [.customShort("B"), .customLong("max-bytes")],
    help: ArgumentHelp(
      "At most this many bytes of the contents of an event; 0 keeps all.", valueName: "bytes"))
  var byteLimit = ByteSize(bytes: ReportLimits().contentOfEvent)

  @Argument(help: ArgumentHelp("Capture to show; - is standard input.", valueName: "file"))
  var capture: String

  func validate() throws { try filter.validate(shown: nil) }

  /// Reads the capture and writes the page. Of a capture that is damaged, what is whole is shown, and then the damage is
  /// thrown.
  func execute() throws(Failure) {
    let file = try InputFile(path: capture)
    let output = try OutputFile(path: page)
    guard !output.isTerminal else {
      throw Failure(.usage, "a page is not for a terminal", advice: "choose a file with -o")
    }
    try FileUse.requireDistinct([.diagnostics, .input(file), output.use(as: .text)])
    // Nothing of a foreign file is read with more rights than it takes.
    try Privilege.giveUpAll(keepingFiles: false)
    var replay = try Replay(file)
    var limits = ReportLimits()
    limits.contentOfEvent = byteLimit.bytes == 0 ? limits.contents : byteLimit.bytes
    let title = capture == "-" ? "ipcdump" : String(capture.split(separator: "/").last ?? "ipcdump")
    let report = Report(title: title, program: IPCDump.version, clock: replay.clock, limits: limits)
    let selection = filter.captureSelection
    var messages = MessageSettings()
    messages.keepsContents = true
    // Methods are those of --calls --summary.
    messages.tellsQueries = false
    let page = PageOutput(report, messages, to: output, filter: EventFilter(selection))
    // What of the other direction is not shown is needed to put calls together.
    let transfers = EventFilter(selection.ofBothDirections)
    try replay.run(into: EventPipeline(transfers, [page], limit: 0, clock: replay.clock))
  }
}
