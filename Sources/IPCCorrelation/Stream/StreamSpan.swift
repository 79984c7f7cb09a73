/// Where in a stream the bytes of a write or a read lie, counted in 64 bits.
struct StreamSpan {
  /// Position of the first byte, or what it is not before.
  var start: Int64 = 0
  /// Position behind the last byte, or what that is not behind.
  var limit: Int64 = 0
  /// Whether every byte in between is of the same operation.
  var isTight = true

  /// Whether a position lies in it.
  func contains(_ position: Int64) -> Bool { start <= position && position < limit }

  /// Positions that it shares with others.
  func overlap(_ from: Int64, _ to: Int64) -> Int64 { max(0, min(limit, to) - max(start, from)) }
}
