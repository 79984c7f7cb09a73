/// How lines of text tell the time of an event; JSON and CSV always carry RFC 3339.
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
