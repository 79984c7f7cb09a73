import IPCModel

/// A read whose writers are looked for.
struct PipeRead {
  /// Who read.
  var reader: Endpoint
  /// Whether the reader belongs to the traced command's tree.
  var isMatched: Bool
  /// When the read ended, in nanoseconds.
  var time: UInt64
  /// Bytes read.
  var count: Int
  /// The captured ones of them.
  var content: ContentArena.Piece
  /// Length of `content` that has arrived.
  var filled: Int
  /// Whether all captured bytes have arrived.
  var isComplete: Bool
  /// Whether the pipe was empty afterwards.
  var emptied: Bool
  /// State of losses when it arrived.
  var lossGeneration: UInt64
  /// Number in the order of arrival.
  var serial: UInt64
}
