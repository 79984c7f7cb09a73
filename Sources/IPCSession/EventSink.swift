import ByteOutput
import IPCFiltering
import IPCFormats
import IPCModel
import IPCTraffic

/// Last step of an event: decided on, formatted, kept and counted.
///
/// A class, so that it can be filled while the correlator hands out events.
public final class EventSink {
  private let filter: EventFilter
  private var format: (any EventFormat)?
  /// Whether there is a format; to ask that itself would copy it.
  private let showsEvents: Bool
  private let showsContents: Bool
  private let limit: UInt64
  private let hidesLosses: Bool
  private var isEnded = false
  private let recorder: Recorder?
  private let summary: TrafficSummary?
  private let output: OutputFile
  private var clock: WallClock
  private var buffer = OutputBuffer()

  /// Events that were shown, kept or added up.
  private(set) var captured: UInt64 = 0

  /// - Parameters:
  ///   - format: nil if events are not shown.
  ///   - output: Where they are shown.
  ///   - recorder: Where they are kept, if at all.
  ///   - summary: Where they are added up, if at all.
  ///   - clock: Clock that times are told by, as the format's.
  public init(
    filter: EventFilter, format: (any EventFormat)?, output: consuming OutputFile, showsContents: Bool,
    limit: UInt64,
    hidesLosses: Bool, recorder: Recorder? = nil, summary: TrafficSummary? = nil, clock: WallClock
  ) {
    self.filter = filter
    self.format = format
    self.output = output
    showsEvents = format != nil
    self.showsContents = showsContents
    self.limit = limit
    self.hidesLosses = hidesLosses
    self.recorder = recorder
    self.summary = summary
    self.clock = clock
    self.format?.appendHeader(to: &buffer)
  }

  /// Whether as many events were taken as were asked for.
  var isSatisfied: Bool { (limit > 0 && captured >= limit) || recorder?.isFull ?? false }

  /// Descriptors that show or keep what is traced.
  var descriptors: [Int32] {
    let shown = showsEvents ? output.descriptor : nil
    return [shown, recorder?.descriptor].compactMap { $0 }
  }

  /// Whether more files may have to be opened.
  var opensFiles: Bool { recorder?.opensFiles ?? false }

  /// Whether what has been formatted or kept is to be written before more is taken, so that memory stays the same.
  var isFull: Bool { max(buffer.count, recorder?.pending ?? 0) >= Self.portion }

  private static let portion = 1 << 20

  /// Takes an event; false if no more are wanted, or not now.
  func take(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable
  ) -> Bool {
    if isSatisfied { return false }
    guard filter.passes(event) else { return true }
    if let recorder, !recorder.take(event, content: content, texts: texts, clock: clock) { return false }
    show(event, content: content, texts: texts)
    summary?.take(event, texts: texts)
    captured += 1
    return !isSatisfied && !isFull
  }

  /// Takes a loss.
  func take(_ loss: Loss) {
    recorder?.take(loss, clock: clock)
    summary?.take(loss)
    if !hidesLosses { format?.append(loss, to: &buffer) }
  }

  /// Follows the wall clock if it has been set.
  func resynchronizeClock() {
    var current = clock
    current.resynchronize()
    follow(current)
  }

  /// Tells times by another clock from now on.
  func follow(_ clock: WallClock) {
    // Every event of a capture has one, nearly always the same.
    guard clock.offset != self.clock.offset || clock.start != self.clock.start else { return }
    self.clock = clock
    format?.clock = clock
  }

  /// Writes what has been formatted and kept.
  func flush() throws(Failure) {
    try recorder?.flush()
    try output.write(&buffer)
  }

  /// Ends the output, and the file in which events are kept, and writes what is left. Nothing is taken any more.
  func finish() throws(Failure) {
    if !isEnded {
      isEnded = true
      format?.appendFooter(to: &buffer)
    }
    try recorder?.finish()
    try output.write(&buffer)
  }

  private func show(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable
  ) {
    guard showsEvents else { return }
    if showsContents || (recorder == nil && content == nil) {
      format?.append(event, content: content, texts: texts, to: &buffer)
    } else {
      // They were captured for somebody else.
      format?.append(event.withoutContents(), content: nil, texts: texts, to: &buffer)
    }
  }
}
