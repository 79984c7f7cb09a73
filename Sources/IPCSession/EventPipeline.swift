import ByteOutput
import IPCCapture
import IPCFiltering
import IPCFormats
import IPCModel

/// The way of an event behind the correlator or a capture: decided on, then handed to every output.
///
/// A class, so that it can be filled while events are handed out.
public final class EventPipeline {
  private let filter: EventFilter
  private let consumers: [any EventConsumer]
  private let limit: UInt64
  /// Clock that the outputs tell times by.
  private(set) var clock: WallClock
  private var isEnded = false
  private var isComplete = false

  /// Events that passed the filter and were taken.
  public private(set) var captured: UInt64 = 0
  /// Operations that were lost.
  public private(set) var lost: UInt64 = 0

  /// Bytes that outputs may let wait before more is taken, so that memory stays the same.
  private static let portion = 1 << 20

  /// Connects a filter with outputs.
  ///
  /// - Parameters:
  ///   - consumers: Outputs in the order in which they take an event. One that can be complete stands before those that
  ///     should not get the event which it refuses.
  ///   - limit: Events after which enough were taken; 0 for no limit.
  ///   - clock: Clock that the outputs tell times by.
  public init(_ filter: EventFilter, _ consumers: [any EventConsumer], limit: UInt64, clock: WallClock) {
    self.filter = filter
    self.consumers = consumers
    self.limit = limit
    self.clock = clock
  }

  /// Whether no more events are wanted.
  public var isSatisfied: Bool { isComplete || (limit > 0 && captured >= limit) }

  /// Whether outputs have to write before more is taken.
  public var isFull: Bool { consumers.contains { $0.pendingBytes >= Self.portion } }

  /// Descriptors that events are written to, and those that get few lines.
  var descriptors: (busy: [Int32], sparse: [Int32]) {
    (consumers.flatMap(\.descriptors), consumers.flatMap(\.sparseDescriptors))
  }

  /// Whether an output will open files.
  var opensFiles: Bool { consumers.contains { $0.opensFiles } }

  /// Takes an event.
  ///
  /// - Parameters:
  ///   - content: Bytes that were captured of it; nil if there are none.
  ///   - texts: Table that its texts are in.
  /// - Returns: False if no more are wanted, or not before ``flush()``.
  public func take(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable
  ) -> Bool {
    if isSatisfied { return false }
    guard filter.passes(event, content: content, texts: texts) else { return true }
    var isFull = false
    for index in consumers.indices {
      let consumer = consumers[index]
      guard consumer.take(event, content: content, texts: texts) else {
        isComplete = true
        return false
      }
      if consumer.pendingBytes >= Self.portion { isFull = true }
    }
    captured += 1
    return !isFull && !isSatisfied
  }

  /// Takes a loss. What was lost of a type that nobody wants would not have been noticed.
  public func take(_ loss: Loss) {
    guard filter.passes(loss) else { return }
    lost += loss.count
    for consumer in consumers { consumer.take(loss) }
  }

  /// Tells the outputs who waits for whom.
  func take(_ waits: CapturedWaits) {
    for consumer in consumers { consumer.take(waits) }
  }

  /// Tells the outputs how ipcdump itself fares.
  func take(_ health: CapturedHealth) {
    for consumer in consumers { consumer.take(health) }
  }

  /// Tells the outputs that the events end here because of a failure.
  func take(_ failure: Failure) {
    for consumer in consumers { consumer.take(failure) }
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
    for consumer in consumers { consumer.follow(clock) }
  }

  /// Lets the outputs write what is pending.
  func flush() throws(Failure) {
    for consumer in consumers { try consumer.flush() }
  }

  /// Lets the outputs show what they have added up until now.
  ///
  /// - Returns: Whether one of them adds anything up.
  func showSummary() throws(Failure) -> Bool {
    var isShown = false
    for consumer in consumers where try consumer.showSummary() { isShown = true }
    return isShown
  }

  /// Ends the outputs, each once and whatever befalls another one. Nothing is taken any more.
  func finish() throws(Failure) {
    if isEnded { return }
    isEnded = true
    var failure: Failure?
    for consumer in consumers {
      do throws(Failure) { try consumer.finish() } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
  }

  /// What is said when the run is over.
  public var closingLine: String {
    "\(captured) \(captured == 1 ? "event" : "events") captured, \(lost) lost"
  }
}
