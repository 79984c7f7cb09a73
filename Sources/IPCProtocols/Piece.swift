import IPCModel

/// A piece of one direction of a channel: what one transfer carried.
struct Piece {
  var source: Endpoint
  var destination: Endpoint
  /// End of the read.
  var time: UInt64
  /// End of its first write.
  var firstWritten: UInt64?
  /// End of its last write.
  var written: UInt64?
  /// Bytes, captured or not.
  var count: Int
  var traits: Event.Traits
  /// See ``Frame/transfers``.
  var transfers: Range<UInt64> = 0..<0
  /// Whether contents are missing because a decoder did not want them.
  var isOmitted = false

  /// No piece at all.
  static let none = Piece(source: .unknown, destination: .unknown, time: 0, count: 0, traits: [])

  /// When the write of a byte ended. Of a read that took several writes, the ends of all but the first and the last are not
  /// known; they are taken to lie as far apart as their bytes do.
  func written(at offset: Int) -> UInt64? {
    guard let firstWritten, let written, written > firstWritten, offset < count else { return written }
    let share = Double(max(offset, 0)) / Double(count)
    return firstWritten + UInt64(Double(written - firstWritten) * share)
  }
}

/// Bytes of a piece that are not taken yet.
struct Run {
  var piece: Piece
  /// How many are left of those that were captured.
  var left: Int
  /// How many were captured.
  var end: Int
}
