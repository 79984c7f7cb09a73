import BasicContainers
import DequeModule
import IPCModel

/// Part of a read that one write delivered.
struct Share {
  /// Index of the write in the stream's queue; nil for bytes that no known write delivered.
  var write: Int?
  /// Position in the read.
  var offset: Int
  /// Position in the write.
  var start = 0
  /// Bytes.
  var count: Int
  /// What is concluded of whose they are, besides what is of the write.
  var inference: Inference
  /// Whether they are the first bytes of the write.
  var isFirst = false
  /// Whether they were written before the trace began.
  var isFromBefore = false
}

/// A read's division, in the order of its bytes.
typealias Shares = UniqueArray<Share>

/// The write that is taken for one position of a read.
struct Choice {
  let index: Int
  /// What is concluded of whose the bytes are; of a choice among ``Guesses``, these have it.
  var inference: Inference = []
  /// Bytes for which the choice holds, if the write has more.
  var most = Int.max
}

/// What a division is worked out with; kept by the correlator, so that a read allocates nothing.
struct MatchScratch: ~Copyable {
  /// The division.
  var shares = Shares()
  /// Candidates for one position of a read.
  var tally = MatchTally()
  /// Writes that may have put the byte at a position there.
  var reaching: [Int] = []
  /// Choices that were made for want of proof.
  var guesses = Guesses()

  /// Takes only the places of shares in the read for inferred, if all that was left of every rival went to it: then it
  /// is known who wrote how much of it.
  ///
  /// - Parameter hasSeveralReaders: Whether others may have taken what came first of the rivals.
  /// - Returns: Whether that is all that the guesses leave in doubt.
  mutating func doubtOrderAlone(in queue: borrowing WriteQueue, hasSeveralReaders: Bool) -> Bool {
    guard !hasSeveralReaders, guesses.areTaken(in: queue) else { return false }
    var doubtful: Range<Int>?
    for index in shares.indices {
      guard let write = shares[index].write else { return false }
      if guesses.contains(write) { doubtful = (doubtful?.lowerBound ?? index)..<(index + 1) }
    }
    guard let doubtful else { return true }
    // If they differ in length, what seems to lie between them may lie elsewhere, too.
    let isUneven = guesses.areUneven(in: queue)
    for index in doubtful {
      guard let write = shares[index].write, isUneven || guesses.contains(write) else { continue }
      shares[index].inference.insert(.order)
    }
    return true
  }
}

/// For each choice that was made for want of proof, the writes that were as possible, the chosen one among them.
struct Guesses {
  /// Those of one choice behind those of the one before: arrays in an array would be allocated, and references to empty
  /// ones counted with every choice that is none.
  private var rivals: [Int] = []
  /// Where those of each choice end.
  private var ends: [Int] = []
  /// Whether a write that is not among them may be meant.
  private(set) var hasStrangers = false

  var isEmpty: Bool { ends.isEmpty }

  mutating func removeAll() {
    if ends.isEmpty { return }
    rivals.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    hasStrangers = false
  }

  /// Adds the rivals of a choice.
  ///
  /// - Parameter isComplete: Whether one of them it was for certain.
  mutating func append(_ writes: some Sequence<Int>, isComplete: Bool = true) {
    rivals.append(contentsOf: writes)
    ends.append(rivals.count)
    if !isComplete { hasStrangers = true }
  }

  /// Whether a write is a rival in any choice.
  func contains(_ write: Int) -> Bool { rivals.contains(write) }

  /// Whether all that was left of every rival went to the read that the choices are of.
  func areTaken(in queue: borrowing WriteQueue) -> Bool {
    if hasStrangers { return false }
    return rivals.allSatisfy {
      queue.writes[$0].remaining == 0 && !queue.writes[$0].isInFlight && queue.writes[$0].inference.isEmpty
    }
  }

  /// Whether rivals differ in length.
  func areUneven(in queue: borrowing WriteQueue) -> Bool {
    guard let first = rivals.first else { return false }
    return !rivals.allSatisfy { queue.writes[$0].count == queue.writes[first].count }
  }

  /// Calls `body` with the rivals of each choice.
  @inline(__always)
  func forEach(_ body: (ArraySlice<Int>) -> Void) {
    if !ends.isEmpty { forEachOne(body) }
  }

  private func forEachOne(_ body: (ArraySlice<Int>) -> Void) {
    var start = 0
    for end in ends {
      body(rivals[start..<end])
      start = end
    }
  }
}

/// How the candidates for one position of a read compare with the received bytes.
struct MatchTally {
  private(set) var equal: [Int] = []
  private(set) var unknown: [Int] = []
  private(set) var firstNext: Int?

  mutating func removeAll() {
    equal.removeAll(keepingCapacity: true)
    unknown.removeAll(keepingCapacity: true)
    firstNext = nil
  }

  mutating func count(_ index: Int, _ verdict: Fingerprint.Verdict, isNext: Bool) {
    if isNext, firstNext == nil { firstNext = index }
    switch verdict {
    case .equal: equal.append(index)
    case .unknown: if isNext { unknown.append(index) }
    case .different: break
    }
  }

  /// The first of all possible ones.
  var first: Int? { equal.first ?? unknown.first }

  /// Whether all possible ones are alike.
  func allSatisfy(_ isAlike: (Int) -> Bool) -> Bool {
    equal.allSatisfy(isAlike) && unknown.allSatisfy(isAlike)
  }

  /// The likeliest of several possible writes: the one that ended first.
  ///
  /// - Parameter isComplete: Whether one of them it was for certain.
  func guess(in queue: borrowing WriteQueue, _ guesses: inout Guesses, isComplete: Bool = true) -> Choice? {
    let possible = [equal, unknown].joined()
    let index = possible.min {
      (queue.writes[$0].end, $0) < (queue.writes[$1].end, $1)
    }
    guard let index else { return nil }
    guesses.append(possible, isComplete: isComplete)
    return Choice(index: index)
  }
}

