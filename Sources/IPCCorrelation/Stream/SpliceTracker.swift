import DequeModule
import IPCModel
import RecordLayout

/// What is known of streams that somebody splices from: the reader has no buffer, so what was written tells the bytes.
///
/// Two sources tell them: contents that come behind a write's record, and a pipe's backlog, which is what lay unread in it
/// when the splice began. Which of them a read got, the order of the reads tells (``Splicing``).
struct SpliceTracker {
  /// Contents of a write that are still coming.
  private struct IncomingContent {
    let stream: ByteStream
    /// Number of the write's record.
    let record: UInt64
    /// Time of the write's record, in nanoseconds.
    let time: UInt64
    /// Room for all of it, retained once.
    var piece: ContentArena.Piece
    /// Bytes that have come.
    var filled = 0

    /// Lets no chunk join: it may be another write's.
    mutating func cut() { piece.length = filled }
  }

  /// How long contents wait for what goes with them, in nanoseconds: the splice itself may wait for its other end.
  private static let longestSplice: UInt64 = 60_000_000_000
  private static let longestWrite: UInt64 = 1_000_000_000

  private let captureLimit: Int
  /// By writer.
  private var incoming: [RecordedThread: IncomingContent] = [:]
  private var lastRecord: UInt64 = 0
  /// What lies unread in pipes that somebody has begun to splice from, until the next read is reported.
  private var backlogs: [ChannelKey: SpliceBacklog] = [:]

  init(captureLimit: UInt64) { self.captureLimit = Int(clamping: captureLimit) }

  // MARK: - Contents of writes

  /// Whether contents of any write are still coming.
  var hasIncoming: Bool { !incoming.isEmpty }

  /// Whether contents of a thread's last write are still coming.
  func isWriting(_ thread: RecordedThread) -> Bool { !incoming.isEmpty && incoming[thread] != nil }

  /// Makes ready for the contents of a write, which come behind its record.
  mutating func expectContent(
    of transfer: StreamTransfer, in stream: ByteStream, _ arena: inout ContentArena
  ) -> WrittenContent {
    lastRecord += 1
    incoming[RecordedThread(transfer.raw.header)] = IncomingContent(
      stream: stream, record: lastRecord, time: transfer.time,
      piece: arena.allocate(min(transfer.count, captureLimit)))
    return .awaited(lastRecord)
  }

  /// Takes more contents of a thread's last write.
  ///
  /// - Returns: Whether all of them have come.
  mutating func take(_ chunk: ContentChunk, by thread: RecordedThread, _ arena: borrowing ContentArena)
    -> Bool
  {
    guard let content = incoming[thread] else { return false }
    guard let joined = chunk.join(content.piece, filled: content.filled, in: arena) else { return true }
    incoming[thread]?.filled += joined
    return !chunk.hasMore
  }

  /// Takes the contents of a thread's write as complete, whether or not all of it has come.
  ///
  /// - Returns: The stream, whose reads may be divided now; nil if nothing was coming.
  mutating func finishWrite(by thread: RecordedThread, _ arena: inout ContentArena) -> ByteStream? {
    guard var content = incoming.removeValue(forKey: thread) else { return nil }
    content.cut()
    content.stream.queue.give(content.piece, toWritesOf: content.record, &arena)
    arena.release(content.piece)
    return content.stream
  }

  /// Threads whose writes' contents are still coming.
  ///
  /// - Parameters:
  ///   - stream: Where they write; nil for all streams.
  ///   - time: Before which they began to come.
  func writers(to stream: ByteStream? = nil, before time: UInt64 = .max) -> [RecordedThread] {
    incoming.compactMap { thread, content in
      (stream == nil || content.stream === stream) && content.time < time ? thread : nil
    }
  }

  /// Threads whose writes' contents have not come for too long, because records of them were lost.
  func staleWriters(at time: UInt64) -> [RecordedThread] {
    hasIncoming && time > Self.longestWrite ? writers(before: time - Self.longestWrite) : []
  }

  /// What is lost may be the rest of a write's contents, and the next chunk another write's.
  mutating func recordsWereLost() {
    for thread in incoming.keys { incoming[thread]?.cut() }
  }

  // MARK: - What lay in a pipe before

