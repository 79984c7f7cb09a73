import Glibc

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
