import IPCModel

/// A read whose writers are looked for.
struct StreamRead: BitwiseCopyable {
  /// Who read.
  var reader: Endpoint
  /// The same as records of its contents name it.
  var thread: RecordedThread
  /// Whether the reader is in the scope of the trace.
  var isInScope: Bool
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
  /// Whether its contents are looked for in the writes: no buffer of the reader held them.
  var isSpliced = false
  /// Whether the order in which it and other threads' reads took their bytes is not known.
  var isDisputed = false
  /// Whether part of the reader's memory could not be read.
  var isShort = false
  /// When it can have begun at the earliest, in nanoseconds; known only where the stream is spliced from.
  var begin: UInt64 = 0
  /// Whether the stream was empty afterwards.
  var emptied: Bool
  /// Whether it took the urgent byte alone (MSG_OOB).
  var isUrgent = false
  /// Whether it takes urgent bytes as normal ones (SO_OOBINLINE).
  var isInline = false
  /// Number, in ``StreamChannel/kept``, of the descriptors and credentials that came with it.
  var passed: UInt64 = 0
  /// Where in the stream its bytes lie, if that is known.
  var span = StreamSpan()
  /// State of losses when it arrived.
  var lossGeneration: UInt64
  /// Number in the order of arrival.
  var serial: UInt64
}
