import TestSupport

/// Changes sequences as a fuzzer that knows what a record is; what it makes is judged by the coverage.
public struct SequenceMutation {
  private var random: SeededRandom

  /// Begins with a seed.
  public init(seed: UInt64) { random = SeededRandom(seed: seed) }

  /// Changes a sequence a little, or makes another one.
  public mutating func apply(to sequence: inout FuzzSequence) {
    let seed = random.next()
    if sequence.steps.isEmpty || Int.random(in: 0..<20, using: &random) == 0 {
      let severity = FuzzPlan.Severity.allCases.randomElement(using: &random) ?? .none
      let length = Int.random(in: 2...30, using: &random)
      sequence = FuzzPlan(seed: seed, severity: severity, length: length).sequence
    }
    for _ in 0..<Int.random(in: 1...3, using: &random) { change(&sequence) }
  }

  private mutating func change(_ sequence: inout FuzzSequence) {
    let index = Int.random(in: 0..<sequence.steps.count, using: &random)
    switch Int.random(in: 0..<8, using: &random) {
    case 0:
      if sequence.steps.count > 1 { sequence.steps.remove(at: index) }
    case 1: sequence.steps.insert(sequence.steps[index], at: index)
    case 2:
      sequence.steps.swapAt(index, Int.random(in: 0..<sequence.steps.count, using: &random))
    case 3:
      let other = FuzzPlan(seed: random.next(), severity: .none, length: 4).sequence
      sequence.steps.insert(contentsOf: other.steps, at: index)
    default:
      guard case .record(var record) = sequence.steps[index], !record.isEmpty else { return }
      var mutation = RecordMutation(
        random: SeededRandom(seed: random.next()), alphabet: Alphabet(turn: 0), changesTypes: true)
      mutation.apply(to: &record)
      sequence.steps[index] = .record(record)
    }
  }
}
