import IPCModel
import RecordLayout

/// Events of which all is known but the rest of their contents, which comes in records of its own if it is long.
struct ArrivingEvents {
  /// What of an event's contents its own record has.
  struct Contents {
    /// The first of them; valid as long as the record.
    var first: UnsafeRawBufferPointer
    /// Bytes that are to be captured.
    var wanted: Int
    /// Where the event says why they are missing.
    var missing: MetaKey<TextID>
    /// The fields whose texts were made for this event alone.
    var ownTexts = MetaFieldSet()
  }

  private struct Arriving {
    var event: Event
    var piece: ContentArena.Piece
    var filled: Int
    var wanted: Int
    var isShort: Bool
    var missing: MetaKey<TextID>
    var ownTexts: MetaFieldSet
    /// Whether no more is expected.
    var isClosed = false
  }

  private var items: [RecordedThread: Arriving] = [:]
  private var words = MissingBytes.Words()

  /// Takes an event; it goes on to the buffer as soon as its contents are complete.
  mutating func append(
    _ event: Event, _ header: ipc_header, _ contents: Contents, into buffer: inout ReorderBuffer
  ) {
    let thread = RecordedThread(header)
    finish(thread, &buffer)
    let first = UnsafeRawBufferPointer(rebasing: contents.first.prefix(contents.wanted))
    let isWhole = !header.has(IPC_FLAG_MORE) || first.count >= contents.wanted
    var piece = ContentArena.Piece.none
    if contents.wanted > 0 {
      piece = isWhole ? buffer.contents.store(first) : buffer.contents.allocate(contents.wanted)
      if !isWhole { buffer.contents.write(first, to: piece, at: 0) }
    }
    let item = Arriving(
      event: event, piece: piece, filled: first.count, wanted: contents.wanted,
      isShort: header.has(IPC_FLAG_PARTIAL), missing: contents.missing, ownTexts: contents.ownTexts)
    if isWhole { tell(item, &buffer) } else { items[thread] = item }
  }

  /// Takes an `IPC_RECORD_CONTENT` record.
  mutating func take(
    _ record: UnsafeRawBufferPointer, _ header: ipc_header, into buffer: inout ReorderBuffer
  ) {
    let thread = RecordedThread(header)
    guard let chunk = ContentChunk(record), var item = items[thread], !item.isClosed else { return }
    guard let joined = chunk.join(item.piece, filled: item.filled, in: buffer.contents) else {
      return finish(thread, &buffer)
    }
    item.filled += joined
    if chunk.isShort { item.isShort = true }
    items[thread] = item
    if !chunk.hasMore || item.filled >= item.wanted { finish(thread, &buffer) }
  }

  /// Time of the first event that waits for the rest of its contents.
  var earliest: UInt64? { items.isEmpty ? nil : items.values.map(\.event.time).min() }

  /// Expects no more of any: what is lost may be their rest, and the next chunk another event's.
  mutating func close() {
    for thread in items.keys { items[thread]?.isClosed = true }
  }

  /// Tells the events of which no more is to come.
  mutating func settle(before time: UInt64, into buffer: inout ReorderBuffer) {
    if items.isEmpty { return }
    let overdue = items.filter {
      $0.value.isClosed || ContentChunk.isOverdue(since: $0.value.event.time, at: time)
    }
    for thread in overdue.keys { finish(thread, &buffer) }
  }

  private mutating func finish(_ thread: RecordedThread, _ buffer: inout ReorderBuffer) {
    if items.isEmpty { return }
    if let item = items.removeValue(forKey: thread) { tell(item, &buffer) }
  }

  private mutating func tell(_ item: Arriving, _ buffer: inout ReorderBuffer) {
    var event = item.event, piece = item.piece
    if !piece.isNone {
      piece.length = item.filled
      // What was lost on the way here is reported as a loss.
      if item.isShort, item.filled < item.wanted {
        event.set(item.missing, to: words.id(of: .unreadable, in: &buffer.texts))
        if item.filled > 0 {
          event.traits.insert(.incomplete)
        } else {
          buffer.contents.release(piece)
          piece = .none
        }
      }
    }
    buffer.append(event, content: piece, ownTexts: item.ownTexts)
  }
}
