/// What lay unread in a pipe when somebody began to splice from it: the bytes that its next reads get.
struct SpliceBacklog {
  /// Bytes that are kept of one pipe; its size can be set beyond that by root only (/proc/sys/fs/pipe-max-size).
  private static let limit = 64 << 20

  /// Thread that began to splice.
  let reader: Int32
  /// When it did, in nanoseconds.
  let time: UInt64
  /// State of losses then.
  let lossGeneration: UInt64
  /// The pieces that are not used up, each retained once.
  private var pieces: [ContentArena.Piece] = []
  /// Bytes in `pieces`.
  private var kept = 0
  /// Bytes that have come.
  private var filled = 0
  /// Bytes that the next reads get.
  private(set) var remaining = 0

  init(reader: Int32, time: UInt64, lossGeneration: UInt64) {
    self.reader = reader
    self.time = time
    self.lossGeneration = lossGeneration
  }

  /// Adds a piece, unless it does not join the others.
  mutating func add(_ bytes: UnsafeRawBufferPointer, at offset: UInt64, _ arena: inout ContentArena) {
    guard offset == UInt64(filled), remaining == filled, !bytes.isEmpty, filled + bytes.count <= Self.limit
    else { return }
    pieces.append(arena.store(bytes))
    filled += bytes.count
    kept += bytes.count
    remaining += bytes.count
  }

  /// Whether the next bytes are those that a read has got.
  func matches(_ received: UnsafeRawBufferPointer, _ arena: borrowing ContentArena) -> Bool {
    var position = 0
    var skipped = kept - remaining
    for piece in pieces {
      guard let bytes = arena.bytes(of: piece) else { return false }
      for byte in bytes.dropFirst(skipped) {
        if position == received.count { return true }
        if byte != received[position] { return false }
        position += 1
      }
      skipped = 0
    }
    return true
  }

  /// The next bytes in one piece, retained once; `none` if nothing is left.
  func content(atMost count: Int, _ arena: inout ContentArena) -> ContentArena.Piece {
    let count = min(count, remaining)
    if count <= 0 { return .none }
    let whole = arena.allocate(count)
    var position = 0
    var skipped = kept - remaining
    for piece in pieces where position < count {
      let part = piece.slice(from: skipped, count: count - position)
      if let bytes = arena.bytes(of: part) { arena.write(bytes, to: whole, at: position) }
      position += part.length
      skipped = 0
    }
    return whole
  }

  /// Goes past bytes that a read has taken.
  mutating func take(_ count: Int, _ arena: inout ContentArena) {
    remaining -= min(count, remaining)
    while let first = pieces.first, kept - first.length >= remaining {
      arena.release(first)
      kept -= first.length
      pieces.removeFirst()
    }
  }

  /// Gives all memory back.
  mutating func release(_ arena: inout ContentArena) {
    for piece in pieces { arena.release(piece) }
    pieces = []
    (kept, remaining) = (0, 0)
  }
}
