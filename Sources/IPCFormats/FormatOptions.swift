/// What the user may choose about any format.
public struct FormatOptions: Sendable {
  /// Most bytes of contents shown of one event; nil if all that was captured is shown.
  public var byteLimit: Int?
  /// How lines of text tell the time.
  public var timeStyle: TimeStyle
  /// What turns kernel times into wall times.
  public var clock: WallClock
  /// Whether text is coloured.
  public var color: Bool
  /// How text shows contents.
  public var contentStyle: ContentStyle

  /// Creates options; the defaults read the clocks now.
  public init(
    byteLimit: Int? = nil, timeStyle: TimeStyle = .wall, clock: WallClock = WallClock(), color: Bool = false,
    contentStyle: ContentStyle = .hexDump
  ) {
    self.byteLimit = byteLimit
    self.timeStyle = timeStyle
    self.clock = clock
    self.color = color
    self.contentStyle = contentStyle
  }
}
