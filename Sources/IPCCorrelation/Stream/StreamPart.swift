import IPCModel

/// One writer's part of a read.
struct StreamPart {
  var source: Endpoint
  var isMatched = false
  var isInferred = false
  var count = 0
  /// When the earliest of its writes ended, as far as it is known; `UInt64.max` while that goes on.
  var written: UInt64?
  /// What the writer passed with these bytes.
  var sent: PassedItems?
  /// Why some of its bytes are missing.
  var missing: MissingBytes?
  /// Pieces of its contents; the first is enough unless other writers' bytes lie between.
  private var first = ContentArena.Piece.none
  private var more: [ContentArena.Piece] = []
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
  mutating func append(_ piece: ContentArena.Piece, of count: Int) {
    if isCut { return }
    if piece.length < count { isCut = true }
    if piece.isNone { return }
    let last = more.last ?? first
    if first.isNone {
      first = piece
    } else if piece.length > 0 {
      if more.isEmpty, last.block == piece.block, last.offset + last.length == piece.offset {
        first.length += piece.length
      } else {
        more.append(piece)
      }
    }
    length += piece.length
  }

  /// The contents in one piece, retained once for the event; `none` if there are none at all.
  func joined(_ arena: inout ContentArena) -> ContentArena.Piece {
    if more.isEmpty {
      arena.retain(first)
      return first
    }
    let whole = arena.allocate(length)
    var position = 0
    for piece in [first] + more {
      if let bytes = arena.bytes(of: piece) { arena.write(bytes, to: whole, at: position) }
      position += piece.length
    }
    return whole
  }
}
