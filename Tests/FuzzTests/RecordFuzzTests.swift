import Foundation
import Fuzzing
import Testing

@Suite("Any sequence of records")
struct RecordFuzzTests {
  /// Seeds of each severity; the work is the same each time, whatever time it takes.
  private static let seeds: Range<UInt64> = 0..<120

  @Test(arguments: FuzzPlan.Severity.allCases)
  func `harms nothing, and tells of good records well`(severity: FuzzPlan.Severity) {
    for seed in Self.seeds {
      #expect(FuzzPlan(seed: seed, severity: severity, length: 100).problems == [], "seed \(seed)")
    }
  }

  @Test func `that is in the corpus harms nothing`() throws {
    let corpus = try #require(URL(string: #filePath)).deletingLastPathComponent().appending(path: "Corpus")
    let files = try FileManager.default.contentsOfDirectory(atPath: corpus.path()).sorted()
    #expect(!files.isEmpty)
    for file in files {
      let bytes = try Data(contentsOf: URL(filePath: corpus.appending(path: file).path()))
      #expect(FuzzInput(bytes: bytes).problems == [], "\(file)")
    }
  }

  @Test func `is the same when it is read back`() {
    for seed in 0..<10 as Range<UInt64> {
      let sequence = FuzzPlan(seed: seed, severity: .types, length: 50).sequence
      #expect(FuzzSequence(bytes: sequence.bytes) == sequence)
    }
  }
}
