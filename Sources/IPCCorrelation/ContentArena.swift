import RecordLayout

/// Memory for captured contents that wait to be shown.
///
/// Contents lie in large blocks, each counted by how many pieces are still in use; an unused block serves again, so a
/// steady flow of events allocates nothing.
struct ContentArena: ~Copyable {
  /// Place of a piece of contents; copying it does not keep it alive, ``ContentArena/retain(_:)`` does.
  struct Piece: Sendable {
    var block: Int32
    var offset: Int
    var length: Int

    /// No contents, as opposed to empty ones.
    static let none = Piece(block: -1, offset: 0, length: 0)

    var isNone: Bool { block < 0 }

    /// Part of this piece, cut to what there is.
    func slice(from start: Int, count: Int) -> Piece {
      let start = min(start, length)
      return Piece(block: block, offset: offset + start, length: min(count, length - start))
    }
  }

  private struct Block {
    var memory: UnsafeMutableRawBufferPointer
    var used = 0
    var live = 0
  }

  private static let blockSize = 1 << 20

  private var blocks: [Block] = []
  private var spare: [Int32] = []
  private var current: Int32 = -1

  deinit {
    for block in blocks { block.memory.deallocate() }
  }

  /// Bytes held in blocks, in use or not.
  var capacity: Int { blocks.reduce(0) { $0 + $1.memory.count } }

  /// How many times pieces are retained.
  var pieceCount: Int { blocks.reduce(0) { $0 + $1.live } }

  /// Makes room for `count` bytes; the piece is retained once.
  mutating func allocate(_ count: Int) -> Piece {
    if current < 0 || blocks[Int(current)].memory.count - blocks[Int(current)].used < count {
      current = makeBlock(atLeast: count)
    }
    let index = Int(current)
    let piece = Piece(block: current, offset: blocks[index].used, length: count)
    blocks[index].used += count
    blocks[index].live += 1
    return piece
  }

  /// Copies bytes in; the piece is retained once.
  mutating func store(_ bytes: UnsafeRawBufferPointer) -> Piece {
    let piece = allocate(bytes.count)
    write(bytes, to: piece, at: 0)
    return piece
  }

  /// Copies bytes into a piece.
  func write(_ bytes: UnsafeRawBufferPointer, to piece: Piece, at offset: Int) {
    let room = UnsafeMutableRawBufferPointer(
      rebasing: blocks[Int(piece.block)].memory[(piece.offset + offset)..<(piece.offset + piece.length)])
    room.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes.prefix(room.count)))
  }

  /// Bytes of a piece, valid while it is retained; nil if it is no piece.
  func bytes(of piece: Piece) -> UnsafeRawBufferPointer? {
    if piece.isNone { return nil }
    return UnsafeRawBufferPointer(
      rebasing: blocks[Int(piece.block)].memory[piece.offset..<(piece.offset + piece.length)])
  }

  /// Keeps a piece, or the slice of one, alive once more.
  mutating func retain(_ piece: Piece) {
    if !piece.isNone { blocks[Int(piece.block)].live += 1 }
  }

  /// Gives a piece up once; at the last time for a block, its memory is used again.
  mutating func release(_ piece: Piece) {
    if piece.isNone { return }
    let index = Int(piece.block)
    blocks[index].live -= 1
    guard blocks[index].live == 0 else { return }
    blocks[index].used = 0
    if piece.block == current { return }
    if blocks[index].memory.count > Self.blockSize {
      // A giant was needed once; that is no reason to keep it.
      blocks[index].memory.deallocate()
      blocks[index].memory = .allocate(byteCount: Self.blockSize, alignment: 8)
    }
    spare.append(piece.block)
  }

  private mutating func makeBlock(atLeast count: Int) -> Int32 {
    if current >= 0, blocks[Int(current)].live == 0 { spare.append(current) }
    if count <= Self.blockSize, let block = spare.popLast() { return block }
    let size = max(count, Self.blockSize)
    blocks.append(Block(memory: .allocate(byteCount: size, alignment: 8)))
    return Int32(blocks.count - 1)
  }
}

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
