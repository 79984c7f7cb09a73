import ByteOutput
import IPCCapture
import IPCFiltering
import IPCFormats
import IPCModel
import IPCProtocols
import IPCSession

/// The files that a run writes to, opened with the user's own rights, and not emptied yet.
///
/// They are opened before signals are taken over, which end a wait for the reader of a FIFO, and before the first byte of
/// a capture is read, for which ipcdump gives up what it may.
struct Outputs: ~Copyable {
  /// Where events are shown; nil if they are not.
  private var shown: OutputFile?
  /// The first file of `-w`; nil if there is none, or its name tells a time that is not known yet.
  private var kept: OutputFile?
  /// What is open, and none of which may be another of it.
  private let uses: [FileUse]

  /// Opens what the options ask for.
  ///
  /// - Parameters:
  ///   - summary: What is shown of what is added up, if anything is.
  ///   - input: Capture that is read, if one is.
  ///   - clock: Clock that times are shown by, if it is known.
  /// - Throws: ``Failure`` if a file cannot be opened, or is another one as well.
  init(
    _ options: TraceCommand, summary: TrafficOutput?, input: InputFile?, clock: WallClock?
  ) throws(Failure) {
    let shown = options.showsEvents ? try OutputFile(path: options.output.file) : nil
    let uses = [.diagnostics, input.map(FileUse.input), shown?.use(as: .text), summary?.use].compactMap { $0 }
    let kept = try Self.firstCapture(options, at: clock)
    try FileUse.requireDistinct(uses + [kept?.use(as: .capture)].compactMap { $0 })
    self.shown = shown
    self.kept = kept
    self.uses = uses
  }

  private static func firstCapture(
    _ options: TraceCommand, at clock: WallClock?
  ) throws(Failure) -> OutputFile? {
    guard !options.recorder.isWanted, let settings = options.capture.fileSettings(byteLimit: nil) else {
      return nil
    }
    return try CaptureOutput.firstFile(settings, at: clock)
  }

  /// What keeps events until a trigger comes; nil if nothing does.
  ///
  /// - Parameters:
  ///   - settings: What is asked of it.
  ///   - matchTimeout: How long one side of a transfer waits for the other, in nanoseconds.
  ///   - clock: Clock that times are shown by.
  /// - Throws: ``Failure`` if its file cannot be written, or is another one as well.
  borrowing func makeRecorder(
    _ options: TraceCommand, _ settings: RecorderSettings?, matchTimeout: UInt64, clock: WallClock
  ) throws(Failure) -> FlightRecorder? {
    guard let settings, let files = options.capture.fileSettings(byteLimit: options.output.shownBytes) else {
      return nil
    }
    return try FlightRecorder(settings, files, matchTimeout: matchTimeout, clock: clock, besides: uses)
  }

  /// Empties them, and leads events to them: to what is kept first, because it can be complete.
  ///
  /// - Parameters:
  ///   - isTracing: Whether the kernel has chosen the events by the same selection.
  ///   - recorder: What keeps events until a trigger comes, if anything does.
  ///   - omissions: Who can leave out contents that decoders of messages pass over.
  consuming func begin(
    _ options: TraceCommand, _ selection: Selection, isTracing: Bool, summary: TrafficOutput?,
    clock: WallClock, recorder: FlightRecorder? = nil, omissions: KernelOmissions? = nil
  ) throws(Failure) -> EventPipeline {
    let filter = EventFilter(selection, isTracing: isTracing)
    let output = options.output
    let messages = options.messages
    let asked =
      messages.isWanted
      ? messages.settings(output, filter: options.filter, rules: options.capture.dissect) : nil
    var outputs: [any EventConsumer] = []
    // Both decode the same; one of them asks for all.
    let shownMessages = options.showsEvents
    if let recorder {
      outputs += Self.recording(options, recorder, asked)
    } else if let files = options.capture.fileSettings(byteLimit: output.shownBytes) {
      let capture = try CaptureOutput(files, clock: clock, first: kept, besides: uses)
      outputs.append(messages.redact ? RedactedOutput(capture) : capture)
    }
    if var shown {
      try shown.begin()
      var formatOptions = FormatOptions(
        byteLimit: output.shownBytes, timeStyle: output.time, clock: clock,
        color: output.isColored(onTerminal: shown.isTerminal))
      formatOptions.showsProtocol = output.showsProtocol
      formatOptions.details = options.endDetails
      if let asked {
        outputs.append(
          MessageOutput(
            messages.choice(output), asked, as: output.makeMessageFormat(formatOptions), to: shown,
            filter: filter, omissions: omissions))
      } else {
        let isForOthers =
          options.capture.output != nil || output.showsProtocol
          || options.filter.needsContents
        let lines = FormattedOutput(
          output.makeFormat(formatOptions), to: shown,
          contents: output.showsContents ? .shown : isForOthers ? .hidden : .unwanted,
          showsLosses: !output.hidesLosses, showsProtocol: output.showsProtocol)
        outputs.append(messages.redact ? RedactedOutput(lines) : lines)
      }
    }
    if let summary { outputs.append(summary) }
    guard let asked else {
      return EventPipeline(filter, outputs, limit: output.count ?? 0, clock: clock)
    }
    if options.summary.isWanted {
      outputs.append(
        CallSummaryOutput(
          rowCount: options.summary.shownEdges, isJSON: output.format == .json, asked,
          to: try options.summaryFile(), filter: filter, omissions: shownMessages ? nil : omissions))
    }
    // Of messages and calls, as many are counted as are shown.
    let transfers = EventFilter(selection.ofBothDirections, isTracing: isTracing)
    return EventPipeline(transfers, outputs, limit: 0, clock: clock)
  }

  /// A recorder, and what tells it of triggers; that ends first, and may still find one then.
  private static func recording(
    _ options: TraceCommand, _ recorder: FlightRecorder, _ messages: MessageSettings?
  ) -> [any EventConsumer] {
    var outputs: [any EventConsumer] = []
    let expressions = recorder.expressions
    if !expressions.isEmpty {
      var settings = messages
      if expressions.contains(where: \.needsContents) { settings?.keepsContents = true }
      outputs.append(
        ExpressionTriggers(
          expressions, shown: (options.messages.messages, options.messages.calls), settings,
          recorder: recorder))
    }
    return outputs + [options.messages.redact ? RedactedOutput(recorder) : recorder]
  }
}
