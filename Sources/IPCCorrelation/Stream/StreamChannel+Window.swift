import DequeModule

/// Which writes must have put the bytes of some positions there, by counting.
///
/// Of writes at the same time it is only known between which positions each lies. Where those that lie between two
/// positions are as many bytes as there is room for, no other write's byte is there.
extension StreamChannel {
  typealias Window = Range<Int64>

  /// Writes that are counted at most.
  private static var countedWrites: Int { 8 }

  /// Positions around one that are filled by known writes.
  func closedWindow(around position: Int64) -> Window? {
    let first = writes.firstIndex { !$0.span.isTight && !$0.isInFlight && $0.span.limit > position }
    guard let first else { return nil }
    let unsettled = (first..<writes.count).lazy.filter { [self] in
      !writes[$0].span.isTight && !writes[$0].isInFlight
    }
    for from in unsettled.prefix(Self.countedWrites) where lowest(writes[from].span) <= position {
      for to in unsettled.prefix(Self.countedWrites) where writes[to].span.limit > position {
        let window = lowest(writes[from].span)..<writes[to].span.limit
        if isClosed(window) { return window }
      }
    }
    return nil
  }

  /// Whether all of a write's bytes lie in a window.
  func liesIn(_ window: Window, _ write: StreamWrite) -> Bool {
    !write.isInFlight && lowest(write.span) >= window.lowerBound && write.span.limit <= window.upperBound
  }

  /// Whether everything in a window that lies before a position has been read, so that writes can be compared with what
  /// comes there.
  func isInOrder(upTo position: Int64, in window: Window) -> Bool {
    var taken: Int64 = 0
    for index in writes.indices {
      let write = writes[index]
      if write.span.isTight {
        taken += write.span.overlap(window.lowerBound, position)
      } else if liesIn(window, write) {
        taken += Int64(write.consumed)
      }
    }
    return taken == position - window.lowerBound
  }

  /// Whether a guess has taken bytes of one of the writes in a window.
  func isDoubtful(_ window: Window) -> Bool {
    writes.contains { $0.isInferred && !$0.span.isTight && liesIn(window, $0) }
  }

  private func isClosed(_ window: Window) -> Bool {
    var known: Int64 = 0
    for index in writes.indices {
      let write = writes[index]
      if write.span.isTight {
        known += write.span.overlap(window.lowerBound, window.upperBound)
      } else if liesIn(window, write) {
        known += Int64(write.count)
      } else if write.isInFlight, write.span.start < window.upperBound {
        return false
      }
    }
    return known == Int64(window.count)
  }

  /// What a write is not before: everything before ``settledLimit`` is others'.
  private func lowest(_ span: StreamSpan) -> Int64 { max(span.start, settledLimit ?? span.start) }
}
