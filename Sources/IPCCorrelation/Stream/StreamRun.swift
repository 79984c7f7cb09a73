import BasicContainers
import IPCModel

/// A run: a maximal piece of one thread's writes, in what was read of a stream or in what nobody has read.
struct StreamRun: BitwiseCopyable {
  let source: Endpoint
  var isInScope = false
  /// What of the source was concluded.
  var inference: Inference = []
  var count = 0
  /// When the earliest of its writes ended, as far as it is known; `UInt64.max` while that goes on.
  var written: UInt64?
  /// The same of the last of them.
  var lastWritten: UInt64?
  /// Number, in ``WriteQueue/ancillary``, of what the writer passed with these bytes.
  var sent: UInt64 = 0
  /// Why some of its bytes are missing.
  var missing: MissingBytes?
  /// The first piece of its contents, which is enough unless they come from several writes' own.
  private var first = ContentArena.Piece.none
  /// Where in ``StreamRuns`` the other ones are.
  private var othersStart = 0
  private var othersEnd = 0
  /// Whether bytes are missing, so that what follows does not join.
  private var isCut = false
  /// Bytes in all pieces.
  private(set) var length = 0

  init(source: Endpoint) { self.source = source }

  fileprivate var others: Range<Int> {
    get { othersStart..<othersEnd }
    set { (othersStart, othersEnd) = (newValue.lowerBound, newValue.upperBound) }
  }

  /// Adds the contents of the next bytes.
  ///
  /// - Parameters:
  ///   - piece: What is known of them; it must live until the run is joined.
  ///   - count: How many they are.
  /// - Returns: Whether the run holds the piece now; if not, it is to be kept among the others.
  mutating func append(_ piece: ContentArena.Piece, of count: Int) -> Bool {
    if isCut { return true }
    if piece.length < count { isCut = true }
    if piece.isNone { return true }
    length += piece.length
    if first.isNone {
      first = piece
    } else if piece.length > 0 {
      let joins = others.isEmpty && first.block == piece.block && first.offset + first.length == piece.offset
      if !joins { return false }
      first.length += piece.length
    }
    return true
  }

  /// The contents in one piece, retained once for the event; `none` if there are none at all.
  ///
  /// - Parameter others: The pieces that the run does not hold, in the order of their bytes.
  func joined(with others: ArraySlice<ContentArena.Piece>, _ arena: inout ContentArena)
    -> ContentArena.Piece
  {
    if others.isEmpty {
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

/// The runs of one read, or of what nobody has read, in the order in which they lie in the stream; kept from read to read,
/// so that none allocates anything.
struct StreamRuns: ~Copyable {
  private var runs = UniqueArray<StreamRun>()
  /// Contents that the runs do not hold themselves, in their order.
  private var scattered: [ContentArena.Piece] = []
  /// Contents that nothing else keeps.
  private var stored: [ContentArena.Piece] = []

  var indices: Range<Int> { 0..<runs.count }
  /// Index of the run that is extended now.
  var last: Int { runs.count - 1 }

  subscript(index: Int) -> StreamRun { runs[index] }

  mutating func removeAll() {
    runs.removeAll(keepingCapacity: true)
    if !scattered.isEmpty { scattered.removeAll(keepingCapacity: true) }
  }

  /// Begins a run, unless the last one is the same writer's; changes it.
  mutating func extend(_ source: Endpoint, _ change: (inout StreamRun) -> Void) {
    if runs.isEmpty || runs[runs.count - 1].source != source { runs.append(StreamRun(source: source)) }
    change(&runs[runs.count - 1])
  }

  /// Adds contents of the next bytes to the last run; they must live until it is joined.
  mutating func append(_ piece: ContentArena.Piece, of count: Int) {
    let last = runs.count - 1
    if runs[last].append(piece, of: count) { return }
    let start = runs[last].others.isEmpty ? scattered.count : runs[last].others.lowerBound
    scattered.append(piece)
    runs[last].others = start..<scattered.count
  }

  /// The same with bytes that nothing keeps until then; ``releaseStored(_:)`` lets go of them.
  mutating func store(_ bytes: UnsafeRawBufferPointer, of count: Int, _ arena: inout ContentArena) {
    let piece = arena.store(bytes)
    stored.append(piece)
    append(piece, of: count)
  }

  /// Lets go of bytes that the runs alone have kept, when their events have them.
  mutating func releaseStored(_ arena: inout ContentArena) {
    for piece in stored { arena.release(piece) }
    stored.removeAll(keepingCapacity: true)
  }

  /// Sets why bytes of the last run are missing.
  mutating func setMissing(_ reason: MissingBytes?) { runs[runs.count - 1].missing = reason }

  /// Contents of a run that it does not hold itself, in their order.
  func others(of run: Int) -> ArraySlice<ContentArena.Piece> { scattered[runs[run].others] }

  /// Contents of a run in one piece, retained once for its event; `none` if there are none at all.
  func content(of run: Int, _ arena: inout ContentArena) -> ContentArena.Piece {
    runs[run].joined(with: others(of: run), &arena)
  }
}
