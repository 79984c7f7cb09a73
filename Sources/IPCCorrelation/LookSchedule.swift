/// When to ask the kernel which channels still exist: seldom, and ever more seldom while nothing comes of it.
struct LookSchedule {
  private static let longest = 32

  private var sweepsToGo = 0
  private var interval = 1
  private var hasUnread = false
  private var lastUnread = 0

  /// Whether the next sweep should be given a look.
  var isDue: Bool { hasUnread && sweepsToGo == 0 }

  /// Learns what a sweep has found.
  ///
  /// - Parameters:
  ///   - unread: Resting channels with unread bytes, if the sweep had no look.
  ///   - hasLooked: Whether it had one.
  ///   - found: Whether the look has shown a channel to be gone.
  mutating func note(unread: Int, hasLooked: Bool, found: Bool) {
    if hasLooked {
      interval = found ? 1 : min(interval * 2, Self.longest)
      sweepsToGo = interval
      hasUnread = false
      return
    }
    if unread > lastUnread { interval = 1 }
    lastUnread = unread
    hasUnread = unread > 0
    sweepsToGo = max(0, min(sweepsToGo, interval) - 1)
  }
}
