import IPCModel

/// One direction of a conversation: bytes in their order, those that a decoder has not taken yet, and what is counted of
/// the frame that it takes them for.
///
/// A decoder looks at ``unread`` and takes what it understands, by ``take(_:)``; of a body that need not be looked at, it
/// takes what has come and what will come, by ``pass(_:)``. At the end of a frame, ``finishFrame()`` has all that there is
/// to say of it. Bytes that are not taken are kept and shown again with those that come behind them.
public final class ByteFlow {
  /// Which direction it is; of a pipe, that is known only when it has found its conversation.
  public internal(set) var side: Side
  /// Bytes that are not taken yet, valid until some are taken.
  public private(set) var unread = UnsafeRawBufferPointer(start: nil, count: 0)
  /// How many of the unread bytes a decoder has searched in vain. It counts from the first unread byte on.
  public var searched = 0
  /// Bytes of the frame that have been taken.
  public private(set) var frameCount: UInt64 = 0
  /// Whether each piece is a message with bounds of its own, as of datagrams.
  let keepsBounds: Bool
  /// Name of the channel.
  var channel: ChannelLabel

  /// The direction of a channel that it is of.
  weak var lane: Lane?
  /// What is left to take without a look.
  private(set) var passing: UInt64 = 0
  /// Lets what is passed over be left out; nil as long as nobody can, or nothing has been worth while.
  var omission: BodyOmission?
  /// Unread bytes below which a decoder need not be asked.
  private(set) var wanted = 0
  private var lost: (piece: Piece, count: Int)?
  let memory: MessageMemory
  private var store = ByteStore()
  /// Of the unread bytes that came before the last piece, where each came from.
  private var runs: [Run] = []
  private var firstRun = 0
  /// The unread bytes of the last piece: they are all that there is, nearly always, and taken at once.
  private var lastRun = Run(piece: .none, left: 0, end: 0)
  /// When the write of the frame's first byte ended.
  private var begun: UInt64?
  private var hasBegun = false
  private var last = Piece.none
  /// When the write of its last byte ended.
  private var written: UInt64?
  private var traits = Event.Traits()
  private var transfers: Range<UInt64> = 0..<0
  private var isTruncated = false
  private var content: [UInt8] = []

  init(_ side: Side, channel: ChannelLabel, keepsBounds: Bool, memory: MessageMemory) {
    self.side = side
    self.channel = channel
    self.keepsBounds = keepsBounds
    self.memory = memory
  }

  deinit { memory.used -= content.count + store.count }

  /// Takes bytes into the frame.
  ///
  /// - Parameter count: How many, at most as many as are unread.
  public func take(_ count: Int) {
    precondition(count >= 0 && count <= unread.count, "cannot take bytes that are not there")
    if memory.keepsContents { keep(UnsafeRawBufferPointer(rebasing: unread[..<count])) }
    frameCount += UInt64(count)
    advance(count)
  }

  /// Takes bytes into the frame that need not be looked at, many of which may not have come yet. The decoder is asked again
  /// when all have been taken.
  public func pass(_ count: UInt64) {
    passing = count
    passUnread()
  }

  /// Whether all that was to be passed over has come.
  public var isPassed: Bool { passing == 0 }

  /// Takes everything into the frame, until the channel ends.
  public func passToEnd() { pass(.max) }

  /// Lets the decoder be asked again when so many bytes are unread, and not before.
  public func wait(for count: Int) { wanted = count }

  /// Says that the frame lacks bytes.
  public func markTruncated() { isTruncated = true }

  /// Ends the frame with the last byte that was taken.
  public func finishFrame() -> Frame {
    let frame = Frame(
      source: last.source, destination: last.destination, time: last.time, begun: begun,
      written: written, count: frameCount, isTruncated: isTruncated, traits: traits,
      content: memory.keepsContents ? content : nil, transfers: transfers)
    memory.used -= content.count
    content = []
    (begun, hasBegun, frameCount, isTruncated, traits) = (nil, false, 0, false, [])
    transfers = 0..<0
    return frame
  }

  /// Whether a frame has begun.
  public var isInFrame: Bool { frameCount > 0 || !unread.isEmpty || passing > 0 }

  /// When the first unread byte came.
  var firstTime: UInt64? {
    firstRun < runs.count ? runs[firstRun].piece.time : lastRun.left > 0 ? lastRun.piece.time : nil
  }

  // MARK: - What comes

