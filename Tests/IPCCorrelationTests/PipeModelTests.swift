import IPCModel
import Testing

@Suite("A pipe that threads use at random")
struct PipeModelTests {
  private static let shapes = [(1, 1), (1, 3), (2, 1), (3, 1), (3, 2), (3, 3)]

  /// What is wrong with what was told of a read; nil if nothing is.
  private func fault(_ told: [Told], _ truth: PipeModel.Truth) -> String? {
    if told.contains(where: { $0.event.destination != truth.reader.endpoint }) { return "another reader" }
    let count = truth.bytes.values.reduce(0) { $0 + $1.count }
    if told.reduce(0, { $0 + Int($1.event.count) }) != count { return "another number of bytes" }
    let isPartlyInferred = told.contains { !isExact($0) }
    for event in told where isExact(event) {
      let party = truth.bytes.keys.first { $0.endpoint == event.event.source }
      guard let real = party.flatMap({ truth.bytes[$0] }), let content = event.content else { return "another writer" }
      // Some of an exact writer's bytes may be among those that were told of another one, as inferred.
      let isRight = isPartlyInferred ? isSubsequence(content, of: real) : content == real
      if !isRight { return "other bytes of \(event.event.source.comm)" }
    }
    return nil
  }

  private func isExact(_ told: Told) -> Bool {
    told.event.source.isKnown && !told.event.traits.contains(.inferredSource)
  }

  private func isSubsequence(_ bytes: [UInt8], of whole: [UInt8]) -> Bool {
    var rest = whole[...]
    for byte in bytes {
      guard let index = rest.firstIndex(of: byte) else { return false }
      rest = rest[(index + 1)...]
    }
    return true
  }

  /// Runs a model; says how many reads were told wrong, and how many events were inferred.
  private func run(
    seed: UInt64, _ shape: (writers: Int, readers: Int), steps: Int = 400, disorder: UInt64 = 50_000, introduces: Bool = true,
    makeBytes: @escaping (Int, inout SeededRandom) -> [UInt8]
  ) -> (faults: [String], inferred: Int) {
    let recording = Recording()
    var model = PipeModel(
      recording, writers: shape.writers, readers: shape.readers, seed: seed, disorder: disorder, makeBytes: makeBytes)
    if introduces { model.introduceWriters() }
    model.run(steps: steps)
    let before = introduces ? shape.writers : 0
    let told = recording.told.dropFirst(before)
    let delivered = told.filter { !$0.event.traits.contains(.undelivered) }
    let byTime = Dictionary(grouping: delivered, by: \.event.time)
    var faults = model.truths.sorted { $0.key < $1.key }.compactMap { fault(byTime[$0.key] ?? [], $0.value) }
    if byTime.count != model.truths.count { faults.append("\(byTime.count) reads of \(model.truths.count)") }
    let sum = told.reduce(0) { $0 + Int($1.event.count) }
    if sum != model.written { faults.append("\(sum) bytes of \(model.written)") }
    return (faults, delivered.count { !isExact($0) })
  }

  /// Bytes that no other writer ever uses.
  private func ownBytes(_ most: Int) -> (Int, inout SeededRandom) -> [UInt8] {
    { writer, random in
      let first = UInt8(0x41 + 8 * writer)
      return (0..<Int.random(in: 1...most, using: &random)).map { _ in
        UInt8.random(in: first..<(first + 8), using: &random)
      }
    }
  }

  @Test(arguments: 0..<30)
  func `is told without a guess if one reader reads what writers make recognisable`(seed: UInt64) {
    for writers in 1...3 {
      let outcome = run(seed: seed, (writers, 1), makeBytes: ownBytes(40))
      #expect(outcome.faults == [], "\(writers) writers")
      #expect(outcome.inferred == 0, "\(writers) writers")
    }
  }

  @Test(arguments: 0..<30)
  func `is never told wrong if its writers make their bytes recognisable`(seed: UInt64) {
    for shape in Self.shapes {
      let outcome = run(seed: seed, shape, makeBytes: ownBytes(60))
      #expect(outcome.faults == [], "\(shape)")
    }
  }

  @Test(arguments: 0..<10)
  func `is never told wrong if its writes are long`(seed: UInt64) {
    for shape in Self.shapes {
      let outcome = run(seed: seed, shape, steps: 200, makeBytes: ownBytes(4096))
      #expect(outcome.faults == [], "\(shape)")
    }
  }

  @Test(arguments: 0..<30)
  func `is told wrong only with a question mark if its writers write the same`(seed: UInt64) {
    for shape in Self.shapes {
      let outcome = run(seed: seed, shape) { _, random in
        (0..<Int.random(in: 1...5, using: &random)).map { _ in UInt8.random(in: 0x78...0x79, using: &random) }
      }
      #expect(outcome.faults == [], "\(shape)")
    }
  }

  @Test func statistics() {
    for disorder in [0, 1000, 50_000, 5_000_000] as [UInt64] {
      for (name, make) in [("own40", ownBytes(40)), ("own4096", ownBytes(4096)), ("same", { (_: Int, random: inout SeededRandom) -> [UInt8] in
        (0..<Int.random(in: 1...5, using: &random)).map { _ in UInt8.random(in: 0x78...0x79, using: &random) }
      })] {
        for shape in Self.shapes {
          var faults: [String: Int] = [:]
          var inferred = 0
          for seed in 0..<20 as Range<UInt64> {
            let outcome = run(seed: seed, shape, steps: name == "own4096" ? 200 : 400, disorder: disorder, makeBytes: make)
            for fault in outcome.faults { faults[String(fault.prefix(12).drop { $0.isNumber }.prefix(9)), default: 0] += 1 }
            inferred += outcome.inferred
          }
          print("STAT", disorder, name, shape, faults, inferred)
        }
      }
    }
  }
}
