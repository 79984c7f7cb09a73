import Glibc
import IPCCapture
import IPCFiltering
import IPCFormats
import IPCModel

/// One run of `-r`: shows what a capture holds as if it happened now. Needs no privilege.
struct Replay: ~Copyable {
  private let options: IPCDump
  private let selection: Selection
  private let output: OutputFile
  private let sink: EventSink
  private let summary: SummaryOutput?
  private let input: ReplayInput
  private var reader: CaptureReader
  private var lost: UInt64 = 0

  /// Opens the capture and where its events go.
  init(_ options: IPCDump, path: String) throws(Failure) {
    // Who reads the output may leave, also if whoever started ipcdump had this ignored.
    signal(SIGPIPE, SIG_DFL)
    let summary = try SummaryOutput(options)
    let input = ReplayInput(summary: summary)
    let reader = try CaptureReader(path: path) { descriptor throws(Failure) in
      try input.mayRead(from: descriptor)
    }
    let output = try OutputFile(path: options.output.file)
    let recorder = try Recorder(options.capture, byteLimit: options.output.shownBytes, clock: reader.clock)
    selection = options.filter.selection(ofCommand: false)
    sink = EventSink(
      options, selection, output, recorder: recorder, summary: summary?.traffic, clock: reader.clock)
    self.options = options
    self.summary = summary
    self.input = input
    self.output = output
    self.reader = reader
  }

  /// Shows everything.
  ///
  /// - Returns: Exit status.
  mutating func run() throws(Failure) -> Int32 {
    do throws(Failure) {
      while !sink.isSatisfied, !input.isStopped, let entry = try reader.next() {
        take(entry)
        if sink.isFull || !reader.hasMore { try sink.flush(to: output) }
      }
    } catch {
      // What was told to stop may have stopped anywhere.
      if !input.isStopped {
        // What is whole is shown before the sentence that says what is not.
        try? finish()
        throw error
      }
    }
    try finish()
    if !options.output.quiet { Diagnostics.write("\(sink.captured) events captured, \(lost) lost") }
    return 0
  }

  /// Shows what is left. Nothing is going on that a summary could tell of.
  private mutating func finish() throws(Failure) {
    try sink.finish(to: output)
    try summary?.show(at: nil)
  }

  private mutating func take(_ entry: CaptureReader.Entry) {
    sink.follow(reader.clock)
    switch entry {
    case .event(let event): _ = sink.take(event, content: reader.content, texts: reader.texts)
    case .loss(let loss):
      // What was lost of another type would not have been noticed.
      if let kind = loss.kind, !selection.kinds.contains(kind) { return }
      lost += loss.count
      sink.take(loss, isShown: !options.output.hidesLosses)
    }
  }
}
