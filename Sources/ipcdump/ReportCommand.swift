import ArgumentParser
import Glibc
import IPCCapture
import IPCFiltering
import IPCFormats
import IPCModel
import IPCReport
import IPCSession

/// `ipcdump report`: a capture as a page to look at.
struct ReportCommand: ParsableCommand {
  /// First word of the command line that asks for it.
  static let word = "report"

  static let configuration = CommandConfiguration(
    commandName: "ipcdump \(word)",
    abstract: "Make a page of a capture that -w has written: graph, timeline, tables, contents.",
    discussion: """
      The page is one HTML file that needs nothing but a browser: it loads nothing from the network. It shows what the \
      traced processes sent each other, passwords included, so keep it as you keep the capture.
      """,
    version: IPCDump.version)

  @OptionGroup(title: "Which events")
  var filter: FilterOptions

  @Option(
    name: .customShort("o"),
    help: ArgumentHelp(
      "Write the page to this file, which is emptied first. [default: standard output]", valueName: "file"))
  var page: String?

  @Option(
    name: .customShort("B"),
    help: ArgumentHelp(
      "At most this many bytes of the contents of an event; 0 keeps all.", valueName: "bytes"))
  var byteLimit = ByteSize(bytes: ReportLimits().contentOfEvent)

  @Argument(help: ArgumentHelp("Capture to show; - is standard input.", valueName: "file"))
  var capture: String

  /// Reads the capture and writes the page. Of a capture that is damaged, what is whole is shown, and then the failure
  /// is told.
  func execute() throws(Failure) {
    let file = try InputFile(path: capture)
    var output = try OutputFile(path: page)
    guard !output.isTerminal else {
      throw Failure(.usage, "a page is not for a terminal; choose a file with -o")
    }
    try FileUse.requireDistinct([.diagnostics, .input(file), output.use(as: .text)])
    // Nothing of a foreign file is read with more rights than it takes.
    try Privilege.giveUpAll(keepingFiles: false)
    var reader = try CaptureReader(file: file)
    var limits = ReportLimits()
    limits.contentOfEvent = byteLimit.bytes == 0 ? limits.contents : byteLimit.bytes
    let title = capture == "-" ? "ipcdump" : String(capture.split(separator: "/").last ?? "ipcdump")
    var report = Report(title: title, program: IPCDump.version, clock: reader.clock, limits: limits)
    let filter = EventFilter(filter.selection(ofCommand: false))
    var damage: Failure?
    do throws(Failure) {
      while let entry = try reader.next() {
        report.clock = reader.clock
        switch entry {
        case .event(let event) where filter.passes(event):
          report.take(event, content: reader.content, texts: reader.texts)
        case .event: break
        case .loss(let loss): report.take(loss)
        }
      }
    } catch {
      damage = error
      report.warning = error.sentence
    }
    try output.begin()
    try report.write { buffer throws(Failure) in try output.write(&buffer) }
    if let damage { throw damage }
  }
}
