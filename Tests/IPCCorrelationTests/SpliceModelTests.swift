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
        let all = byTime[time] ?? []
        if let fault = truth.fault(in: all, isWhole: false) {
          outcome.faults.append("\(fault), read at \(time) ns (seed \(seed))")
        }
        for told in all {
          let isShort = told.content.map { $0.count < told.event.count } ?? true
          if isShort != (told.meta["bytes_missing"] != nil) { outcome.faults.append("a wrong length") }
          if told.meta["bytes_missing"] == nil { outcome.shown += 1 } else { outcome.missing += 1 }
        }
      }
    }
    return outcome
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