/// How much is known of the bytes of a read without a buffer (splice(2)).
enum SplicedKnowledge {
  /// Nothing: what seemed to be them may be others.
  case nothing
  /// Those that lay in the pipe when the splice began.
  case backlog
  /// Those, and the others' places in their writes.
  case all
}

/// How a stream's reads are matched with its writes.
///
/// What the stream's records carry decides: where each says at which position its bytes lie, that is enough, whatever is
/// lost or late; where none does, the order of writes and reads has to tell it, and fingerprints. The cases hold classes,
/// so that a matcher's state changes in place.
enum Matcher {
  case order(OrderMatcher)
  case position(PositionMatcher)

  /// What cannot be known of the bytes that come next.
  var doubt: Certainty.Doubt {
    switch self {
    case .order(let matcher): matcher.certainty.doubt
    case .position: []
    }
  }

  /// Whether each read can be divided for itself, whatever earlier ones wait for.
  var dividesOutOfOrder: Bool {
    switch self {
    case .order: false
    case .position: true
    }
  }

  /// Whether nothing was lost since it was known what lies in the stream.
  func isInStep(at epoch: LossEpoch) -> Bool {
    switch self {
    case .order(let matcher): matcher.certainty.isInStep(at: epoch)
    // Positions stay true whatever was lost.
    case .position: true
    }
  }

  /// What is concluded of every byte that comes next.
  var inference: Inference {
    switch self {
    case .order(let matcher): matcher.certainty.inference
    case .position: []
    }
  }

  // MARK: - Writes

  /// Adds a write that has begun.
  func begin(_ write: inout StreamWrite, _ transfer: StreamTransfer, in stream: ByteStream) {
    switch self {
    case .order(let matcher): matcher.begin(&write, in: stream)
    case .position(let matcher): matcher.begin(&write, transfer, in: stream)
    }
  }

  /// Adds a write that has ended, or ends one that has begun.
  func end(_ write: inout StreamWrite, _ transfer: StreamTransfer, in stream: ByteStream) {
    switch self {
    case .order(let matcher): matcher.end(&write, in: stream)
    case .position(let matcher): matcher.end(&write, transfer, in: stream)
    }
  }

  // MARK: - Reads

  /// Where a read's bytes lay, as far as its record says.
  func span(of transfer: StreamTransfer) -> StreamSpan {
    switch self {
    case .order: StreamSpan()
    case .position(let matcher): matcher.span(ofRead: transfer)
    }
  }

  /// Where bytes lie that nobody has read.
  ///
  /// - Parameter position: Of the first one, as the kernel counts, where it does.
  func span(ofUnread count: Int, at position: UInt32) -> StreamSpan {
    switch self {
    case .order: StreamSpan()
    case .position(let matcher): matcher.span(ofUnread: count, at: position)
    }
  }

  /// Divides a read among the writes that delivered it, and takes their bytes.
  ///
  /// - Parameters:
  ///   - content: What was captured of the read.
  ///   - isForced: Whether to decide now: what is not known is inferred then.
  ///   - epoch: Losses up to now.
  ///   - scratch: Receives the division.
  /// - Returns: Whether the read is divided; if not, nothing has changed.
  func divide(
    _ read: StreamRead, of stream: ByteStream, content: UnsafeRawBufferPointer?, isForced: Bool,
    epoch: LossEpoch,
    _ scratch: inout MatchScratch
  ) -> Bool {
    scratch.shares.removeAll(keepingCapacity: true)
    scratch.guesses.removeAll()
    return switch self {
    case .order(let matcher):
      matcher.divide(read, of: stream, content: content, isForced: isForced, &scratch)
    case .position(let matcher):
      matcher.divide(read, of: stream, content: content, isForced: isForced, epoch: epoch, &scratch)
    }
  }

  /// Who may have written bytes whose write is not known.
  func likelyWriter(of share: Share, in stream: ByteStream) -> Endpoint? {
    let initial = stream.initialHolders?.writer
    return switch self {
    case .order: stream.writers.sole
    case .position: share.isFromBefore ? initial : stream.writers.sole ?? initial
    }
  }

  /// Learns that a read was divided, and reported, with bytes that no known write delivered.
  func readUnmatched(_ count: Int, at time: UInt64) {
    if case .order(let matcher) = self { matcher.certainty.readUnmatched(count, at: time) }
  }

  /// Tells how much is known of the bytes of a divided read without a buffer.
  ///
  /// - Parameter content: What lay in the pipe of them.
  func knowledge(
    of read: StreamRead, dividedAs shares: borrowing Shares, of stream: ByteStream,
    content: UnsafeRawBufferPointer?
  ) -> SplicedKnowledge {
    switch self {
    case .order(let matcher): matcher.knowledge(of: read, dividedAs: shares, of: stream, content: content)
    case .position: .all
    }
  }

  // MARK: - What is over

  /// Learns that a read was divided: what it says of what is left.
  func goPast(_ read: StreamRead, in stream: ByteStream, epoch: LossEpoch) {
    if case .order(let matcher) = self { matcher.goPast(read, in: stream, epoch: epoch) }
  }

  /// Lets go of the writes that reads have taken or gone past.
  ///
  /// - Parameters:
  ///   - time: The present.
  ///   - body: Takes writes that reads have gone past although not all of their bytes were seen being read.
  func removeOver(from stream: ByteStream, at time: UInt64, _ body: (StreamWrite) -> Void) {
    switch self {
    case .order: stream.queue.removeFinished()
    case .position(let matcher): matcher.removeOver(from: stream, at: time, body)
    }
  }
}
