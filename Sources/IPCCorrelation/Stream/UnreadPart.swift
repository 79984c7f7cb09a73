/// One writer's part of what nobody has read.
struct UnreadPart {
  private var part: StreamPart
  /// Contents that the part does not hold.
  private var scattered: [ContentArena.Piece] = []
  /// What the writer passed with the first bytes.
  var sent: PassedItems?

  init(of write: StreamWrite, sent: PassedItems?) {
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
