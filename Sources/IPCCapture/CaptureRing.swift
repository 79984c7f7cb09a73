import ByteOutput
import IPCModel

/// The last of what happens, as blocks of a capture in memory, which become a file only if somebody asks for one.
///
/// It consists of parts, each of which can be read without those before it, so that the oldest is given up as a whole
/// when there is no more room, or when all of it is too old.
package struct CaptureRing: ~Copyable {
  /// How much is kept.
  package struct Limit: Sendable, Equatable {
    /// Bytes of blocks.
    package var bytes: Int
    /// Nanoseconds; nil if only the bytes limit it.
    package var duration: UInt64?

    /// Keeps so many bytes, and nothing that is older.
    package init(bytes: Int, duration: UInt64? = nil) {
      self.bytes = bytes
      self.duration = duration
    }
  }

  /// What becomes a file: the parts, and what stands around them.
  package struct Contents {
    /// What the file begins with.
    package let head: [UInt8]
    /// What it goes on with, from the oldest on.
    package let parts: [CapturePart]
    /// What it ends with.
    package let end: [UInt8]
    /// Events in it.
    package let events: UInt64
    /// Nanoseconds between its first and its last event.
    package let span: UInt64
  }

  private var writer: CaptureWriter
  private let limit: Limit
  private let partSize: Int
  private let partDuration: UInt64
  /// From the oldest to that which grows; never empty.
  private var parts: [CapturePart]
  /// The memory of a part that was given up, for the next one.
  private var spare: CapturePart?
  /// Bytes of the parts that do not grow any more.
  private var closedBytes = 0

  /// Parts that the limits are divided into: what is kept is less than asked for by one of them at most.
  private static let shares = 64
  private static let largestPart = 4 << 20
  /// Bytes that an event takes beside its contents, about.
  private static let overhead = 1 << 10

  /// Prepares to keep.
  ///
  /// - Parameters:
  ///   - settings: What the files say about themselves. Their form is that of payloads: in streams, what comes later
  ///     hangs on what came before.
  ///   - limit: How much is kept.
  package init(_ settings: CaptureSettings, limit: Limit) {
    writer = CaptureWriter(settings)
    self.limit = limit
    partSize = min(limit.bytes / Self.shares, Self.largestPart)
    partDuration = (limit.duration ?? .max) / UInt64(Self.shares)
    parts = [CapturePart(capacity: Self.overhead)]
    writer.beginPart()
  }

  /// Bytes that are kept.
  package var byteCount: Int { closedBytes + growing.count }

  /// Keeps an event.
  ///
  /// - Parameters:
  ///   - event: What happened.
  ///   - content: Bytes that were captured of it; nil if there are none to show.
  ///   - texts: Table that the event's texts are in.
  ///   - offset: Nanoseconds to add to its time for that of day.
  /// - Returns: Whether there is room for the next one; false if somebody still has to write the oldest part, as
  ///   ``CapturePart/isAwaited`` says.
  package mutating func append(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable, offset: Int64
  ) -> Bool {
    let part = part(for: Self.overhead + (content?.count ?? 0), at: event.time)
    writer.append(event, content: content, texts: texts, offset: offset, to: &part.blocks)
    return giveUpOldest(at: event.time)
  }

  /// Keeps a loss.
  package mutating func append(_ loss: Loss, offset: Int64) {
    let part = part(for: Self.overhead, at: loss.time)
    writer.append(loss, offset: offset, to: &part.blocks)
  }

  /// Keeps who waits for whom.
  package mutating func append(_ waits: CapturedWaits, offset: Int64) {
    let part = part(for: Self.overhead + waits.json.count + waits.sentences.count, at: waits.time)
    writer.append(waits, offset: offset, to: &part.blocks)
  }

  /// What has been kept up to now, as a file. What comes from now on is no part of it.
  ///
  /// - Parameters:
  ///   - time: The time that it is asked for at, in nanoseconds of `CLOCK_MONOTONIC`.
  ///   - offset: Nanoseconds to add to that for the time of day.
  ///   - comment: What the file says of itself.
  package mutating func contents(at time: UInt64, offset: Int64, comment: String) -> Contents {
    if growing.count > 0 { beginPart() }
    _ = giveUpOldest(at: time)
    let kept = parts.filter { $0.count > 0 && !isTooOld($0, at: time) }
    var counts = CaptureCounts()
    for part in kept { counts.add(part.counts) }
    var head = OutputBuffer(capacity: Self.overhead)
    writer.appendHead(offset: offset, comment: comment, to: &head)
    var end = OutputBuffer(capacity: Self.overhead)
    end.append(counts)
    return Contents(
      head: head.withBytes { Array($0) }, parts: kept, end: end.withBytes { Array($0) },
      events: counts.events,
      span: kept.reduce(0) { max($0, $1.last) } - (kept.first?.first ?? 0))
  }

  // MARK: - Parts

  private var growing: CapturePart { parts[parts.count - 1] }

  /// The part that so many bytes of a time go to.
  private mutating func part(for room: Int, at time: UInt64) -> CapturePart {
    var part = growing
    if part.count > 0 {
      let isOld = time > part.first && time - part.first >= partDuration
      if isOld || part.count + room > partSize {
        beginPart()
        part = growing
      }
    }
    part.note(time)
    return part
  }

  private mutating func beginPart() {
    growing.counts = writer.counts
    closedBytes += growing.count
    parts.append(spare ?? CapturePart(capacity: min(partSize, 64 << 10)))
    spare = nil
    writer.beginPart()
  }

  private func isTooOld(_ part: CapturePart, at time: UInt64) -> Bool {
    guard let duration = limit.duration else { return false }
    return part.last < time && time - part.last > duration
  }

  /// Gives up parts for which there is no room, and those that are too old.
  ///
  /// - Returns: Whether there is room now.
  private mutating func giveUpOldest(at time: UInt64) -> Bool {
    while parts.count > 1, let oldest = parts.first, byteCount > limit.bytes || isTooOld(oldest, at: time) {
      if oldest.isAwaited { return byteCount <= limit.bytes }
      parts.removeFirst()
      closedBytes -= oldest.count
      oldest.empty()
      spare = oldest
    }
    return true
  }
}

/// Blocks of a capture which can be read behind the head of any file.
package final class CapturePart {
  fileprivate(set) var blocks: OutputBuffer
  fileprivate(set) var counts = CaptureCounts()
  /// Times of the first and the last event, in nanoseconds of `CLOCK_MONOTONIC`.
  fileprivate var first: UInt64 = 0
  fileprivate var last: UInt64 = 0

  /// Whether somebody is about to write it, so that it must not be given up.
  package var isAwaited = false

  fileprivate init(capacity: Int) { blocks = OutputBuffer(capacity: capacity) }

  /// Number of its bytes.
  package var count: Int { blocks.count }

  /// Gives its bytes to `body`; they are valid until it returns.
  package func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try blocks.withBytes(body)
  }

  /// Learns the time of what comes next; a loss may be noticed late.
  fileprivate func note(_ time: UInt64) {
    if blocks.isEmpty { (first, last) = (time, time) }
    last = max(last, time)
  }

  fileprivate func empty() {
    blocks.removeAll()
    counts = CaptureCounts()
    (first, last) = (0, 0)
  }
}
