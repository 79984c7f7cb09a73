import ByteOutput
import IPCModel

/// Way to show events as bytes.
public protocol EventFormat: Sendable {
  /// Creates a format.
  init(_ options: FormatOptions)

  /// Clock by which kernel times become times of day; it can be replaced while a trace runs.
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

/// What the user may choose about any format.
public struct FormatOptions: Sendable {
  /// Most bytes of contents shown of one event; nil if all that was captured is shown.
  public var byteLimit: Int?
  /// How lines of text show the time.
  public var timeStyle: TimeStyle
  /// What turns kernel times into wall times.
  public var clock: WallClock
  /// Whether text is coloured.
  public var color: Bool
  /// How text shows contents.
  public var contentStyle: ContentStyle
  /// What else lines of text, JSON and CSV show of both ends.
  public var details: EndDetails

  /// Creates options; the defaults read the clocks now.
  public init(
    byteLimit: Int? = nil, timeStyle: TimeStyle = .wall, clock: WallClock = WallClock(), color: Bool = false,
    contentStyle: ContentStyle = .hexDump, details: EndDetails = []
  ) {
    self.byteLimit = byteLimit
    self.timeStyle = timeStyle
    self.clock = clock
    self.color = color
    self.contentStyle = contentStyle
    self.details = details
  }
}

/// How lines of text show the time of an event; JSON and CSV always carry RFC 3339.
public enum TimeStyle: String, Sendable, CaseIterable {
  /// Local time of day.
  case wall
  /// Local date and time of day.
  case date
  /// Seconds since 1970-01-01T00:00:00Z.
  case epoch
  /// Seconds since the line before.
  case delta
  /// Seconds since the start of the trace.
  case relative
  /// No time at all.
  case none
}

/// How text shows the contents of an event; other formats have one way only.
public enum ContentStyle: Sendable, CaseIterable {
  /// As `hexdump -C` does.
  case hexDump
  /// ASCII in which every other byte is an escape sequence.
  case ascii
  /// The lines that the contents consist of.
  case lines
}