  /// Takes a piece of what lies unread in a pipe that a thread begins to splice from.
  mutating func takeBacklog(
    _ record: UnsafeRawBufferPointer, header: ipc_header, epoch: LossEpoch, _ arena: inout ContentArena
  ) {
    guard let (raw, rest) = record.record(ipc_backlog.self), captureLimit > 0 else { return }
    let bytes = rest.first(raw.captured)
    let key = ChannelKey(address: raw.channel, identity: raw.identity)
    let reader = Int32(bitPattern: header.tid)
    let fresh = SpliceBacklog(reader: reader, time: header.time, lossEpoch: epoch)
    var backlog = backlogs[key] ?? fresh
    if raw.offset == 0 || backlog.reader != reader {
      backlog.release(&arena)
      backlog = fresh
    }
    // Behind a lost piece, nothing can be placed.
    if backlog.lossEpoch == epoch { backlog.add(bytes, at: raw.offset, &arena) }
    backlogs[key] = backlog
  }

  /// Whether a read's place is behind all others, without a look at anything.
  @inline(__always)
  func isUsual(_ read: StreamRead, in stream: ByteStream) -> Bool {
    !read.isSpliced && stream.splicing == nil && backlogs.isEmpty
  }

  /// Finds a read's place among those of other threads if it is not usual, and gives it its bytes if they lay in the pipe
  /// when the splice began.
  ///
  /// - Returns: Its index in the stream's reads.
  mutating func place(
    _ read: inout StreamRead, in stream: ByteStream, epoch: LossEpoch, _ arena: inout ContentArena
  ) -> Int {
    let last = stream.reads.count
    let backlog = backlogs.removeValue(forKey: stream.key)
    if stream.matcher.dividesOutOfOrder || !read.isSpliced && stream.splicing == nil && backlog == nil {
      return last
    }
    var splicing = stream.splicing ?? Splicing(readBefore: stream)
    if let backlog {
      splicing.backlog?.release(&arena)
      splicing.backlog = backlog
    }
    let place = splicing.place(&read, among: &stream.reads)
    if place < last {
      // Another read, which has got what lay in the pipe, comes behind this one.
      splicing.backlog?.release(&arena)
      splicing.backlog = nil
    }
    splicing.note(read.reader.tid, end: read.time)
    splicing.giveBacklog(to: &read, epoch: epoch, &arena)
    stream.splicing = splicing
    return place
  }

  // MARK: - What is over

  /// Forgets who has spliced from a stream.
  func forget(_ stream: ByteStream, _ arena: inout ContentArena) {
    stream.splicing?.backlog?.release(&arena)
    stream.splicing = nil
  }

  /// Lets go of backlogs whose splices were not seen.
  mutating func tidy(at time: UInt64, _ arena: inout ContentArena) {
    if !backlogs.isEmpty { releaseBacklogs(before: time - min(time, Self.longestSplice), &arena) }
  }

  /// Lets go of backlogs from before a time.
  mutating func releaseBacklogs(before time: UInt64, _ arena: inout ContentArena) {
    for (key, backlog) in backlogs where backlog.time < time {
      var backlog = backlog
      backlog.release(&arena)
      backlogs[key] = nil
    }
  }
}

/// What is known of a stream that is spliced from: which threads have read when, because of bytes that no buffer holds, only
/// the order of the reads tells which ones a read has got.
struct Splicing {
  private static let remembered = 64

  /// When each thread's last read ended; bounded, the oldest goes first.
  private var ends: [(tid: Int32, end: UInt64)] = []
  /// What its next reads get, if that is known.
  var backlog: SpliceBacklog?

  /// Begins with a stream's first splice.
  init(readBefore stream: ByteStream) {
    guard let reader = stream.readers.last else { return }
    // Of several readers, only the last end is known, which stands for a thread of its own.
    note(stream.readers.hasSeveral ? .min : reader, end: stream.readers.lastEnd)
  }

  /// When a thread's read can have begun at the earliest.
  private func earliestBegin(of tid: Int32) -> UInt64 {
    let end = ends.first { $0.tid == tid }?.end ?? 0
    guard let backlog, backlog.reader == tid else { return end }
    return max(end, backlog.time)
  }

  /// Remembers who read, and when that ended.
  mutating func note(_ tid: Int32, end: UInt64) {
    var end = end
    if let index = ends.firstIndex(where: { $0.tid == tid }) { end = max(end, ends.remove(at: index).end) }
    if ends.count == Self.remembered { ends.removeFirst() }
    ends.append((tid, end))
  }

