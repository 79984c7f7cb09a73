import DequeModule

/// Reads that wait for their writers, in the order of time, whatever order their records came in.
struct PendingReads<Place> {
  /// One of them: when it ended, its number, and where it is.
  typealias Entry = (time: UInt64, serial: UInt64, place: Place)

  private var entries = Deque<Entry>()

  /// The earliest one.
  var first: Entry? { entries.first }

  /// Adds one behind all that are not later.
  mutating func insert(_ entry: Entry) {
    var position = entries.count
    while position > 0, entries[position - 1].time > entry.time { position -= 1 }
    if position == entries.count { entries.append(entry) } else { entries.insert(entry, at: position) }
  }

  /// Removes and returns the earliest one.
  @discardableResult
  mutating func popFirst() -> Entry? { entries.popFirst() }
}
