import TestSupport

/// What a string of bytes of the corpus or of libFuzzer stands for.
public enum FuzzInput: Sendable {
  /// The seed of a plan, so that it is known what must come out; eight bytes.
  case seed(UInt64)
  /// A sequence that may have been changed in any way.
  case sequence(FuzzSequence)

  private static let planLength = 100

  /// Reads any bytes.
  public init(bytes: some Collection<UInt8>) {
    var reader = ByteReader(bytes)
    self = bytes.count == 8 ? .seed(reader.number()) : .sequence(FuzzSequence(bytes: bytes))
  }

  /// The same as bytes.
  public var bytes: [UInt8] {
    switch self {
    case .sequence(let sequence): return sequence.bytes
    case .seed(let seed):
      var writer = ByteWriter()
      writer.append(seed)
      return writer.bytes
    }
  }

  private static func plan(_ seed: UInt64) -> FuzzPlan {
    let severities = FuzzPlan.Severity.allCases
    return FuzzPlan(
      seed: seed, severity: severities[Int(seed % UInt64(severities.count))], length: planLength)
  }

  /// What was wrong when it happened, a line each.
  public var problems: [String] {
    switch self {
    case .seed(let seed): Self.plan(seed).problems
    case .sequence(let sequence): sequence.problems()
    }
  }

  /// Changes it a little, or makes another one.
  public mutating func change(seed number: UInt64) {
    var random = SeededRandom(seed: number)
    if Int.random(in: 0..<4, using: &random) == 0 {
      self = .seed(random.next())
      return
    }
    var sequence =
      switch self {
      case .seed(let seed): Self.plan(seed).sequence
      case .sequence(let sequence): sequence
      }
    var mutation = SequenceMutation(seed: random.next())
    mutation.apply(to: &sequence)
    self = .sequence(sequence)
  }
}
