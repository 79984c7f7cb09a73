import Glibc

/// Writes local times; all but the nanoseconds is worked out once a second.
struct TimestampWriter: Sendable {
  /// What of a time is written.
  enum Layout: Sendable {
    /// `15:04:05.123456789`
    case wall
    /// `2026-11-20 15:04:05.123456789`
    case date
    /// `2026-11-20T15:04:05.123456789+00:00`
    case rfc3339
  }

  var clock: WallClock {
    didSet { second = nil }
  }

  /// Part of the stamp that the layout shows.
  private let shown: Range<Int>
  /// Time in the form of `YYYY-MM-DDThh:mm:ss.nnnnnnnnn+hh:mm`.
  private var stamp = InlineArray<35, UInt8>(repeating: UInt8(ascii: "0"))
  /// Second that the stamp holds, since 1970.
  private var second: Int64?

  init(_ layout: Layout, clock: WallClock) {
    self.clock = clock
    shown =
      switch layout {
      case .wall: 11..<29
      case .date: 0..<29
      case .rfc3339: 0..<35
      }
    for index in [4, 7] { stamp[index] = UInt8(ascii: "-") }
    for index in [13, 16, 32] { stamp[index] = UInt8(ascii: ":") }
    stamp[19] = UInt8(ascii: ".")
    stamp[10] = UInt8(ascii: layout == .rfc3339 ? "T" : " ")
  }

  /// Appends a time of `CLOCK_MONOTONIC`.
  mutating func append(_ time: UInt64, to output: inout OutputBuffer) {
    let billion: Int64 = 1_000_000_000
    var (current, nanosecond) = clock.epochNanoseconds(of: time).quotientAndRemainder(dividingBy: billion)
    if nanosecond < 0 {
      current -= 1
      nanosecond += billion
    }
    if current != second { setSecond(current) }
    put(Int(nanosecond), at: 20, width: 9)
    stamp.span.extracting(shown).withUnsafeBufferPointer { output.append($0) }
  }

  private mutating func setSecond(_ second: Int64) {
    let offset = clock.zone.minutes(at: second)
    // Local time is told as if it were UTC, so that only the offset depends on the zone.
    var local = time_t(second) + 60 * offset
    var parts = tm()
    gmtime_r(&local, &parts)
    put(Int(parts.tm_year) + 1900, at: 0, width: 4)
    put(Int(parts.tm_mon) + 1, at: 5, width: 2)
    put(Int(parts.tm_mday), at: 8, width: 2)
    put(Int(parts.tm_hour), at: 11, width: 2)
    put(Int(parts.tm_min), at: 14, width: 2)
    put(Int(parts.tm_sec), at: 17, width: 2)
    stamp[29] = UInt8(ascii: offset < 0 ? "-" : "+")
    put(abs(offset) / 60, at: 30, width: 2)
    put(abs(offset) % 60, at: 33, width: 2)
    self.second = second
  }

  private mutating func put(_ value: Int, at position: Int, width: Int) {
    // Of 32 bits and without a sign, a division is one multiplication.
    var rest = UInt32(truncatingIfNeeded: value)
    for index in stride(from: position + width - 1, through: position, by: -1) {
      stamp[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
  }
}
