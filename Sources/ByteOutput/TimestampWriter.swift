import Glibc

/// Writes local times; all but the nanoseconds is worked out once a second.
package struct TimestampWriter: Sendable {
  /// What of a time is written.
  package enum Layout: Sendable {
    /// `15:04:05.123456789`
    case wall
    /// `2026-11-20 15:04:05.123456789`
    case date
    /// `2026-11-20T15:04:05.123456789+00:00`
    case rfc3339
  }

  private static let nanoseconds: Int64 = 1_000_000_000

  /// Clock that times are read by.
  package var clock: WallClock {
    didSet { second = nil }
  }

  /// Part of the stamp that the layout shows.
  private let shown: Range<Int>
  /// Time in the form of `YYYY-MM-DDThh:mm:ss.nnnnnnnnn+hh:mm`.
  private var stamp = InlineArray<35, UInt8>(repeating: UInt8(ascii: "0"))
  /// When the second begins that the stamp holds, in nanoseconds since 1970.
  private var second: Int64?

  /// Writes times in a layout.
  package init(_ layout: Layout, clock: WallClock) {
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
  package mutating func append(_ time: UInt64, to output: inout OutputBuffer) {
    let now = clock.epochNanoseconds(of: time)
    let nanosecond = nanosecond(of: now) ?? setSecond(of: now)
    output.append(upTo: stamp.count) { place in
      stamp.span.extracting(shown).withUnsafeBufferPointer { stamp in
        if let start = stamp.baseAddress { place.initialize(from: start, count: stamp.count) }
      }
      writeDigits(of: UInt64(nanosecond), to: place + (20 - shown.lowerBound), count: 9)
      return shown.count
    }
  }

  /// Nanoseconds of a time in the second that the stamp holds; nil if it is in another one.
  private func nanosecond(of now: Int64) -> Int64? {
    guard let second, now >= second else { return nil }
    // Both may be so far apart that only a number without a sign holds it.
    let elapsed = UInt64(bitPattern: now &- second)
    return elapsed < UInt64(Self.nanoseconds) ? Int64(elapsed) : nil
  }

  /// Sets all but the nanoseconds; returns those.
  private mutating func setSecond(of now: Int64) -> Int64 {
    var (second, nanosecond) = now.quotientAndRemainder(dividingBy: Self.nanoseconds)
    if nanosecond < 0 {
      second -= 1
      nanosecond += Self.nanoseconds
    }
    let (start, isBeyond) = now.subtractingReportingOverflow(nanosecond)
    self.second = isBeyond ? nil : start
    let offset = clock.zone.minutes(at: second)
    // Local time is written as if it were UTC, so that only the offset depends on the zone.
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
    return nanosecond
  }

  private mutating func put(_ value: Int, at position: Int, width: Int) {
    var rest = value
    for index in stride(from: position + width - 1, through: position, by: -1) {
      stamp[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
  }
}
