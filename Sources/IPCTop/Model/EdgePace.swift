import IPCModel
import IPCProtocols

/// How fast a conversation goes at the moment, what is odd about it, and what its last transfer was.
struct EdgePace {
  /// Transfers of one second.
  struct Second {
    var messages: UInt64 = 0
    var bytes: UInt64 = 0
    /// Those of a single byte.
    var singles: UInt64 = 0
    /// The shortest delay; nil if none is known.
    var leastDelay: UInt64?
  }

  /// Which second ``current`` is.
  private var second: UInt64 = 0
  private var current = Second()
  private var previous = Second()
  /// How many times in a row a second's shortest delay was longer than that of the one before.
  private(set) var slowdowns = 0
  /// How many times in a row a look has found more unread than the one before, and that.
  private(set) var growths = 0
  private var lastUnread: UInt64 = 0
  /// How many looks in a row have found something unread and nothing read.
  private(set) var standstills = 0
  private var messagesAtLook: UInt64 = 0

  /// The last transfer; its texts may have gone, see ``texts``.
  private(set) var last: Event
  /// Texts of the last transfer, by the fields' positions.
  private var texts: [(position: Int, bytes: [UInt8])] = []
  /// What both processes are, as far as it is known.
  private(set) var ends: (source: ProcessDescription?, destination: ProcessDescription?)
  private var images: (UInt64, UInt64)

  /// Length of a second, in nanoseconds.
  static let length: UInt64 = 1_000_000_000

  /// Begins with a conversation's first transfer.
  init(_ event: borrowing Event, texts: borrowing TextTable) {
    last = copy event
    images = (event.source.image, event.destination.image)
    ends = (texts.processes.description(of: event.source), texts.processes.description(of: event.destination))
    for field in event.kind.row.fields where field.form == .text {
      if let bits = event.bits(at: field.position) {
        self.texts.append(
          (field.position, texts.withBytes(of: TextID(metaBits: bits)) { Array($0) }))
      }
    }
  }

  /// Counts a transfer; allocates only if a text differs from the one before.
  mutating func add(_ event: borrowing Event, texts: borrowing TextTable) {
    let now = event.time / Self.length
    if now > second {
      let isNext = now == second + 1
      if let least = current.leastDelay {
        slowdowns = previous.leastDelay.map { $0 < least } ?? false ? slowdowns + 1 : 0
      }
      previous = isNext ? current : Second()
      current = Second()
      second = now
    }
    current.messages += 1
    current.bytes &+= event.count
    if event.count == 1 { current.singles += 1 }
    if event.delay != Event.unknownDelay { current.leastDelay = min(current.leastDelay ?? .max, event.delay) }
    last = copy event
    if images != (event.source.image, event.destination.image) {
      images = (event.source.image, event.destination.image)
      ends = (
        texts.processes.description(of: event.source), texts.processes.description(of: event.destination)
      )
    }
    // A channel keeps its name; what else a transfer says in texts may be another one each time.
    if event.kind.row.carriesBytes { return }
    for index in self.texts.indices {
      guard let bits = event.bits(at: self.texts[index].position) else { continue }
      texts.withBytes(of: TextID(metaBits: bits)) { bytes in
        if !bytes.elementsEqual(self.texts[index].bytes) { self.texts[index].bytes = Array(bytes) }
      }
    }
  }

  /// Learns how much is unread.
  ///
  /// - Parameter messages: Transfers up to now.
  mutating func look(unread: UInt64, messages: UInt64) {
    growths = unread > lastUnread ? growths + 1 : unread < lastUnread ? 0 : growths
    standstills = unread > 0 && messages == messagesAtLook ? standstills + 1 : 0
    lastUnread = unread
    messagesAtLook = messages
  }

  /// What the second up to a time has had: of the one that has begun all, of the one before the rest.
  func rate(at now: UInt64) -> Second {
    let (index, part) = now.quotientAndRemainder(dividingBy: Self.length)
    let (older, newer): (Second, Second) =
      index <= second ? (previous, current) : index == second + 1 ? (current, Second()) : (Second(), Second())
    // Events of a capture come before its clock, at most by the reorder window.
    let rest = Double(Self.length - (index < second ? 0 : part)) / Double(Self.length)
    func sum(_ old: UInt64, _ new: UInt64) -> UInt64 { UInt64((Double(old) * rest).rounded()) &+ new }
    return Second(
      messages: sum(older.messages, newer.messages), bytes: sum(older.bytes, newer.bytes),
      singles: sum(older.singles, newer.singles), leastDelay: newer.leastDelay ?? older.leastDelay)
  }

  /// Gives the last transfer to `body`, with a table that has its texts.
  func withLast<Result>(_ body: (borrowing Event, borrowing TextTable) -> Result) -> Result {
    var table = TextTable()
    for (end, description) in [(last.source, ends.source), (last.destination, ends.destination)] {
      if let description { table.processes.add(description, for: .init(pid: end.pid, image: end.image)) }
    }
    var event = last
    for text in texts { event.setBits(table.add(text.bytes).metaBits, at: text.position) }
    return body(event, table)
  }
}
