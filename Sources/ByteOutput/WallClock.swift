import Glibc

/// What turns a kernel time into one that a person reads.
public struct WallClock: Sendable {
  /// Nanoseconds to add to `CLOCK_MONOTONIC` for `CLOCK_REALTIME`.
  public var offset: Int64
  /// Start of the trace, in nanoseconds of `CLOCK_MONOTONIC`.
  public var start: UInt64
  /// Zone of local times.
  public var zone: TimeZoneOffset

  /// Creates a clock from known values.
  public init(offset: Int64, start: UInt64, zone: TimeZoneOffset = .local) {
    self.offset = offset
    self.start = start
    self.zone = zone
  }

  /// Reads the system's clocks; the trace starts now.
  public init(zone: TimeZoneOffset = .local) {
    self.init(
      offset: WallClock.measureOffset(),
      start: UInt64(bitPattern: WallClock.nanoseconds(of: CLOCK_MONOTONIC)),
      zone: zone
    )
  }

  /// Follows the wall clock if it was set, or if the machine slept, since the last reading.
  ///
  /// Smaller differences than a millisecond are left alone: they are noise, and following it would put
  /// printed times out of order.
  public mutating func resynchronize() {
    let current = WallClock.measureOffset()
    if (current &- offset).magnitude > 1_000_000 { offset = current }
  }

  /// Time of day, as nanoseconds since 1970.
  package func epochNanoseconds(of time: UInt64) -> Int64 { Int64(truncatingIfNeeded: time) &+ offset }

  /// Reads both clocks several times and believes the reading that was interrupted least.
  private static func measureOffset() -> Int64 {
    var best: (uncertainty: Int64, offset: Int64) = (.max, 0)
    for _ in 0..<5 {
      let before = nanoseconds(of: CLOCK_MONOTONIC)
      let real = nanoseconds(of: CLOCK_REALTIME)
      let uncertainty = nanoseconds(of: CLOCK_MONOTONIC) - before
      if uncertainty < best.uncertainty { best = (uncertainty, real - before - uncertainty / 2) }
    }
    return best.offset
  }

  fileprivate static func nanoseconds(of clock: clockid_t) -> Int64 {
    var reading = timespec()
    clock_gettime(clock, &reading)
    return Int64(reading.tv_sec) * 1_000_000_000 + Int64(reading.tv_nsec)
  }
}

/// Now, in nanoseconds of `CLOCK_MONOTONIC`, as the kernel's records have it.
package func monotonicNow() -> UInt64 { UInt64(bitPattern: WallClock.nanoseconds(of: CLOCK_MONOTONIC)) }

/// Difference between a zone's local time and UTC, which changes with the seasons.
public struct TimeZoneOffset: Sendable {
  private let secondsEast: @Sendable (Int64) -> Int

  /// Creates a zone.
  ///
  /// - Parameter secondsEast: Seconds to add to UTC at a time in seconds since 1970.
  public init(_ secondsEast: @escaping @Sendable (Int64) -> Int) {
    self.secondsEast = secondsEast
  }

  /// Creates a zone that is always the same number of seconds ahead of UTC.
  public init(secondsEast: Int) {
    self.init { _ in secondsEast }
  }

  /// The system's zone, or that of the environment's `TZ`.
  public static let local: TimeZoneOffset = {
    // POSIX does not promise that `localtime_r` reads `TZ`.
    tzset()
    return TimeZoneOffset { second in
      var time = time_t(second)
      var parts = tm()
      return localtime_r(&time, &parts) == nil ? 0 : parts.tm_gmtoff
    }
  }()

  /// Minutes to add to UTC at a time in seconds since 1970.
  ///
  /// RFC 3339 knows no seconds here, and a printed time must agree with the offset printed beside it.
  package func minutes(at second: Int64) -> Int { secondsEast(second) / 60 }
}
