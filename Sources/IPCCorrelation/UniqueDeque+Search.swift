import DequeModule

/// What other collections offer, too; a `UniqueDeque` is none yet.
extension UniqueDeque {
  /// The first element; nil if there is none.
  @inline(__always)
  var first: Element? { isEmpty ? nil : self[0] }

  /// Position of the first element that satisfies a predicate.
  @inline(__always)
  func firstIndex(where isWanted: (Element) -> Bool) -> Int? {
    for index in indices where isWanted(self[index]) { return index }
    return nil
  }

  /// Position of the last element that satisfies a predicate.
  @inline(__always)
  func lastIndex(where isWanted: (Element) -> Bool) -> Int? {
    for index in indices.reversed() where isWanted(self[index]) { return index }
    return nil
  }

  /// Whether an element satisfies a predicate.
  @inline(__always)
  func contains(where isWanted: (Element) -> Bool) -> Bool { firstIndex(where: isWanted) != nil }

  /// Whether all elements satisfy a predicate.
  @inline(__always)
  func allSatisfy(_ isWanted: (Element) -> Bool) -> Bool { !contains { !isWanted($0) } }

  /// Removes the elements that satisfy a predicate, which is asked for each of them once, in their order.
  mutating func removeAll(where isUnwanted: (Element) -> Bool) {
    var kept = 0
    for index in indices where !isUnwanted(self[index]) {
      if kept != index { self[kept] = self[index] }
      kept += 1
    }
    removeLast(count - kept)
  }
}
