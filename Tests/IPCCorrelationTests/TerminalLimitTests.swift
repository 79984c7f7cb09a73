import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("What a terminal keeps")
struct TerminalLimitTests {
  private let recording = TerminalRecording()

  @Test func `is nothing of writes whose reader goes on reading`() {
    recording.readOutput(by: .bob)
    for number in 0..<100_000 {
      recording.print("line", by: .ann)
      if number % 10 == 9 {
        recording.readOutput(by: .bob)
        #expect(!recording.hasPending || number < 10)
      }
    }
    #expect(recording.told() == Array(repeating: "ann > bob 4 \"line\"", count: 100_000))
  }

  @Test func `is not more than 4096 writes that nobody reads`() {
    recording.print("w", by: .ann)
    recording.readOutput(by: .bob)
    #expect(recording.told() == ["ann > bob 1 \"w\""])
    for _ in 0..<TerminalCorrelator.waitingLimit { recording.print("x", by: .ann) }
    #expect(recording.waiting == 0)
    recording.print("y", by: .ann)
    #expect(recording.waiting == 1)
    recording.readOutput(by: .bob)
    #expect(recording.waiting == TerminalCorrelator.waitingLimit + 1)
    let told = recording.told()
    #expect(told.first == "ann > bob? 1 \"x\"")
    #expect(told.dropFirst().dropLast().allSatisfy { $0 == "ann > bob 1 \"x\"" })
    #expect(told.last == "ann > bob 1 \"y\"")
  }

  @Test func `is enough for readers that take turns`() {
    for number in 0..<1000 {
      recording.type("x", by: .ann)
      recording.readTyping(by: number % 2 == 0 ? .bob : .bea)
    }
    let told = recording.told()
    #expect(told == (0..<1000).map { $0 % 2 == 0 ? "ann > bob 1 \"x\"" : "ann > bea 1 \"x\"" })
  }

  private func use(_ terminals: Range<Int>) {
    for number in terminals {
      let terminal = TerminalScene(
        "pts\(number)", index: UInt32(number), address: 0x10000 + UInt64(number) * 1024)
      recording.type("x", by: .ann, on: terminal)
      recording.readTyping(by: .bob, on: terminal)
    }
  }

  @Test func `is not every terminal there ever was`() {
    use(0..<5000)
    recording.sweep(after: 100)
    #expect(recording.directionCount == 5000)
    #expect(recording.told().count == 5000)
    recording.sweep(after: 2000)
    #expect(recording.directionCount == TerminalCorrelator.restingLimit)
    // Those that were used last are left, and the others come back by their next record.
    use(4990..<5000)
    #expect(recording.directionCount == TerminalCorrelator.restingLimit)
    use(0..<10)
    #expect(recording.directionCount == TerminalCorrelator.restingLimit + 10)
    #expect(recording.told().count == 20)
    #expect(
      recording.meta("tty_name").suffix(20)
        == (4990..<5000).map { "pts/\($0)" } + (0..<10).map { "pts/\($0)" })
  }

  @Test func `stays for few terminals`() {
    recording.type("x", by: .ann)
    recording.readTyping(by: .bob)
    _ = recording.told()
    recording.sweep(after: 3_600_000)
    #expect(recording.directionCount == 1)
    recording.type("y", by: .ann)
    #expect(recording.told(after: 110) == ["ann > bob? 1 \"y\""])
  }

  @Test func `is not forgotten while a write waits`() {
    use(0..<TerminalCorrelator.restingLimit)
    recording.clock -= 50_000_000
    recording.terminal.foreground = .bea
    recording.type("waits", by: .amy)
    recording.sweep(after: 5000)
    #expect(recording.hasPending)
    #expect(recording.toldAtEnd().contains("amy > bea? 5 \"waits\""))
  }
}