  /// Finds where a read belongs among those that wait, and which of them may have taken each other's bytes.
  func place(_ read: inout StreamRead, among reads: inout UniqueDeque<StreamRead>) -> Int {
    var place = reads.count
    let tid = read.reader.tid
    read.begin = earliestBegin(of: tid)
    let begin = read.begin
    // Another thread's read may have gone on when this one began.
    if ends.contains(where: { $0.tid != tid && $0.end > begin }) { read.isDisputed = true }
    for index in reads.indices.reversed() {
      let other = reads[index]
      if other.time <= read.begin { break }
      if other.reader.tid == tid { continue }
      if read.time <= other.begin {
        // Its record has overtaken this one's; what lay in the pipe was given to it too early.
        place = index
        if other.isSpliced, other.filled > 0 { reads[index].isDisputed = true }
        continue
      }
      read.isDisputed = true
      reads[index].isDisputed = true
    }
    return place
  }

  /// Gives a read its bytes of what lay in the pipe, or goes past them.
  mutating func giveBacklog(to read: inout StreamRead, epoch: LossEpoch, _ arena: inout ContentArena) {
    // What was read before is not part of it.
    guard var rest = backlog, rest.time < read.time else { return }
    var isPlaced = rest.lossEpoch == epoch && !read.isDisputed && read.begin >= rest.time
    if isPlaced, let received = arena.bytes(of: read.content)?.prefix(read.filled) {
      isPlaced = rest.matches(UnsafeRawBufferPointer(rebasing: received), arena)
    }
    if isPlaced, read.isSpliced {
      read.content = rest.content(atMost: read.count, &arena)
      read.filled = read.content.length
    }
    if isPlaced { rest.take(read.count, &arena) } else { rest.release(&arena) }
    backlog = rest.remaining > 0 ? rest : nil
  }
}

/// What lay unread in a pipe when somebody began to splice from it: the bytes that its next reads get.
struct SpliceBacklog {
  /// Bytes that are kept of one pipe; its size can be set beyond that by root only (/proc/sys/fs/pipe-max-size).
  private static let limit = 64 << 20

  /// Thread that began to splice.
  let reader: Int32
  /// When it did, in nanoseconds.
  let time: UInt64
  /// Losses up to then.
  let lossEpoch: LossEpoch
  /// The pieces that are not used up, each retained once.
  private var pieces: [ContentArena.Piece] = []
  /// Bytes in `pieces`.
  private var kept = 0
  /// Bytes that have come.
  private var filled = 0
  /// Bytes that the next reads get.
  private(set) var remaining = 0

  init(reader: Int32, time: UInt64, lossEpoch: LossEpoch) {
    self.reader = reader
    self.time = time
    self.lossEpoch = lossEpoch
  }

  /// Adds a piece, unless it does not join the others.
  mutating func add(_ bytes: UnsafeRawBufferPointer, at offset: UInt64, _ arena: inout ContentArena) {
    guard offset == UInt64(filled), remaining == filled, !bytes.isEmpty, filled + bytes.count <= Self.limit
    else { return }
    pieces.append(arena.store(bytes))
    filled += bytes.count
    kept += bytes.count
    remaining += bytes.count
  }

  /// Whether the next bytes are those that a read has got.
  func matches(_ received: UnsafeRawBufferPointer, _ arena: borrowing ContentArena) -> Bool {
    var position = 0
    var skipped = kept - remaining
    for piece in pieces {
      guard let bytes = arena.bytes(of: piece) else { return false }
      for byte in bytes.dropFirst(skipped) {
        if position == received.count { return true }
        if byte != received[position] { return false }
        position += 1
      }
      skipped = 0
    }
    return true
  }

  /// The next bytes in one piece, retained once; `none` if nothing is left.
  func content(atMost count: Int, _ arena: inout ContentArena) -> ContentArena.Piece {
    let count = min(count, remaining)
    if count <= 0 { return .none }
    let whole = arena.allocate(count)
    var position = 0
    var skipped = kept - remaining
    for piece in pieces where position < count {
      let part = piece.slice(from: skipped, count: count - position)
      if let bytes = arena.bytes(of: part) { arena.write(bytes, to: whole, at: position) }
      position += part.length
      skipped = 0
    }
    return whole
  }

  /// Goes past bytes that a read has taken.
  mutating func take(_ count: Int, _ arena: inout ContentArena) {
    remaining -= min(count, remaining)
    while let first = pieces.first, kept - first.length >= remaining {
      arena.release(first)
      kept -= first.length
      pieces.removeFirst()
    }
  }

  /// Gives all memory back.
  mutating func release(_ arena: inout ContentArena) {
    for piece in pieces { arena.release(piece) }
    pieces = []
    (kept, remaining) = (0, 0)
  }
}
