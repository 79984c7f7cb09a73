import IPCModel

/// Bytes that one write put, or is putting, into a stream.
struct StreamWrite: BitwiseCopyable {
  /// Who wrote.
  var source: Endpoint
  /// Whether the writer is in the scope of the trace.
  var isInScope: Bool
  /// Whether `source` was concluded, not observed.
  var isInferred = false
  /// Whether reads keep to the write's bounds (O_DIRECT).
  var isPacket = false
  /// Whether it is a batch of messages, which are told one by one when it ends (sendmmsg).
  var isBatch = false
  /// Whether the bytes stay on this host for certain.
  var isLocal = true
  /// Whether the last byte is urgent (MSG_OOB).
  var isUrgent = false
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
  /// See ``WrittenContent``.
  var content = WrittenContent()
  /// Number, in ``StreamChannel/kept``, of the descriptors and credentials that go with its first byte.
  var passed: UInt64 = 0
  /// Where in the stream its bytes lie, if that is known.
  var span = StreamSpan()
  /// Whether reads had gone past it when its record came, so that they may have been told without it.
  var cameLate = false
  /// State of losses when it arrived.
  var lossGeneration: UInt64 = 0
  /// Number in the order of arrival.
  var serial: UInt64 = 0

  /// Bytes not yet taken.
  var remaining: Int { count - consumed }

  /// End of what was written before the trace began, whenever that was.
  static let longAgo: UInt64 = 1

  /// When it ended if that is known; `UInt64.max` while it goes on.
  var knownEnd: UInt64? { end == Self.longAgo ? nil : end }

  /// Whether its end has not been seen.
  var isInFlight: Bool { end == .max }

  /// How many of the bytes that come next are known to be those that were received.
  func verifiedCount(in received: UnsafeRawBufferPointer?) -> Int {
    received.map { fingerprint.verifiedCount(in: $0, consumed: consumed, count: count) } ?? 0
  }
}
