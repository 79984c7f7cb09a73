import IPCModel
import RecordLayout

/// Operations of which all is known but the rest of their contents, which comes in records of its own if it is long.
struct ArrivingContents<Operation> {
  /// An operation with its contents as far as they have come.
  struct Arrived {
    /// What the contents are of.
    var operation: Operation
    /// Takes over one retain of them.
    var piece: ContentArena.Piece
    /// Bytes that were to be captured.
    let wanted: Int
    /// Whether part of them could not be read from the process's memory.
    var isShort: Bool

    fileprivate let time: UInt64
    fileprivate var filled: Int
    fileprivate var isClosed = false
  }

  /// Takes an operation whose contents are complete, or of which no more is to come.
  typealias Body = (Arrived, inout ReorderBuffer) -> Void

  private var items: [RecordedThread: Arrived] = [:]

  /// Takes an operation and the first of its contents.
  ///
  /// - Parameters:
  ///   - first: Those that come with its record; valid as long as that.
  ///   - wanted: Bytes that are to be captured.
  mutating func append(
    _ operation: Operation, _ header: ipc_header, _ first: UnsafeRawBufferPointer, wanted: Int,
    into buffer: inout ReorderBuffer, _ body: Body
  ) {
    let thread = RecordedThread(header)
    finish(thread, &buffer, body)
    let first = UnsafeRawBufferPointer(rebasing: first.prefix(wanted))
    let isWhole = !header.has(IPC_FLAG_MORE) || first.count >= wanted
    var piece = ContentArena.Piece.none
    if wanted > 0 {
      piece = isWhole ? buffer.contents.store(first) : buffer.contents.allocate(wanted)
      if !isWhole { buffer.contents.write(first, to: piece, at: 0) }
    }
    let item = Arrived(
      operation: operation, piece: piece, wanted: wanted, isShort: header.has(IPC_FLAG_PARTIAL),
      time: header.time,
      filled: first.count)
    if isWhole { body(item, &buffer) } else { items[thread] = item }
  }

  /// Takes an `IPC_RECORD_CONTENT` record.
  mutating func take(
    _ record: UnsafeRawBufferPointer, _ header: ipc_header, into buffer: inout ReorderBuffer, _ body: Body
  ) {
    let thread = RecordedThread(header)
    guard let chunk = ContentChunk(record), var item = items[thread], !item.isClosed else { return }
    guard let joined = chunk.join(item.piece, filled: item.filled, in: buffer.contents) else {
      return finish(thread, &buffer, body)
    }
    item.filled += joined
    if chunk.isShort { item.isShort = true }
    items[thread] = item
    if !chunk.hasMore || item.filled >= item.wanted { finish(thread, &buffer, body) }
  }

  /// Time of the first operation that waits for the rest of its contents.
  var earliest: UInt64? { items.isEmpty ? nil : items.values.map(\.time).min() }

  /// Expects no more of any: what is lost may be their rest, and the next chunk another operation's.
  mutating func close() {
    for thread in items.keys { items[thread]?.isClosed = true }
  }

  /// Hands on the operations of which no more is to come.
  mutating func settle(before time: UInt64, into buffer: inout ReorderBuffer, _ body: Body) {
    if items.isEmpty { return }
    let overdue = items.filter { $0.value.isClosed || ContentChunk.isOverdue(since: $0.value.time, at: time) }
    for thread in overdue.keys { finish(thread, &buffer, body) }
  }

  private mutating func finish(_ thread: RecordedThread, _ buffer: inout ReorderBuffer, _ body: Body) {
    if items.isEmpty { return }
    guard var item = items.removeValue(forKey: thread) else { return }
    if !item.piece.isNone { item.piece.length = item.filled }
    body(item, &buffer)
  }
}

extension MissingBytes.Words {
  /// Says of an event why its contents are not whole, if they could not be read; what was lost on the way here is reported as
  /// a loss.
  ///
  /// - Returns: The contents, without those that are none.
  mutating func finish(
    _ piece: ContentArena.Piece, wanted: Int, isShort: Bool, of event: inout Event, _ key: MetaKey<TextID>,
    _ buffer: inout ReorderBuffer
  ) -> ContentArena.Piece {
    guard isShort, !piece.isNone, piece.length < wanted else { return piece }
    event.set(key, to: id(of: .unreadable, in: &buffer.texts))
    if piece.length > 0 {
      event.traits.insert(.incomplete)
      return piece
    }
    buffer.contents.release(piece)
    return .none
  }
}
