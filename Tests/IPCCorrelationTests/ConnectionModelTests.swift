import IPCModel
import TestSupport
import Testing

@Suite("A TCP connection that threads use at random")
struct ConnectionModelTests {
  /// What comes of some runs.
  private struct Outcome {
    /// Reads of which something was told wrong as if it had been observed.
    var faults: [String] = []
    /// Events whose source is not certain.
    var inferred = 0
    var events = 0
    /// Runs in which more or fewer bytes were told than written.
    var sums: [String] = []
  }

  private func run(
    _ shape: (writers: Int, readers: Int), seeds: Range<UInt64> = 0..<12, steps: Int = 400, losses: Int = 0,
    makeBytes: @escaping (Int, inout SeededRandom) -> [UInt8]
  ) -> Outcome {
    var outcome = Outcome()
    for seed in seeds {
      let recording = Recording()
      var model = ConnectionModel(
        recording, writers: shape.writers, readers: shape.readers, seed: seed, losses: losses,
        makeBytes: makeBytes)
      model.introduceWriters()
      let introductions = recording.told.count
      model.run(steps: steps)
      let told = recording.told.dropFirst(introductions)
      let delivered = told.filter { !$0.event.traits.contains(.undelivered) }
      let byTime = Dictionary(grouping: delivered, by: \.event.time)
      outcome.faults += model.truths.sorted { $0.key < $1.key }.compactMap { time, truth in
        guard let told = byTime[time] else { return losses > 0 ? nil : "nothing (seed \(seed))" }
        return truth.fault(in: told).map { "\($0), read at \(time) ns (seed \(seed))" }
      }
      outcome.events += delivered.count
      outcome.inferred += delivered.count { !$0.isExact }
      let sum = told.reduce(0) { $0 + Int($1.event.count) }
      if sum != model.written { outcome.sums.append("\(sum) bytes of \(model.written) (seed \(seed))") }
    }
    return outcome
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

  /// Bytes that others use as well.
  private func sameBytes(_: Int, random: inout SeededRandom) -> [UInt8] {
    (0..<Int.random(in: 1...5, using: &random)).map { _ in UInt8.random(in: 0x78...0x79, using: &random) }
  }

  @Test(arguments: 1...3)
  func `is told right if writers make their bytes recognisable`(writers: Int) {
    let outcome = run((writers, 2), makeBytes: ownBytes(40))
    #expect(outcome.faults == [])
    #expect(outcome.sums == [])
    // Nearly every write overlaps another one here.
    #expect(outcome.inferred <= (writers == 1 ? 0 : outcome.events / 8))
  }

  @Test func `is told right by one writer, however long its writes are`() {
    let outcome = run((1, 2), seeds: 0..<4, makeBytes: ownBytes(20_000))
    #expect(outcome.faults == [])
    #expect(outcome.sums == [])
    #expect(outcome.inferred == 0)
  }

  @Test(arguments: 2...3)
  func `is told wrong only with a question mark if long writes mix`(writers: Int) {
    let outcome = run((writers, 2), seeds: 0..<6, steps: 200, makeBytes: ownBytes(20_000))
    #expect(outcome.faults == [])
  }

  @Test(arguments: 1...3)
  func `is told wrong only with a question mark if its writers write the same`(writers: Int) {
    let outcome = run((writers, 2), makeBytes: sameBytes)
    #expect(outcome.faults == [])
    #expect(outcome.sums == [])
    #expect(writers > 1 || outcome.inferred == 0)
  }

  @Test(arguments: 1...3)
  func `is told wrong only with a question mark if records are lost`(writers: Int) {
    for makeBytes in [ownBytes(40), sameBytes] {
      let outcome = run((writers, 2), losses: 5, makeBytes: makeBytes)
      #expect(outcome.faults == [])
      #expect(outcome.inferred < outcome.events / 2)
    }
  }
}
