import IPCFiltering
import IPCFormats
import IPCModel
import IPCSummary

/// Last step of an event: decided on, formatted and counted.
///
/// A class, so that it can be filled while the correlator hands out events.
final class EventSink {
  private let filter: EventFilter
  private var format: (any EventFormat)?
  private let showsContents: Bool
  private let limit: UInt64
  private let summary: TrafficSummary?
  private(set) var buffer = OutputBuffer()

  /// Events that were shown.
  private(set) var captured: UInt64 = 0

  /// - Parameters:
  ///   - format: nil if events are not shown.
  ///   - summary: Where they are added up, if at all.
  init(
    filter: EventFilter, format: (any EventFormat)?, showsContents: Bool, limit: UInt64,
    summary: TrafficSummary? = nil
  ) {
    self.filter = filter
    self.format = format
    self.showsContents = showsContents
    self.limit = limit
    self.summary = summary
    self.format?.appendHeader(to: &buffer)
  }

  /// Whether as many events were shown as were asked for.
  var isSatisfied: Bool { limit > 0 && captured >= limit }

  /// Takes an event; false if no more are wanted.
  func take(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable
  ) -> Bool {
    if isSatisfied { return false }
    if filter.passes(event) {
      format?.append(event, content: showsContents ? content : nil, texts: texts, to: &buffer)
      summary?.take(event, texts: texts)
      captured += 1
    }
    return !isSatisfied
  }

  /// Takes a loss, to be told among the events if it is shown.
  func take(_ loss: Loss, isShown: Bool) {
    summary?.take(loss)
    if isShown { format?.append(loss, to: &buffer) }
  }

  /// Follows the wall clock if it has been set.
  func resynchronizeClock() { format?.clock.resynchronize() }

  /// Writes what has been formatted.
  func flush(to output: borrowing OutputFile) throws(Failure) {
    try output.write(&buffer)
  }
}
