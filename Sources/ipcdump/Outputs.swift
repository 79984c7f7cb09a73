import ByteOutput
import IPCCapture
import IPCFiltering
import IPCFormats
import IPCModel
import IPCSession

/// The files that a run writes to, opened with the user's own rights, and not emptied yet.
///
/// They are opened before signals are taken over, which end a wait for the reader of a FIFO, and before the first byte of
/// a capture is read, for which ipcdump gives up what it may.
struct Outputs: ~Copyable {
  private var shown: OutputFile
  /// The first file of `-w`; nil if there is none, or its name tells a time that is not known yet.
  private var kept: OutputFile?
  /// What is open, and none of which may be another of it.
  private let uses: [FileUse]

  /// Opens what the options ask for.
  ///
  /// - Parameters:
  ///   - summary: What is shown of what is added up, if anything is.
  ///   - input: Capture that is read, if one is.
  ///   - clock: Clock that times are told by, if it is known.
  /// - Throws: ``Failure`` if a file cannot be opened, or is another one as well.
  init(
    _ options: IPCDump, summary: SummaryOutput?, input: InputFile?, clock: WallClock?
  ) throws(Failure) {
    let shown = try OutputFile(path: options.output.file)
    let uses = [
      .diagnostics, input.map(FileUse.input), options.showsEvents ? shown.use(as: .text) : nil, summary?.use,
    ].compactMap { $0 }
    let kept = try Self.firstCapture(options, at: clock)
    try FileUse.requireDistinct(uses + [kept?.use(as: .capture)].compactMap { $0 })
    self.shown = shown
    self.kept = kept
    self.uses = uses
  }

  private static func firstCapture(_ options: IPCDump, at clock: WallClock?) throws(Failure) -> OutputFile? {
    guard let settings = options.capture.fileSettings(byteLimit: nil) else { return nil }
    return try Recorder.firstFile(settings, at: clock)
  }

  /// Empties them, and says where events go: shown, kept and added up.
  consuming func begin(
    _ options: IPCDump, _ selection: Selection, summary: SummaryOutput?, clock: WallClock
  ) throws(Failure) -> EventSink {
    let output = options.output
    let format = FormatOptions(
      byteLimit: output.shownBytes, timeStyle: output.time, clock: clock,
      color: output.isColored(onTerminal: shown.isTerminal))
    let recorder =
      if let settings = options.capture.fileSettings(byteLimit: output.shownBytes) {
        try Recorder(settings, clock: clock, first: kept, besides: uses)
      } else { nil as Recorder? }
    try shown.begin()
    return EventSink(
      filter: EventFilter(selection), format: options.showsEvents ? output.makeFormat(format) : nil,
      output: shown,
      showsContents: output.showsContents, limit: output.count ?? 0, hidesLosses: output.hidesLosses,
      recorder: recorder, summary: summary?.traffic, clock: clock)
  }
}
