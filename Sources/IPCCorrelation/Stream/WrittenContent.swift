/// Contents that a write's own record brought, for readers without a buffer (splice(2)).
struct WrittenContent {
  /// The bytes that have come, from the write's first one on; retained once while the write is kept.
  var piece = ContentArena.Piece.none
  /// Number of the record that they come with; 0 if it brings none.
  var record: UInt64 = 0
  /// Where in the record's bytes those of the write begin.
  var start = 0
  /// Whether they are still to come.
  var isAwaited = false

  /// Contents that come behind a record.
  static func awaited(_ record: UInt64) -> WrittenContent {
    WrittenContent(record: record, isAwaited: true)
  }

  /// Contents that begin later in the same record.
  func dropFirst(_ count: Int) -> WrittenContent {
    var rest = self
    rest.start += count
    return rest
  }
}
