/// Descriptors and credentials of writes and reads that wait, each under a number.
///
/// Writes and reads carry the number only: they are plain data then, whose copies count no references.
struct AncillaryStore {
  private var items: [UInt64: PassedItems] = [:]
  private var lastNumber: UInt64 = 0

  /// Keeps what was passed; returns its number, 0 if it is nothing.
  mutating func add(_ passed: PassedItems?) -> UInt64 {
    guard let passed else { return 0 }
    lastNumber += 1
    items[lastNumber] = passed
    return lastNumber
  }

  /// What has a number; nil if that is 0 or was removed.
  subscript(number: UInt64) -> PassedItems? { number == 0 ? nil : items[number] }

  /// Lets go of what has a number.
  @inline(__always)
  mutating func remove(_ number: UInt64) {
    if number != 0 { removeItems(number) }
  }

  private mutating func removeItems(_ number: UInt64) { items[number] = nil }
}
