import BasicContainers
import DequeModule
import IPCModel

/// The writes to one stream that have unread bytes or go on, with what was passed with them and their contents.
///
/// Only the queue changes its writes, and with each change all that is counted of them. Its invariants, which
/// ``violations(areInOrderOf:)`` checks:
///
/// - ``Counts`` are the sums over the writes.
/// - Serials are unique, and none is greater than the last one that was given.
/// - Writes lie in the order of their serials, or of the positions where they start: one of the two for all of a
///   stream's life, by ``append(_:)`` or ``insert(_:)``.
/// - At most one unread byte is urgent in a queue in the order of serials, as the kernel has it (`queue_oob`,
///   net/unix/af_unix.c).
/// - Contents that a write holds are retained once for it, until they are in ``discarded``.
struct WriteQueue: ~Copyable {
  /// What is counted of writes.
  struct Counts: Equatable {
    /// Unread bytes.
    var available = 0
    /// Writes whose end has not been seen.
    var inFlight = 0
    /// Writes of which it is not known exactly where in the stream they lie.
    var loose = 0
    /// Writes whose last byte is urgent and unread.
    var urgent = 0
    /// Bytes of contents.
    var content = 0

    init() {}

    init(of write: borrowing StreamWrite) {
      available = write.remaining
      inFlight = write.isInFlight ? 1 : 0
      loose = write.span.isTight ? 0 : 1
      if write.isUrgent { urgent = write.remaining > 0 ? 1 : 0 }
      content = write.content.piece.length
    }

    @inline(__always)
    static func += (sum: inout Counts, counts: Counts) {
      sum.available += counts.available
      sum.inFlight += counts.inFlight
      sum.loose += counts.loose
      sum.urgent += counts.urgent
      sum.content += counts.content
    }

    @inline(__always)
    static func -= (sum: inout Counts, counts: Counts) {
      sum.available -= counts.available
      sum.inFlight -= counts.inFlight
      sum.loose -= counts.loose
      sum.urgent -= counts.urgent
      sum.content -= counts.content
    }
  }

  /// What the order of the writes is.
  enum Order {
    case serials, positions
  }

  /// The writes, in their order.
  private(set) var writes = UniqueDeque<StreamWrite>()
  /// See ``Counts``.
  private(set) var counts = Counts()
  private var lastSerial: UInt64 = 0
  /// Last write that has another source than the one before it.
  private var lastChange: UInt64 = 0
  /// Writes above which finished ones in the middle are looked for.
  private var crowd = 32
  /// Bytes of a batch of messages that were read before the messages' own records came.
  private var overread: (tid: Int32, count: Int)?
  /// What was passed with these writes, and with the reads that wait for them.
  var ancillary = AncillaryStore()
  /// Contents that are not needed any more, to be released.
  private var discarded: [ContentArena.Piece] = []

  /// Bytes of contents above which those of older writes are let go of: no pipe and no socket holds so much by default.
  private static let contentLimit = 64 << 20

  // MARK: - What is known

  var isEmpty: Bool { writes.isEmpty }
  /// Unread bytes of all writes.
  var available: Int { counts.available }
  /// The same without writes that go on, of which not all may have been written.
  var availableEnded: Int {
    if counts.inFlight == 0 { return available }
    return writes.indices.reduce(available) { $0 - (writes[$1].isInFlight ? writes[$1].remaining : 0) }
  }
  /// Whether a write has ended after a time.
  func hasEnded(after time: UInt64) -> Bool { writes.contains { !$0.isInFlight && $0.end > time } }
  /// Whether all unread bytes are from one thread of one name.
  var isUniform: Bool { writes.isEmpty || lastChange <= writes[0].serial }
  /// Whether there are so many writes that finished ones in the middle are to be looked for.
  var isCrowded: Bool { writes.count > crowd }

  /// Whether there is anything to be read of a write.
  @inline(__always)
  func isUnread(_ index: Int, skippingUrgent: Bool) -> Bool {
    writes[index].remaining > 0 && !(skippingUrgent && writes[index].isUrgent)
  }

  /// The first write of which there is anything to be read.
  @inline(__always)
  func firstUnread(skippingUrgent: Bool) -> Int? {
    writes.indices.first { isUnread($0, skippingUrgent: skippingUrgent) }
  }

  /// What contradicts the invariants, a line each.
  func violations(areInOrderOf order: Order) -> [String] {
    var problems: [String] = []
    var sums = Counts()
    var serials: Set<UInt64> = []
    for index in writes.indices {
      sums += Counts(of: writes[index])
      if !serials.insert(writes[index].serial).inserted || writes[index].serial > lastSerial {
        problems.append("serial \(writes[index].serial) of write \(index)")
      }
      if index == 0 { continue }
      let isInOrder =
        switch order {
        case .serials: writes[index - 1].serial < writes[index].serial
        case .positions: writes[index - 1].span.start <= writes[index].span.start
        }
      if !isInOrder { problems.append("write \(index) is out of order") }
    }
    if sums != counts { problems.append("counts are \(counts), sums \(sums)") }
    if order == .serials, counts.urgent > 1 { problems.append("\(counts.urgent) urgent bytes") }
    return problems
  }

