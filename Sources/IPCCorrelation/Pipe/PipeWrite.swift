import IPCModel

/// Bytes that one write put, or is putting, into a pipe.
struct PipeWrite {
  /// Who wrote.
  var source: Endpoint
  /// Whether the writer belongs to the traced command's tree.
  var isMatched: Bool
  /// Whether `source` was concluded, not observed.
  var isInferred = false
  /// Whether reads keep to the write's bounds (O_DIRECT).
  var isPacket = false
  /// When the write can have begun at the earliest, in nanoseconds.
  var begin: UInt64
  /// When it ended; `UInt64.max` while it goes on.
  var end: UInt64
  /// Bytes written; while it goes on, the bytes that were to be written.
  var count: Int
  /// Bytes that reads have taken.
  var consumed = 0
  /// See ``Fingerprint``.
  var fingerprint: Fingerprint
  /// Number in the order of arrival.
  var serial: UInt64 = 0

  /// Bytes not yet taken.
  var remaining: Int { count - consumed }

  /// Whether its end has not been seen.
  var isInFlight: Bool { end == .max }
}
