import IPCModel

/// How many losses of records a correlator has noted: what two records say joins only if nothing was lost in between.
typealias LossEpoch = UInt64

/// What of the source of some bytes was concluded, not observed.
struct Inference: OptionSet {
  let rawValue: UInt8
  /// Which process wrote them.
  static let process = Inference(rawValue: 1 << 0)
  /// Which of the process's threads did.
  static let thread = Inference(rawValue: 1 << 1)
  /// Where they lie among other writers' in one read, all of which it took.
  static let order = Inference(rawValue: 1 << 2)

  /// The traits of an event that it is of. Who does not know the process knows neither the thread nor the order.
  func traits(of source: Endpoint) -> Event.Traits {
    guard source.isKnown else { return [] }
    if contains(.process) { return .inferredSource }
    var traits = Event.Traits()
    if contains(.thread) { traits.insert(.inferredSourceThread) }
    if contains(.order) { traits.insert(.inferredOrder) }
    return traits
  }
}

/// How far it is known what the next bytes of a stream are, where order and fingerprints have to tell it.
///
/// ```
///                       guessedAmongUnlike()                    drained()
///              ┌──────────────────────────────► source in doubt ───────────────┐
///   in step ───┤                                                               ├──► in step
///      ▲       └──────────────────────────────► place in doubt ────────────────┘
///      │         readUnmatched, lostPlace
///      │
///      │ resynchronised(at:)                     a loss, or lostStep()
///      └─────────────────────── out of step ◄────────────────────────── any of them
/// ```
///
/// Both doubts can hold at once, and hold until the stream has been empty. A stream is out of step since a loss, whatever
/// else is in doubt, until something proves what lies in it: a read that leaves nothing, or what the kernel says.
struct Certainty {
  /// What cannot be known of the bytes that come next.
  struct Doubt: OptionSet {
    let rawValue: UInt8
    /// Whose they are: a choice among unlike writes was made for want of proof.
    static let source = Doubt(rawValue: 1 << 0)
    /// Which of a writer's they are: bytes have gone to somebody without their write's being known, or unseen.
    static let place = Doubt(rawValue: 1 << 1)
    /// Of which thread they are: as ``source``, but all the writes were of one process.
    static let thread = Doubt(rawValue: 1 << 2)
  }

  /// The losses after which it was last known what lies in the stream; nil if it never was.
  private var synchronised: LossEpoch?
  /// See ``Doubt``.
  private(set) var doubt: Doubt = []
  /// Bytes that were reported as read before their write was known, and when.
  private var unmatched: (count: Int, time: UInt64) = (0, 0)

  /// Begins in step.
  init(at epoch: LossEpoch) { synchronised = epoch }

  /// What of the sources of bytes is concluded because of ``doubt``.
  var inference: Inference {
    if doubt.contains(.source) { return .process }
    return doubt.contains(.thread) ? .thread : []
  }

  /// Whether nothing was lost since it was known what lies in the stream.
  func isInStep(at epoch: LossEpoch) -> Bool { synchronised == epoch }

  // MARK: - Transitions

  /// It is not known what lies in the stream.
  mutating func lostStep() { synchronised = nil }

  /// It is known again what lies in the stream: nothing, or what the kernel has counted.
  mutating func resynchronised(at epoch: LossEpoch) { synchronised = epoch }

  /// One of several writes of different lengths was taken for want of proof, so that even where the next one begins is a
  /// guess.
  ///
  /// - Parameter isOneProcess: Whether whatever can come next is of one process.
  mutating func guessedAmongUnlike(isOneProcess: Bool) { doubt.insert(isOneProcess ? .thread : .source) }

  /// Bytes have gone to somebody who was not seen, or to another than it was taken for.
  mutating func lostPlace() { doubt.insert(.place) }

  /// Bytes were reported as read although no write was known for them; its record may still come.
  mutating func readUnmatched(_ count: Int, at time: UInt64) {
    unmatched = (unmatched.count + count, time)
    doubt.insert(.place)
  }

  /// Takes a write's bytes for those that were read unmatched, if it can have begun before they were read.
  mutating func match(_ write: inout StreamWrite) {
    guard unmatched.count > 0 else { return }
    if write.begin < unmatched.time {
      let matched = min(unmatched.count, write.remaining)
      write.consumed += matched
      unmatched.count -= matched
    } else {
      unmatched.count = 0
    }
  }

  /// All bytes have been read that can have been there: what comes next does not hang on what was in doubt.
  mutating func drained() {
    doubt.subtract([.source, .thread])
    if unmatched.count == 0 { doubt.remove(.place) }
  }
}
