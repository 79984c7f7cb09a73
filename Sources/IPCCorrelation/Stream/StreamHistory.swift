import BasicContainers
import IPCModel
import RecordLayout

/// Which threads have written to a stream, and when.
struct WriterHistory {
  private static let remembered = 64

  /// The thread that wrote last, and when its write ended.
  private var last: (source: Endpoint, end: UInt64)?
  /// Before which each of several threads has not begun its present write; bounded, the oldest goes first.
  private var ends: [(tid: Int32, end: UInt64)] = []
  /// Whether more than one thread has written.
  private(set) var hasSeveral = false

  /// The only thread that ever wrote.
  var sole: Endpoint? { hasSeveral ? nil : last?.source.withoutDescriptor }

  /// When a thread's next write can have begun at the earliest.
  func earliestBegin(of tid: Int32) -> UInt64 {
    if let last, last.source.tid == tid { return last.end }
    return ends.first { $0.tid == tid }?.end ?? 0
  }

  /// Remembers who wrote and when that ended.
  mutating func note(_ writer: Endpoint, end: UInt64) {
    if let last, last.source.tid != writer.tid {
      hasSeveral = true
      remember(last.end, of: last.source.tid)
    }
    last = (writer, end)
  }

  /// Remembers who has begun to write, and when.
  mutating func note(beginning writer: Endpoint, at time: UInt64) {
    guard let last, last.source.tid != writer.tid else { return }
    hasSeveral = true
    remember(time, of: writer.tid)
  }

  /// Learns from the kernel that more than one thread has written.
  mutating func noteSeveral() { hasSeveral = true }

  private mutating func remember(_ time: UInt64, of tid: Int32) {
    ends.removeAll { $0.tid == tid }
    if ends.count == Self.remembered { ends.removeFirst() }
    ends.append((tid, time))
  }
}

/// Which threads have read from a stream, and when the last of them did.
struct ReaderHistory {
  private(set) var last: Int32?
  /// When a read last ended.
  private(set) var lastEnd: UInt64 = 0
  /// Whether more than one thread has read.
  private(set) var hasSeveral = false

  /// Remembers who read, and when that ended.
  mutating func note(_ tid: Int32, end: UInt64) {
    if let last, last != tid { hasSeveral = true }
    last = tid
    lastEnd = max(lastEnd, end)
  }
}

/// Who held a stream when the trace began.
struct InitialHolders {
  /// The likely writer of what was written before: the only process that could.
  let writer: Endpoint?
}

/// All streams with state, by name; those that records were of last are found without a look into the table of all, because
/// traffic keeps to a few at a time.
struct StreamTable: ~Copyable {
  private static let bits = 6

  private(set) var all: [ChannelKey: ByteStream] = [:]
  private var recent = UniqueArray<ByteStream?>(repeating: nil, count: 1 << bits)

  var count: Int { all.count }

  subscript(key: ChannelKey) -> ByteStream? { all[key] }

  /// The stream of a record, which is likely to be one of the last ones.
  mutating func find(_ key: ChannelKey) -> ByteStream? {
    let place = Self.place(of: key)
    if let stream = recent[place], stream.key == key { return stream }
    guard let stream = all[key] else { return nil }
    recent[place] = stream
    return stream
  }

  mutating func insert(_ stream: ByteStream) {
    all[stream.key] = stream
    recent[Self.place(of: stream.key)] = stream
  }

  mutating func remove(_ key: ChannelKey) -> ByteStream? {
    let place = Self.place(of: key)
    if recent[place]?.key == key { recent[place] = nil }
    return all.removeValue(forKey: key)
  }

  mutating func removeAll() {
    for place in recent.indices { recent[place] = nil }
    all = [:]
  }

  private static func place(of key: ChannelKey) -> Int {
    // Multiplied by the golden ratio (Fibonacci hashing), the highest bits depend on all others.
    Int(((key.address ^ key.identity) &* IPC_HASH_FACTOR) >> UInt64(64 - bits))
  }
}
