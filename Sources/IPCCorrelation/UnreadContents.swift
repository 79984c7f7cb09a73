import RecordLayout

/// A piece of what lay in a channel, or of one message, when nobody was left to receive it.
struct UnreadPiece {
  /// The record as the kernel wrote it.
  let raw: ipc_unread
  /// Valid as long as the record.
  let bytes: UnsafeRawBufferPointer

  /// Reads an `IPC_RECORD_UNREAD` record; nil if it is cut.
  init?(_ record: UnsafeRawBufferPointer) {
    guard let (raw, rest) = record.record(ipc_unread.self) else { return nil }
    self.raw = raw
    bytes = rest.first(raw.captured)
  }

  /// The direction; of a message, its sender's.
  var key: ChannelKey { ChannelKey(address: raw.channel, identity: raw.identity) }
  /// Whether it is the first one.
  var isFirst: Bool { raw.offset == 0 }
  /// Whether another one follows.
  var hasMore: Bool { raw.header.has(IPC_FLAG_MORE) }
}

/// Contents that lay in a channel, or of one message, when nobody was left to receive them.
struct UnreadContents {
  /// Bytes that are kept of one channel; no pipe and no socket holds so much by default.
  private static let limit = 64 << 20

  /// When they were recorded, in nanoseconds.
  let time: UInt64
  /// TCP: position of the first byte.
  let position: UInt32
  /// Bytes that lay there; nil as long as the last piece has not come.
  private(set) var total: Int?
  /// Bytes that have come, from the first one on.
  private(set) var filled = 0
  /// Whether the kernel could not read the others.
  private(set) var isShort = false
  /// The pieces, each retained once.
  private var pieces: [ContentArena.Piece] = []
  /// Whether another one joins.
  private var isOpen = true

  /// Begins with the first piece, which is still to be added.
  init(_ first: UnreadPiece) {
    time = first.raw.header.time
    position = first.raw.position
  }

  /// Why bytes are missing that have not come.
  var missing: MissingBytes { isShort ? .unreadable : .gone }

  /// Adds a piece; behind one that does not join, because the one before it is missing, nothing can be placed.
  mutating func add(_ piece: UnreadPiece, _ arena: inout ContentArena) {
    guard isOpen, Int(piece.raw.offset) == filled, filled + piece.bytes.count <= Self.limit else {
      isOpen = false
      return
    }
    if !piece.bytes.isEmpty { pieces.append(arena.store(piece.bytes)) }
    filled += piece.bytes.count
    isOpen = piece.hasMore
    if piece.hasMore { return }
    isShort = piece.raw.header.has(IPC_FLAG_PARTIAL)
    // No more is held than a call can move.
    total = max(filled, Int(min(piece.raw.count, 0x7FFF_F000)))
  }

  /// The contents in one piece, retained once.
  func content(_ arena: inout ContentArena) -> ContentArena.Piece {
    if pieces.count == 1 {
      arena.retain(pieces[0])
      return pieces[0]
    }
    let whole = arena.allocate(filled)
    var position = 0
    for piece in pieces {
      if let bytes = arena.bytes(of: piece) { arena.write(bytes, to: whole, at: position) }
      position += piece.length
    }
    return whole
  }

  /// Gives all memory back.
  mutating func release(_ arena: inout ContentArena) {
    for piece in pieces { arena.release(piece) }
    pieces = []
    isOpen = false
  }
}
