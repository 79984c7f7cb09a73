import ByteOutput
import Glibc
import IPCCapture
import IPCFiltering
import IPCFormats
import IPCModel

/// One run of `-r`: shows what a capture holds as if it happened now. Needs no privilege.
public struct Replay: ~Copyable {
  private let summary: SummaryOutput?
  private let input: ReplayInput
  private var reader: CaptureReader
  private var lost: UInt64 = 0

  /// Begins to read a capture.
  ///
  /// - Parameters:
  ///   - file: The capture.
  ///   - summary: Shows what has been added up, if anything is.
  public init(_ file: InputFile, summary: SummaryOutput?) throws(Failure) {
    // Who reads the output may leave, also if whoever started ipcdump had this ignored.
    signal(SIGPIPE, SIG_DFL)
    let input = ReplayInput(summary: summary)
    reader = try CaptureReader(file: file) { descriptor throws(Failure) in
      try input.mayRead(from: descriptor)
    }
    self.summary = summary
    self.input = input
  }

  /// Clock of the capture's beginning.
  public var clock: WallClock { reader.clock }

  /// Shows everything.
  ///
  /// - Parameters:
  ///   - sink: Where events go.
  ///   - kinds: Kinds that are shown; what was lost of another one would not have been noticed.
  ///   - isQuiet: Whether nothing is said on standard error but errors.
  public mutating func run(into sink: EventSink, kinds: Set<Kind>, isQuiet: Bool) throws(Failure) {
    do throws(Failure) {
      while !sink.isSatisfied, !input.isStopped, let entry = try reader.next() {
        take(entry, into: sink, kinds)
        if sink.isFull || !reader.hasMore { try sink.flush() }
      }
    } catch {
      // What was told to stop may have stopped anywhere.
      if !input.isStopped {
        // What is whole is shown before the sentence that says what is not.
        try? finish(sink)
        throw error
      }
    }
    try finish(sink)
    if !isQuiet { Diagnostics.write("\(sink.captured) events captured, \(lost) lost") }
  }

  /// Shows what is left. Nothing is going on that a summary could tell of.
  private mutating func finish(_ sink: EventSink) throws(Failure) {
    try sink.finish()
    try summary?.show(at: nil)
  }

  private mutating func take(_ entry: CaptureReader.Entry, into sink: EventSink, _ kinds: Set<Kind>) {
    sink.follow(reader.clock)
    switch entry {
    case .event(let event): _ = sink.take(event, content: reader.content, texts: reader.texts)
    case .loss(let loss):
      if let kind = loss.kind, !kinds.contains(kind) { return }
      lost += loss.count
      sink.take(loss)
    }
  }
}
