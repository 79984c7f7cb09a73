import DequeModule
import IPCModel

/// Finished events on their way out, put in the order of time.
///
/// Records of different CPUs arrive slightly out of order, and an event may have to wait for its writer, so events stay
/// here until nothing earlier can come any more.
public struct ReorderBuffer: ~Copyable {
  /// What goes with an event.
  // Not private: Swift 6.3 cannot compile the end of a queue of private elements in another file without optimisation.
  struct Attachment {
    var content: ContentArena.Piece
    var ownTexts: MetaFieldSet
  }

  private var events = UniqueDeque<Event>()
  /// Of each event, at the same position.
  private var attachments = UniqueDeque<Attachment>()
  var contents = ContentArena()

  /// Texts that the events' meta fields refer to.
  public internal(set) var texts = TextTable()

  /// Creates an empty buffer.
  init() {}

  /// Number of events that wait.
  public var count: Int { events.count }

  /// How many times pieces of contents are retained; 0 if nothing is kept.
  package var contentsInUse: Int { contents.pieceCount }

  /// Time of the first event that waits.
  var earliest: UInt64? { events.isEmpty ? nil : events[0].time }

  /// Adds an event behind all that are not later; takes over one retain of its content.
  ///
  /// - Parameter ownTexts: The meta fields whose texts were made for this event alone; they are
  ///   released when it has been handed out.
  mutating func append(
    _ event: borrowing Event, content: ContentArena.Piece, ownTexts: MetaFieldSet = MetaFieldSet()
  ) {
    let attachment = Attachment(content: content, ownTexts: ownTexts)
    var position = events.count
    while position > 0, events[position - 1].time > event.time { position -= 1 }
    if position == events.count {
      events.append(copy event)
      attachments.append(attachment)
    } else {
      events.insert(copy event, at: position)
      attachments.insert(attachment, at: position)
    }
  }

  /// Hands out events in order, up to and including a time, until `body` returns false.
  ///
  /// - Parameter body: Takes an event and its captured bytes, which are valid during the call only.
  mutating func release(
    through time: UInt64,
    _ body: (borrowing Event, UnsafeRawBufferPointer?, borrowing TextTable) -> Bool
  ) {
    var handed = 0
    while handed < events.count, events[handed].time <= time {
      let attachment = attachments[handed]
      let goesOn = body(events[handed], contents.bytes(of: attachment.content), texts)
      contents.release(attachment.content)
      if !attachment.ownTexts.isEmpty { releaseTexts(attachment.ownTexts, of: events[handed]) }
      handed += 1
      if !goesOn { break }
    }
    events.removeFirst(handed)
    attachments.removeFirst(handed)
  }

  private mutating func releaseTexts(_ own: MetaFieldSet, of event: Event) {
    var own = own
    while let position = own.popFirst() {
      if let text = event.bits(at: position) { texts.release(TextID(metaBits: text)) }
    }
  }
}

/// Texts that nothing has any more but events that are on their way.
struct RetiredTexts {
  private var fresh: [TextID] = []
  private var waiting: [TextID] = []
  private var retirement: UInt64 = 0

  /// Takes a text that no event will be given from now on.
  mutating func append(_ text: TextID) { fresh.append(text) }

  /// Takes several such texts.
  mutating func append(contentsOf texts: some Sequence<TextID>) { fresh.append(contentsOf: texts) }

  /// Releases those that no event can refer to.
  ///
  /// - Parameter time: Time of the call; what waits there now is not later.
  mutating func tidy(at time: UInt64, _ buffer: inout ReorderBuffer) {
    if let earliest = buffer.earliest, earliest <= retirement { return }
    for text in waiting { buffer.texts.release(text) }
    waiting.removeAll(keepingCapacity: true)
    swap(&waiting, &fresh)
    retirement = time
  }
}