  // MARK: - Adding

  /// Adds a write behind all others, and numbers it.
  mutating func append(_ write: inout StreamWrite) {
    number(&write)
    writes.append(write)
  }

  /// Adds a write by where it starts in the stream, and numbers it.
  mutating func insert(_ write: inout StreamWrite) {
    number(&write)
    place(write)
  }

  /// Adds a write of one urgent byte; an earlier one that nobody has taken becomes a normal byte (`queue_oob`).
  mutating func appendUrgent(_ write: inout StreamWrite) {
    for index in writes.indices where writes[index].isUrgent { writes[index].isUrgent = false }
    counts.urgent = 0
    append(&write)
  }

  private mutating func number(_ write: inout StreamWrite) {
    lastSerial += 1
    write.serial = lastSerial
    if let overread, overread.tid == write.source.tid {
      let taken = min(overread.count, write.remaining)
      write.consumed += taken
      self.overread = taken < overread.count ? (overread.tid, overread.count - taken) : nil
    }
    if !writes.isEmpty, writes[writes.count - 1].source != write.source { lastChange = lastSerial }
    counts += Counts(of: write)
  }

  private mutating func place(_ write: StreamWrite) {
    var index = writes.count
    while index > 0, writes[index - 1].span.start > write.span.start { index -= 1 }
    if index == writes.count { writes.append(write) } else { writes.insert(write, at: index) }
  }

  // MARK: - Ending

  /// The write that a thread has begun here.
  @inline(__always)
  func begun(by tid: Int32) -> Int? {
    counts.inFlight > 0 ? writes.lastIndex { $0.isInFlight && $0.source.tid == tid } : nil
  }

  /// Ends a write that was begun, in a queue in the order of serials.
  ///
  /// - Returns: Whether reads were given more of it than it has.
  mutating func end(_ index: Int, with write: borrowing StreamWrite) -> Bool {
    counts -= Counts(of: writes[index])
    learnEnd(of: index, from: write)
    let isOvertaken = writes[index].consumed > writes[index].count
    if isOvertaken { writes[index].count = writes[index].consumed }
    counts += Counts(of: writes[index])
    return isOvertaken
  }

  /// Ends a write that was begun, in a queue in the order of positions, and moves it to where its end has shown it to be.
  mutating func end(_ index: Int, with write: borrowing StreamWrite, at span: StreamSpan) {
    counts -= Counts(of: writes[index])
    learnEnd(of: index, from: write)
    var ended = writes.remove(at: index)
    ended.span = span
    place(ended)
    counts += Counts(of: ended)
  }

  /// Learns what the end of a write tells of it.
  private mutating func learnEnd(of index: Int, from write: borrowing StreamWrite) {
    if writes[index].isBatch, writes[index].consumed > write.count {
      // What was read beyond the first message of a batch is of the next ones.
      overread = (write.source.tid, writes[index].consumed - write.count)
      writes[index].consumed = write.count
    }
    writes[index].end = write.end
    writes[index].count = write.count
    writes[index].fingerprint = write.fingerprint
    writes[index].content = write.content
    writes[index].isPacket = write.isPacket
    writes[index].isLocal = write.isLocal
    writes[index].isUrgent = write.isUrgent
    writes[index].ancillary = write.ancillary
    writes[index].cameLate = write.cameLate
    writes[index].lossEpoch = write.lossEpoch
  }

  /// Closes writes of a thread whose ends were lost: it can be in one write only, and that is another one.
  @inline(__always)
  mutating func abandon(by tid: Int32) {
    if counts.inFlight > 0 { abandonBegun(by: tid) }
  }

  private mutating func abandonBegun(by tid: Int32) {
    for index in writes.indices where writes[index].isInFlight && writes[index].source.tid == tid {
      counts -= Counts(of: writes[index])
      writes[index].count = writes[index].consumed
      writes[index].end = writes[index].begin + 1
      counts += Counts(of: writes[index])
    }
  }

  // MARK: - Reading

  /// Takes bytes of a write.
  mutating func take(_ count: Int, from index: Int) {
    if writes[index].isUrgent, writes[index].remaining > 0, writes[index].remaining <= count {
      counts.urgent -= 1
    }
    writes[index].consumed += count
    counts.available -= count
  }

  /// Gives bytes back that were taken on trial.
  mutating func giveBack(_ count: Int, to index: Int) {
    if writes[index].isUrgent, writes[index].remaining <= 0, writes[index].remaining + count > 0 {
      counts.urgent += 1
    }
    writes[index].consumed -= count
    counts.available += count
  }

