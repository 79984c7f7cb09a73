import IPCModel

/// One writer's part of a read.
struct StreamPart: BitwiseCopyable {
  var source: Endpoint
  var isInScope = false
  var isInferred = false
  var count = 0
  /// When the earliest of its writes ended, as far as it is known; `UInt64.max` while that goes on.
  var written: UInt64?
  /// The same of the last of them.
  var lastWritten: UInt64?
  /// Number, in ``WriteQueue/ancillary``, of what the writer passed with these bytes.
  var sent: UInt64 = 0
  /// Why some of its bytes are missing.
  var missing: MissingBytes?
  /// The first piece of its contents, which is enough unless other writers' bytes lie between.
  private var first = ContentArena.Piece.none
  /// Whether there are more pieces.
  private var isScattered = false
  /// Whether bytes are missing, so that what follows does not join.
  private var isCut = false
  /// Bytes in all pieces.
  private(set) var length = 0

  init(source: Endpoint) { self.source = source }

  /// Adds the contents of the next bytes.
  ///
  /// - Parameters:
  ///   - piece: What is known of them; it must live until the part is joined.
  ///   - count: How many they are.
  /// - Returns: Whether the part holds the piece now; if not, it is to be given to ``joined(with:_:)``.
  mutating func append(_ piece: ContentArena.Piece, of count: Int) -> Bool {
    if isCut { return true }
    if piece.length < count { isCut = true }
    if piece.isNone { return true }
    length += piece.length
    if first.isNone {
      first = piece
    } else if piece.length > 0 {
      let joins = !isScattered && first.block == piece.block && first.offset + first.length == piece.offset
      if !joins {
        isScattered = true
        return false
      }
      first.length += piece.length
    }
    return true
  }

  /// The contents in one piece, retained once for the event; `none` if there are none at all.
  ///
  /// - Parameter others: The pieces that the part does not hold, in the order of their bytes.
  func joined(with others: some Sequence<ContentArena.Piece>, _ arena: inout ContentArena)
    -> ContentArena.Piece
  {
    if !isScattered {
      arena.retain(first)
      return first
    }
    let whole = arena.allocate(length)
    if let bytes = arena.bytes(of: first) { arena.write(bytes, to: whole, at: 0) }
    var position = first.length
    for piece in others {
      if let bytes = arena.bytes(of: piece) { arena.write(bytes, to: whole, at: position) }
      position += piece.length
    }
    return whole
  }
}

/// One writer's part of what nobody has read.
struct UnreadPart {
  private var part: StreamPart
  /// Contents that the part does not hold.
  private var scattered: [ContentArena.Piece] = []
  /// What the writer passed with the first bytes.
  var sent: AncillaryData?

  init(of write: StreamWrite, sent: AncillaryData?) {
    part = StreamPart(source: write.source)
    self.sent = sent
  }

  /// Bytes of the part.
  var count: Int { part.count }
  /// Bytes of it that are known.
  var length: Int { part.length }

  /// Adds the next bytes.
  ///
  /// - Parameters:
  ///   - piece: What is known of them; it must live until the part is joined.
  ///   - count: How many they are.
  mutating func append(_ piece: ContentArena.Piece, of count: Int) {
    part.count += count
    if !part.append(piece, of: count) { scattered.append(piece) }
  }

  /// The contents in one piece, retained once for the event; `none` if there are none at all.
  func joined(_ arena: inout ContentArena) -> ContentArena.Piece { part.joined(with: scattered, &arena) }
}
