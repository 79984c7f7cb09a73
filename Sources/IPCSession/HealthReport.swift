import ByteOutput
import IPCCapture

/// Measures how ipcdump itself fares, and tells it every second.
struct HealthReport {
  private let ringSize: Int
  /// Most bytes that have waited since it was told last.
  private var mostWaiting = 0
  private var next: UInt64 = 0

  private static let interval: UInt64 = 1_000_000_000

  /// Prepares to measure.
  ///
  /// - Parameter ringSize: Bytes that the ring has room for.
  init(ringSize: Int) { self.ringSize = ringSize }

  /// Looks at the ring before it is emptied.
  ///
  /// - Parameters:
  ///   - waiting: Bytes that wait in it.
  ///   - now: The time, in nanoseconds of `CLOCK_MONOTONIC`.
  /// - Returns: What is to be told; nil if it is not time yet.
  mutating func look(waiting: Int, now: UInt64) -> CapturedHealth? {
    mostWaiting = max(mostWaiting, waiting)
    guard now >= next else { return nil }
    next = now + Self.interval
    defer { mostWaiting = 0 }
    let usage = OwnUsage.now
    return CapturedHealth(
      time: now, ringBytes: UInt64(clamping: mostWaiting), ringSize: UInt64(ringSize), cpuTime: usage.cpuTime,
      memory: usage.memory)
  }
}
