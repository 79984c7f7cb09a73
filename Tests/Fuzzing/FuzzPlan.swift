import RecordLayout
import TestSupport

/// A sequence that a seed stands for, and what must be true of its events.
public struct FuzzPlan: Sendable {
  /// How bad the records are.
  public enum Severity: Sendable, CaseIterable {
    /// As the kernel sends them.
    case none
    /// Any field may have any value, and lengths be wrong.
    case fields
    /// The types too.
    case types
  }

  /// What happens.
  public let sequence: FuzzSequence
  /// What contents consist of; nil if anything may be taken for contents.
  public let alphabet: Alphabet?
  /// Whether the records come nearly in the order of time.
  public let isOrdered: Bool

  /// What was wrong, a line each.
  public var problems: [String] { sequence.problems(alphabet: alphabet, isOrdered: isOrdered) }

  /// Makes the sequence of a seed.
  ///
  /// - Parameter length: Records in it.
  public init(seed: UInt64, severity: Severity, length: Int) {
    var random = SeededRandom(seed: seed)
    let letters = Alphabet(turn: seed)
    let limit = [0, 100, 65_536, 1 << 20].randomElement(using: &random) ?? 0
    var maker = RecordMaker(
      SeededRandom(seed: random.next()), alphabet: letters, captureLimit: UInt64(limit))
    var mutation = RecordMutation(
      random: SeededRandom(seed: random.next()), alphabet: letters, changesTypes: severity == .types)
    var sequence = FuzzSequence(captureLimit: UInt64(limit))
    if maker.chance(2) { sequence.steps.append(.seed(Self.channels(&maker))) }
    for _ in 0..<length {
      var record = maker.next()
      if severity != .none, maker.chance(4) { mutation.apply(to: &record) }
      sequence.steps.append(.record(record))
      guard maker.chance(10) else { continue }
      switch Int.random(in: 0..<12, using: &random) {
      case 0:
        maker.clock += 3_000_000_000
        sequence.steps.append(.sweep(maker.clock, maker.chance(2) ? Self.channels(&maker) : nil))
      case 1 where maker.chance(10): sequence.steps.append(.lost(maker.favourite, maker.lost[0] &+ 1))
      default: sequence.steps.append(.release(maker.clock))
      }
    }
    self.sequence = sequence
    alphabet = severity == .types ? nil : letters
    isOrdered = severity == .none
  }

  private static func channels(_ maker: inout RecordMaker) -> [FuzzChannel] {
    ([0x1000, 0x2000, 0x2001, 0x5000] as [UInt64]).compactMap { address -> FuzzChannel? in
      if maker.chance(2) { return nil }
      return FuzzChannel(
        address: address, inode: maker.pick([7, 9]), pid: maker.pick([10, 20, -1]),
        isWritable: maker.chance(2), isReadable: maker.chance(2), unread: maker.pick([nil, 0, 50, .max]))
    }
  }
}
