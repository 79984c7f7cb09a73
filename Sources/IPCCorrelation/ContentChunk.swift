import RecordLayout

/// More contents of a thread's last read or write, in a record of their own.
struct ContentChunk {
  /// How long the contents of one transfer are waited for, in nanoseconds. The kernel sends them in one go, or counts what
  /// is lost; but copying megabytes takes a while, above all where a CPU is emulated.
  static let timeout: UInt64 = 10_000_000_000

  /// Whether the rest of a transfer's contents is not to be waited for any more.
  ///
  /// - Parameters:
  ///   - start: Time of the transfer.
  ///   - time: Before which all is to be settled.
  static func isOverdue(since start: UInt64, at time: UInt64) -> Bool {
    let (limit, isBeyond) = start.addingReportingOverflow(timeout)
    return !isBeyond && limit < time
  }

  /// Where they belong in the transfer.
  private let offset: UInt64
  /// Valid as long as the record.
  private let bytes: UnsafeRawBufferPointer
  /// Whether more is to come.
  let hasMore: Bool
  /// Whether part of the contents could not be read from the process's memory.
  let isShort: Bool

  /// Reads an `IPC_RECORD_CONTENT` record; nil if it is cut.
  init?(_ record: UnsafeRawBufferPointer) {
    guard let (raw, rest) = record.record(ipc_content.self) else { return nil }
    offset = raw.offset
    bytes = rest.first(raw.captured)
    hasMore = raw.header.has(IPC_FLAG_MORE)
    isShort = raw.header.has(IPC_FLAG_PARTIAL)
  }

  /// Puts them behind what has arrived.
  ///
  /// - Returns: How many bytes they are; nil if they do not join, because a chunk in between was lost, or have no room:
  ///   the contents end there.
  func join(_ piece: ContentArena.Piece, filled: Int, in arena: borrowing ContentArena) -> Int? {
    guard !piece.isNone, offset == UInt64(filled), filled + bytes.count <= piece.length else { return nil }
    arena.write(bytes, to: piece, at: filled)
    return bytes.count
  }
}