  /// Takes all that is left of a write.
  mutating func takeRest(of index: Int) { take(writes[index].remaining, from: index) }

  /// Takes the urgent bytes of writes up to a serial: a read has gone past them.
  mutating func passUrgent(through serial: UInt64) {
    for index in writes.indices where writes[index].isUrgent && writes[index].serial <= serial {
      takeRest(of: index)
      // Its byte is gone, as that of any finished write.
      writes[index].isUrgent = false
    }
  }

  /// Takes the sources of writes for inferred: one of them was chosen for want of proof.
  ///
  /// - Parameter hasStrangers: Whether it may have been yet another one.
  /// - Returns: Whether they have different lengths.
  mutating func doubtSources(of rivals: ArraySlice<Int>, hasStrangers: Bool = false) -> Bool {
    guard let first = rivals.first else { return false }
    let process = writes[first].source.pid
    let isOneProcess = !hasStrangers && process > 0 && rivals.allSatisfy { writes[$0].source.pid == process }
    for rival in rivals { writes[rival].inference.insert(isOneProcess ? .thread : .process) }
    return rivals.contains { writes[$0].count != writes[first].count }
  }

  /// Whether rivals, and all other writes with unread bytes that can have been there at a time, are of one process.
  func isOneProcess(_ rivals: ArraySlice<Int>, at time: UInt64) -> Bool {
    guard let process = rivals.first.map({ writes[$0].source.pid }), process > 0 else { return false }
    return rivals.allSatisfy { writes[$0].source.pid == process }
      && writes.allSatisfy { $0.remaining <= 0 || $0.begin >= time || $0.source.pid == process }
  }

  // MARK: - Contents

  /// Gives writes the contents that came behind their record.
  ///
  /// - Parameter piece: What has come, from the record's first byte on; stays the caller's.
  mutating func give(_ piece: ContentArena.Piece, toWritesOf record: UInt64, _ arena: inout ContentArena) {
    var isFull = counts.content + piece.length > Self.contentLimit
    for index in writes.indices {
      if writes[index].content.record == record {
        writes[index].content.isAwaited = false
        let part = piece.slice(from: writes[index].content.start, count: writes[index].count)
        if part.length == 0 { continue }
        arena.retain(part)
        counts.content += part.length
        writes[index].content.piece = part
      } else if isFull, !writes[index].content.piece.isNone {
        // Somebody reads without being seen.
        counts.content -= writes[index].content.piece.length
        discarded.append(writes[index].content.piece)
        writes[index].content.piece = .none
        isFull = counts.content + piece.length > Self.contentLimit
      }
    }
  }

  /// Gives the memory of contents back that nobody needs any more.
  @inline(__always)
  mutating func releaseDiscarded(_ arena: inout ContentArena) {
    if !discarded.isEmpty { releaseAll(&arena) }
  }

  private mutating func releaseAll(_ arena: inout ContentArena) {
    for piece in discarded { arena.release(piece) }
    discarded.removeAll(keepingCapacity: true)
  }

  // MARK: - Removing

  /// Lets go of writes of which nothing is left.
  mutating func removeFinished() {
    while !writes.isEmpty, writes[0].remaining <= 0, !writes[0].isInFlight { removeFirst() }
    // Behind a write that waits for room, many others can come and go.
    if isCrowded { removeCrowd { $0.remaining <= 0 && !$0.isInFlight } }
  }

  /// Lets go of the first write, and of what is unread of it.
  mutating func removeFirst() {
    noteRemoval(of: 0)
    // Unlike the one without a number, it copies nothing.
    writes.removeFirst(1)
  }

  /// Lets go of writes in the middle that are over.
  mutating func removeCrowd(_ isOver: (StreamWrite) -> Bool) {
    remove(where: isOver)
    crowd = 2 * writes.count + 32
  }

  /// Removes all writes that ended before a time.
  mutating func removeEnded(before time: UInt64) {
    remove { !$0.isInFlight && $0.end < time }
  }

  /// Removes everything.
  mutating func removeAll() {
    // An empty queue would be copied.
    if !writes.isEmpty { remove { _ in true } }
  }

  /// Removes the writes that `isOver` says yes to, and what is unread of them.
  private mutating func remove(where isOver: (StreamWrite) -> Bool) {
    var kept = 0
    for index in writes.indices {
      if isOver(writes[index]) {
        noteRemoval(of: index)
      } else {
        if kept != index { writes[kept] = writes[index] }
        kept += 1
      }
    }
    writes.removeLast(writes.count - kept)
  }

  @inline(__always)
  private mutating func noteRemoval(of index: Int) {
    ancillary.remove(writes[index].ancillary)
    if !writes[index].content.piece.isNone { discarded.append(writes[index].content.piece) }
    counts -= Counts(of: writes[index])
  }
}