  /// Shows a piece's bytes behind those that are unread.
  func begin(_ piece: Piece, _ bytes: UnsafeRawBufferPointer) {
    keepLastRun()
    if !bytes.isEmpty { lastRun = Run(piece: piece, left: bytes.count, end: bytes.count) }
    if store.isEmpty {
      unread = bytes
    } else {
      memory.used += bytes.count
      store.append(bytes)
      unread = store.bytes
    }
    if passing > 0 { passUnread() }
  }

  /// Keeps what was not taken, as the piece's bytes go away.
  func end() {
    keepLastRun()
    guard store.isEmpty, !unread.isEmpty else { return }
    memory.used += unread.count
    store.append(unread)
    unread = store.bytes
  }

  /// Takes bytes into the frame that nobody has.
  ///
  /// - Returns: How many of them were to be passed over.
  func passGap(_ piece: Piece, _ count: Int) -> Int {
    let passed = min(passing, UInt64(count))
    if passing != .max { passing -= passed }
    if passed > 0 { note(piece, from: piece.count - count, to: piece.count) }
    frameCount += passed
    if passed > 0, !piece.isOmitted { isTruncated = true }
    return Int(passed)
  }

  /// Says that bytes behind the unread ones are lost, which are of no body that is passed over.
  func lose(_ piece: Piece, _ count: Int) { lost = (piece, count) }

  /// Takes the bytes into the frame that are lost behind the unread ones; there must be none of these.
  public func takeLost() {
    guard let (piece, count) = lost else { return }
    lost = nil
    note(piece, from: piece.count - count, to: piece.count)
    frameCount += UInt64(count)
    isTruncated = true
  }

  /// Forgets that something was to be passed over.
  func stopPassing() { passing = 0 }

  private func passUnread() {
    let count = Int(min(passing, UInt64(unread.count)))
    if passing != .max { passing -= UInt64(count) }
    if count > 0 { take(count) }
  }

  private func advance(_ count: Int) {
    unread = UnsafeRawBufferPointer(rebasing: unread[count...])
    searched = max(0, searched - count)
    wanted = 0
    if !store.isEmpty {
      memory.used -= count
      store.removeFirst(count)
      if store.isEmpty { unread = UnsafeRawBufferPointer(start: nil, count: 0) }
    }
    var left = count
    while left > 0, firstRun < runs.count {
      left -= advance(&runs[firstRun], by: left)
      if runs[firstRun].left == 0 { firstRun += 1 }
    }
    if firstRun > 0, firstRun == runs.count {
      runs.removeAll(keepingCapacity: true)
      firstRun = 0
    }
    if left > 0, lastRun.left > 0 { _ = advance(&lastRun, by: left) }
  }

  /// Takes bytes of a run, as many as there are.
  private func advance(_ run: inout Run, by count: Int) -> Int {
    let taken = min(count, run.left)
    let start = run.end - run.left
    note(run.piece, from: start, to: start + taken)
    run.left -= taken
    return taken
  }

  private func keepLastRun() {
    guard lastRun.left > 0 else { return }
    runs.append(lastRun)
    lastRun.left = 0
  }

  private func note(_ piece: Piece, from start: Int, to end: Int) {
    if !hasBegun { (begun, hasBegun) = (piece.written(at: start), true) }
    last = piece
    written = piece.written(at: end)
    traits.formUnion(piece.traits)
    transfers.extend(by: piece.transfers)
  }

  private func keep(_ bytes: UnsafeRawBufferPointer) {
    let room = min(memory.messageLimit - content.count, memory.limit - memory.used)
    if room < bytes.count { isTruncated = true }
    let kept = bytes.prefix(max(room, 0))
    content.append(contentsOf: kept)
    memory.used += kept.count
  }
}

/// One of the two directions of a conversation.
public enum Side: Int, Sendable {
  /// From the end that is called the first one.
  case first
  /// To it.
  case second

  /// The other direction.
  public var other: Side { self == .first ? .second : .first }
}

/// What messages may hold in memory, all together.
final class MessageMemory {
  /// Whether the contents of messages are kept.
  let keepsContents: Bool
  /// Most bytes of one message.
  let messageLimit: Int
  /// Most bytes of all.
  let limit: Int
  var used = 0

  init(keepsContents: Bool, limit: Int) {
    self.keepsContents = keepsContents
    self.limit = limit
    messageLimit = min(16 << 20, limit)
  }
}
