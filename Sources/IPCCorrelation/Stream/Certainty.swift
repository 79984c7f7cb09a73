/// How many losses of records a correlator has noted: what two records say joins only if nothing was lost in between.
typealias LossEpoch = UInt64

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
  }

  /// The losses after which it was last known what lies in the stream; nil if it never was.
  private var synchronised: LossEpoch?
  /// See ``Doubt``.
  private(set) var doubt: Doubt = []
  /// Bytes that were reported as read before their write was known, and when.
  private var unmatched: (count: Int, time: UInt64) = (0, 0)

  /// Begins in step.
  init(at epoch: LossEpoch) { synchronised = epoch }

  /// Whether nothing was lost since it was known what lies in the stream.
  func isInStep(at epoch: LossEpoch) -> Bool { synchronised == epoch }

  // MARK: - Transitions

  /// It is not known what lies in the stream.
  mutating func lostStep() { synchronised = nil }

  /// It is known again what lies in the stream: nothing, or what the kernel has counted.
  mutating func resynchronised(at epoch: LossEpoch) { synchronised = epoch }

  /// One of several writes of different lengths was taken for want of proof, so that even where the next one begins is a
  /// guess.
  mutating func guessedAmongUnlike() { doubt.insert(.source) }

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
    doubt.remove(.source)
    if unmatched.count == 0 { doubt.remove(.place) }
  }
}
