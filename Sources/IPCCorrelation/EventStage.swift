import DequeModule
import IPCModel

/// Finished events on their way out, put in the order of time.
///
/// Records of different CPUs arrive slightly out of order, and an event may have to wait for its writer, so events stay
/// here until nothing earlier can come any more.
public struct EventStage: ~Copyable {
  private struct Staged {
    var event: Event
    var content: ContentArena.Piece
    var ownTexts: UInt16
  }

  private var queue = Deque<Staged>()
  var contents = ContentArena()

  /// Texts that the events' meta fields refer to.
  public internal(set) var texts = TextTable()

  /// Creates an empty stage.
  init() {}

  /// Number of events that wait.
  public var count: Int { queue.count }

  /// How many times pieces of contents are retained; 0 if nothing is kept.
  package var contentsInUse: Int { contents.pieceCount }

  /// Time of the first event that waits.
  var earliest: UInt64? { queue.first?.event.time }

  /// Adds an event behind all that are not later; takes over one retain of its content.
  ///
  /// - Parameter ownTexts: Set of the meta fields, by position, whose texts were made for this event alone; they are
  ///   released when it has been handed out.
  mutating func append(_ event: Event, content: ContentArena.Piece, ownTexts: UInt16 = 0) {
    var position = queue.count
    while position > 0, queue[position - 1].event.time > event.time { position -= 1 }
    if position == queue.count {
      queue.append(Staged(event: event, content: content, ownTexts: ownTexts))
    } else {
      queue.insert(Staged(event: event, content: content, ownTexts: ownTexts), at: position)
    }
  }

  /// Hands out events in order, up to and including a time, until `body` returns false.
  ///
  /// - Parameter body: Takes an event and its captured bytes, which are valid during the call only.
  mutating func release(
    through time: UInt64,
    _ body: (borrowing Event, UnsafeRawBufferPointer?, borrowing TextTable) -> Bool
  ) {
    while let first = queue.first, first.event.time <= time {
      let goesOn = body(first.event, contents.bytes(of: first.content), texts)
      contents.release(first.content)
      if first.ownTexts != 0 { releaseTexts(of: first) }
      queue.removeFirst()
      if !goesOn { return }
    }
  }

  private mutating func releaseTexts(of staged: Staged) {
    for position in 0..<Event.fieldLimit where staged.ownTexts & (1 << UInt16(position)) != 0 {
      if let text = staged.event.value(at: position) { texts.release(TextID(rawValue: UInt32(text))) }
    }
  }
}
