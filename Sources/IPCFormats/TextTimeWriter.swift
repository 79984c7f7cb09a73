/// Writes what a line of text begins with, in the style that the user asked for.
struct TextTimeWriter: Sendable {
  private let style: TimeStyle
  private var stamps: TimestampWriter
  private var previous: UInt64?

  init(_ style: TimeStyle, clock: WallClock) {
    self.style = style
    stamps = TimestampWriter(style == .date ? .date : .wall, clock: clock)
  }

  var clock: WallClock {
    get { stamps.clock }
    set { stamps.clock = newValue }
  }

  /// Appends a time of `CLOCK_MONOTONIC` and a space, or nothing if the style is none.
  mutating func append(_ time: UInt64, to output: inout OutputBuffer) {
    switch style {
    case .wall, .date: stamps.append(time, to: &output)
    case .epoch: output.appendSeconds(nanoseconds: clock.epochNanoseconds(of: time))
    case .delta:
      output.appendSeconds(nanoseconds: Int64(bitPattern: time &- (previous ?? time)))
      previous = time
    case .relative: output.appendSeconds(nanoseconds: Int64(bitPattern: time &- clock.start))
    case .none: return
    }
    output.append(" ")
  }
}
