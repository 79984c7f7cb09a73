import RecordLayout
import TestSupport
import Testing

@testable import IPCCorrelation

@Suite("A terminal's record that is none")
struct TerminalBadRecordTests {
  private static func records() -> [[UInt8]] {
    let recording = TerminalRecording(capturing: 65_536)
    return recording.late {
      recording.write([UInt8](repeating: 0x61, count: 5000), by: .ann, isOutput: true, chunk: 1000)
      recording.readOutput(by: .bob)
      recording.type("two", by: .amy, readable: 1)
      recording.readTyping(by: .bea)
    }
  }

  @Test func `because it was cut anywhere harms nothing`() {
    for record in Self.records() {
      let recording = TerminalRecording()
      for count in 0..<record.count { recording.arrive(Array(record.prefix(count))) }
      _ = recording.toldAtEnd()
    }
  }

  @Test func `because its contents are cut shows those that are there`() {
    let recording = TerminalRecording()
    recording.arrive(Array(Self.records()[0].prefix(MemoryLayout<ipc_terminal>.size + 5)))
    _ = recording.toldAtEnd()
    #expect(recording.told.map(\.content) == [[0x61, 0x61, 0x61, 0x61, 0x61]])
  }

  @Test func `because it moved no bytes is no event`() {
    let recording = TerminalRecording()
    recording.type("", by: .ann)
    recording.type("x", by: .ann)
    #expect(recording.told(after: 110) == ["ann > <unknown> 1 \"x\""])
  }

  @Test(arguments: 0..<100)
  func `because some of its bits are flipped harms nothing`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let recording = TerminalRecording(capturing: 65_536)
    let records = Self.records()
    for _ in 0..<200 {
      var record = records.randomElement(using: &random) ?? []
      for _ in 0..<Int.random(in: 0...4, using: &random) {
        // Not the time's upper bytes: there the kernel never puts anything.
        let index = Int.random(in: 0..<min(record.count, 136), using: &random)
        if (4..<8).contains(index) { continue }
        record[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      }
      recording.arrive(record)
    }
    recording.sweep(after: 5000)
    _ = recording.told(after: 200)
    _ = recording.toldAtEnd()
    #expect(!recording.hasPending)
  }
}
