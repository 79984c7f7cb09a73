/// What one file of a capture holds.
struct CaptureCounts {
  var events: UInt64 = 0
  var lost: UInt64 = 0
  /// Times of day of the first and the last event, in nanoseconds since 1970; 0 without any.
  var first: UInt64 = 0
  var last: UInt64 = 0

  /// Counts an event.
  mutating func note(_ time: UInt64) {
    if events == 0 { first = time }
    events += 1
    last = time
  }
}
