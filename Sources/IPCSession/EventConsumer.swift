import ByteOutput
import IPCCapture
import IPCFormats
import IPCModel

/// What becomes of events: they are shown, kept or added up.
///
/// A class, so that it can be filled while the correlator hands out events.
public protocol EventConsumer: AnyObject {
  /// Bytes that have been made of events and are not written yet.
  var pendingBytes: Int { get }

  /// Descriptors that events are written to, so that what shows them can be left out of the trace; with those that get
  /// only a few lines, which a terminal may show and be traced nevertheless, in ``sparseDescriptors``.
  var descriptors: [Int32] { get }

  /// Descriptors that get a few lines, however much is traced.
  var sparseDescriptors: [Int32] { get }

  /// Whether files will be opened while events come.
  var opensFiles: Bool { get }

  /// Takes an event, and what belongs to it: events are plain data.
  ///
  /// - Parameters:
  ///   - event: What happened.
  ///   - content: Bytes that were captured of it, valid during the call; nil if there are none.
  ///   - texts: Table that its texts are in.
  /// - Returns: Whether it was taken; false if this output is complete, which ends the run before the event.
  func take(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable
  ) -> Bool

  /// Takes a loss.
  func take(_ loss: Loss)

  /// Learns who waits for whom, which has been looked at.
  func take(_ waits: CapturedWaits)

  /// Learns how ipcdump itself fares.
  func take(_ health: CapturedHealth)

  /// Learns that the events end here because of a failure.
  func take(_ failure: Failure)

  /// Tells times by another clock from now on.
  func follow(_ clock: WallClock)

  /// Writes what is pending.
  func flush() throws(Failure)

  /// Shows what it has added up until now, because somebody asks for that.
  ///
  /// - Returns: Whether it adds anything up.
  func showSummary() throws(Failure) -> Bool

  /// Ends the output, and writes what is left. Nothing is taken any more.
  func finish() throws(Failure)
}

/// An output that writes at its end only, and tells no times.
extension EventConsumer {
  /// Nothing: nothing is made of events before the end.
  public var pendingBytes: Int { 0 }

  /// None: no traffic is made while the trace goes on.
  public var descriptors: [Int32] { [] }

  /// None.
  public var sparseDescriptors: [Int32] { [] }

  /// No: what is written to is open from the beginning.
  public var opensFiles: Bool { false }

  /// Does nothing: it is about processes, not about what they sent.
  public func take(_ waits: CapturedWaits) {}

  /// Does nothing: it is about ipcdump, not about what others sent.
  public func take(_ health: CapturedHealth) {}

  /// Does nothing: what was taken is whole.
  public func take(_ failure: Failure) {}

  /// Does nothing.
  public func follow(_ clock: WallClock) {}

  /// Does nothing.
  public func flush() throws(Failure) {}
}

extension EventConsumer {
  /// False: most outputs add nothing up.
  public func showSummary() throws(Failure) -> Bool { false }
}
