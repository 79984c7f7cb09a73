/// Contents of a write that are still arriving.
struct ArrivingContent {
  let channel: StreamChannel
  /// Number of the write's record.
  let record: UInt64
  /// Time of the write's record, in nanoseconds.
  let time: UInt64
  /// Room for all of it, retained once.
  var piece: ContentArena.Piece
  /// Bytes that have arrived.
  var filled = 0

  /// Lets no chunk join: it may be another write's.
  mutating func cut() { piece.length = filled }
}
