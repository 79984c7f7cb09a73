import IPCModel
import Testing

@Suite("A pipe that threads use at random and splice from")
struct SpliceModelTests {
  /// What comes of some runs.
  private struct Outcome {
    /// Reads of which other bytes were told than they got.
    var faults: [String] = []
    var shown = 0
    var missing = 0
  }

  private func run(_ shape: (writers: Int, readers: Int), disorder: UInt64 = 500_000, most: Int) -> Outcome {
    var outcome = Outcome()
    for seed in 0..<4 as Range<UInt64> {
      let recording = Recording()
      recording.contentChunk = 50
      var model = PipeModel(
        recording, writers: shape.writers, readers: shape.readers, seed: seed, disorder: disorder
      ) { _, random in
        (0..<Int.random(in: 1...most, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      }
      model.hasSplices = true
      model.introduceWriters()
      model.run(steps: 300)
      let byTime = Dictionary(grouping: recording.told, by: \.event.time)
      for (time, truth) in model.truths {
        for told in byTime[time] ?? [] {
          if let fault = fault(told, truth) { outcome.faults.append("\(fault) (seed \(seed))") }
          if told.meta["bytes_missing"] == nil { outcome.shown += 1 } else { outcome.missing += 1 }
        }
      }
    }
    return outcome
  }

  /// What is wrong with the bytes that were told of one writer's part of a read; nil if nothing is.
  private func fault(_ told: Told, _ truth: PipeModel.Truth) -> String? {
    guard let content = told.content else { return told.meta["bytes_missing"] == nil ? "no bytes" : nil }
    let isShort = content.count < told.event.count
    if isShort != (told.meta["bytes_missing"] != nil) { return "a wrong length" }
    let isExact = told.event.source.isKnown && !told.event.traits.contains(.inferredSource)
    let real = truth.bytes.first { $0.key.endpoint == told.event.source }?.value ?? []
    if isExact { return real.starts(with: content) ? nil : "other bytes" }
    return isSubsequence(content, of: truth.all) ? nil : "bytes that were not read"
  }

  private func isSubsequence(_ bytes: [UInt8], of whole: [UInt8]) -> Bool {
    var rest = whole[...]
    for byte in bytes {
      guard let index = rest.firstIndex(of: byte) else { return false }
      rest = rest[(index + 1)...]
    }
    return true
  }

  @Test(arguments: [40, 4096]) func `by one writer and one reader is told with every byte`(most: Int) {
    let outcome = run((1, 1), most: most)
    #expect(outcome.faults == [])
    #expect(outcome.missing == 0)
    #expect(outcome.shown > 100)
  }

  @Test(arguments: [40, 4096]) func `by several writers is never told with others' bytes`(most: Int) {
    for writers in 2...3 {
      let outcome = run((writers, 1), most: most)
      #expect(outcome.faults == [])
      #expect(outcome.shown > outcome.missing)
    }
  }

  @Test(arguments: [40, 4096]) func `by several readers is never told with others' bytes`(most: Int) {
    for shape in [(1, 2), (1, 3), (2, 2)] {
      let outcome = run(shape, most: most)
      #expect(outcome.faults == [])
      #expect(outcome.shown > outcome.missing)
    }
  }
}
