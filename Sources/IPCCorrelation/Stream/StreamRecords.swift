import IPCModel
import RecordLayout

/// A stream's transfer record and the bytes behind it.
struct StreamTransfer {
  /// Start of the record; valid as long as that.
  private let start: UnsafeRawPointer
  private let isSocket: Bool
  /// A read's contents or a write's fingerprint; valid as long as the record.
  let captured: UnsafeRawBufferPointer

  /// Bytes of a record without what follows it.
  static func size(isSocket: Bool) -> Int {
    isSocket ? MemoryLayout<ipc_socket>.size : MemoryLayout<ipc_transfer>.size
  }

  /// Reads a record.
  ///
  /// - Parameters:
  ///   - start: Its first byte.
  ///   - length: Bytes of it and what follows; not less than ``size(isSocket:)``.
  init(_ start: UnsafeRawPointer, length: Int, isSocket: Bool) {
    self.start = start
    self.isSocket = isSocket
    let size = Self.size(isSocket: isSocket)
    let raw = start.loadUnaligned(as: ipc_transfer.self)
    let count = min(Int(clamping: min(UInt64(raw.captured), raw.count)), length - size)
    captured = UnsafeRawBufferPointer(start: start + size, count: count)
  }

  /// The record as the kernel wrote it, read in place.
  @inline(__always)
  var raw: ipc_transfer { start.loadUnaligned(as: ipc_transfer.self) }

  /// All of the record if it is a socket's.
  @inline(__always)
  var socket: ipc_socket? { isSocket ? start.loadUnaligned(as: ipc_socket.self) : nil }

  /// What else a socket's record says, as bits of `ipc_socket_traits`.
  private var traits: UInt16 { socket?.traits ?? 0 }

  var key: ChannelKey { raw.key }
  var time: UInt64 { raw.header.time }
  /// Bytes moved, or asked for.
  var count: Int { raw.moved }
  /// Whether it is of a read that left nothing in a pipe or a unix socket's queue.
  var leavesEmpty: Bool {
    switch UInt32(raw.header.kind) {
    case IPC_KIND_PIPE.rawValue: raw.state.pipe.head == raw.state.pipe.tail
    case IPC_KIND_UNIX_STREAM.rawValue: raw.state.unix_stream.messages == 0
    default: false
    }
  }
  /// Whether it says where in the stream its bytes lie (records.h: `ipc_channel_state`).
  var carriesPositions: Bool { UInt32(raw.header.kind) == IPC_KIND_LOOPBACK_TCP.rawValue }
  /// Where the stream stood after the operation and before it; of use only if it ``carriesPositions``.
  var positions: ipc_tcp_positions { raw.state.tcp }

  func has(_ flag: ipc_flags) -> Bool { raw.header.has(flag) }
  func has(_ trait: ipc_socket_traits) -> Bool { traits & UInt16(trait.rawValue) != 0 }

  /// The write that it tells of.
  ///
  /// - Parameters:
  ///   - source: Who the record says wrote.
  ///   - begin: When it can have begun at the earliest.
  ///   - end: When it ended; `UInt64.max` if it has not.
  @inline(__always)
  func write(by source: Endpoint, begin: UInt64, end: UInt64) -> StreamWrite {
    StreamWrite(
      source: source, isInScope: has(IPC_FLAG_IN_SCOPE), isPacket: has(IPC_FLAG_PACKET),
      isLocal: !isSocket || has(IPC_SOCKET_LOCAL), isUrgent: has(IPC_SOCKET_URGENT),
      fingerprint: Fingerprint(captured, suffix: Int(raw.suffix)), begin: begin, end: end, count: count)
  }
}

/// Bytes that one write put, or is putting, into a stream.
///
/// Its properties are many because it is one row of a queue: what the kernel reported of one system call (who, when, how much,
/// with which flags), and how far reads have gone through it. None of them can be derived from the others. Plain data in
/// one piece is queued and moved without a reference being counted; but it is long, so the hot path reads single properties
/// in the queue, and copies no whole write. They stand in an order that leaves few gaps, as those of an ``Event``.
struct StreamWrite: BitwiseCopyable {
  /// Who wrote.
  var source: Endpoint
  /// Whether the writer is in the scope of the trace.
  var isInScope: Bool
  /// What of `source` was concluded, not observed.
  var inference: Inference = []
  /// Whether reads keep to the write's bounds (O_DIRECT).
  var isPacket = false
  /// Whether it is a batch of messages, which are reported one by one when it ends (sendmmsg).
  var isBatch = false
  /// Whether the bytes stay on this host for certain.
  var isLocal = true
  /// Whether the last byte is urgent (MSG_OOB).
  var isUrgent = false
  /// Whether reads had gone past it when its record came, so that they may have been reported without it.
  var cameLate = false
  /// See ``Fingerprint``.
  var fingerprint: Fingerprint
  /// When the write can have begun at the earliest, in nanoseconds.
  var begin: UInt64
  /// When it ended; `UInt64.max` while it goes on.
  var end: UInt64
  /// Bytes written; while it goes on, the bytes that were to be written.
  var count: Int
  /// Bytes that reads have taken.
  var consumed = 0
  /// See ``WrittenContent``.
  var content = WrittenContent()
  /// Number, in ``WriteQueue/ancillary``, of the descriptors and credentials that go with its first byte.
  var ancillary: UInt64 = 0
  /// Where in the stream its bytes lie, if that is known.
  var span = StreamSpan()
  /// Losses before it arrived.
  var lossEpoch: LossEpoch = 0
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

/// A read whose writers are looked for.
///
/// Its properties are many for the same reason as those of ``StreamWrite``: it waits in a queue, and by the time that it is
/// divided and reported, its record is gone. So everything that is ever asked of the record is here.
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
  /// Number, in ``WriteQueue/ancillary``, of the descriptors and credentials that came with it.
  var ancillary: UInt64 = 0
  /// Where in the stream its bytes lie, if that is known.
  var span = StreamSpan()
  /// Where its bytes lie among others of its end, if these are counted.
  var place = ReadPlace.unknown
  /// Losses before it arrived.
  var lossEpoch: LossEpoch
  /// Number in the order of arrival.
  var serial: UInt64
}

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
