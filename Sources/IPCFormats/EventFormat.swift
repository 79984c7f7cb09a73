import IPCModel

/// Way to show events as bytes.
public protocol EventFormat: Sendable {
  /// Creates a format.
  init(_ options: FormatOptions)

  /// Clock that times are told by, which can be replaced while a trace runs.
  var clock: WallClock { get set }

  /// Appends what comes before the first event.
  mutating func appendHeader(to output: inout OutputBuffer)

  /// Appends an event.
  ///
  /// - Parameters:
  ///   - event: What happened.
  ///   - content: Bytes that were captured of it; nil if contents were not asked for.
  ///   - texts: Table that the event's texts are in.
  ///   - output: Where it goes.
  mutating func append(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable,
    to output: inout OutputBuffer)

  /// Appends a report of lost events.
  mutating func append(_ loss: Loss, to output: inout OutputBuffer)

  /// Appends what comes after the last event; nothing may follow.
  mutating func appendFooter(to output: inout OutputBuffer)
}

extension EventFormat {
  /// Appends nothing, as most formats have no header.
  public mutating func appendHeader(to output: inout OutputBuffer) {}

  /// Appends nothing, as a line needs no end.
  public mutating func appendFooter(to output: inout OutputBuffer) {}
}
