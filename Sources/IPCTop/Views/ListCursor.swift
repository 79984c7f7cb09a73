/// Which line of a list is selected, and which ones are seen.
struct ListCursor {
  /// The selected line.
  private(set) var index = 0
  /// The first line that is seen.
  private(set) var top = 0
  /// Lines that there are, and lines that have room.
  private(set) var count = 0, height = 1

  /// Learns how many lines there are, and how many have room.
  mutating func fit(count: Int, height: Int) {
    self.count = count
    self.height = max(height, 1)
    select(index)
  }

  /// Selects a line, or the nearest one that there is.
  mutating func select(_ line: Int) {
    index = min(max(line, 0), max(count - 1, 0))
    top = min(max(top, index - height + 1), index)
    top = max(min(top, count - height), 0)
  }

  /// The lines that are seen.
  var seen: Range<Int> { top..<max(min(top + height, count), top) }

  /// Does what a key asks for.
  ///
  /// - Returns: Whether it asks for anything here.
  mutating func take(_ key: Key) -> Bool {
    switch key {
    case .up, .character("k"): select(index - 1)
    case .down, .character("j"): select(index + 1)
    case .pageUp, .control(UInt8(ascii: "B")): select(index - height)
    case .pageDown, .control(UInt8(ascii: "F")): select(index + height)
    case .home, .character("g"): select(0)
    case .end, .character("G"): select(count - 1)
    case .wheel(let notches): select(index + 3 * notches)
    default: return false
    }
    return true
  }
}
