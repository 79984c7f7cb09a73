import IPCFiltering
import IPCFormats
import IPCModel

/// Last step of an event: decided on, formatted and counted.
///
/// A class, so that it can be filled while the correlator hands out events.
final class EventSink {
  private let filter: EventFilter
  private var format: any EventFormat
  private let showsContents: Bool
  private let limit: UInt64
  private var isEnded = false
  private(set) var buffer = OutputBuffer()

  /// Events that were shown.
  private(set) var captured: UInt64 = 0

  init(filter: EventFilter, format: any EventFormat, showsContents: Bool, limit: UInt64) {
    self.filter = filter
    self.format = format
    self.showsContents = showsContents
    self.limit = limit
    self.format.appendHeader(to: &buffer)
  }

  /// Whether as many events were shown as were asked for.
  var isSatisfied: Bool { limit > 0 && captured >= limit }

  /// Takes an event; false if no more are wanted.
  func take(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable
  ) -> Bool {
    if isSatisfied { return false }
    if filter.passes(event) {
      format.append(event, content: showsContents ? content : nil, texts: texts, to: &buffer)
      captured += 1
    }
    return !isSatisfied
  }

  /// Tells a loss among the events.
  func take(_ loss: Loss) {
    format.append(loss, to: &buffer)
  }

  /// Follows the wall clock if it has been set.
  func resynchronizeClock() { format.clock.resynchronize() }

  /// Ends the output, once; nothing is taken any more.
  func end() {
    guard !isEnded else { return }
    isEnded = true
    format.appendFooter(to: &buffer)
  }

  /// Writes what has been formatted.
  func flush(to output: borrowing OutputFile) throws(Failure) {
    try output.write(&buffer)
  }
}
