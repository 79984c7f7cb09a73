import IPCModel
import RecordLayout
import Testing

@Suite("Contents of a terminal")
struct TerminalContentTests {
  private let bytes = (0..<100).map { UInt8($0) }

  private func contents(_ recording: TerminalRecording) -> [[UInt8]?] { recording.told.map(\.content) }

  private func isIncomplete(_ recording: TerminalRecording) -> [Bool] {
    recording.told.map { $0.event.traits.contains(.incomplete) }
  }

  @Test func `are whole though they come in several records`() {
    let recording = TerminalRecording()
    recording.write(bytes, by: .ann, isOutput: true, chunk: 7)
    recording.readOutput(by: .bob)
    #expect(recording.told().count == 1)
    #expect(contents(recording) == [bytes])
    #expect(recording.meta("bytes_missing") == [nil])
    #expect(recording.arrivingCount == 0)
  }

  @Test func `are waited for though the reader is known`() {
    let recording = TerminalRecording()
    recording.readOutput(by: .bob)
    let records = recording.late { recording.write(bytes, by: .ann, isOutput: true, chunk: 30) }
    recording.arrive(records[0])
    recording.readOutput(by: .bob)
    #expect(recording.told() == [])
    recording.arrive(late: Array(records.dropFirst()))
    #expect(recording.told().count == 1)
    #expect(contents(recording) == [bytes])
  }

  @Test func `are waited for however often the reader reads meanwhile`() {
    let recording = TerminalRecording()
    let records = recording.late { recording.write(bytes, by: .ann, isOutput: true, chunk: 30) }
    recording.arrive(records[0])
    for _ in 0..<100 { recording.readOutput(by: .bob) }
    recording.arrive(late: Array(records.dropFirst()))
    #expect(recording.told().count == 1)
    #expect(contents(recording) == [bytes])
  }

  @Test func `are waited for as long as they take`() {
    let recording = TerminalRecording()
    let records = recording.late { recording.write(bytes, by: .ann, isOutput: true, chunk: 30) }
    recording.arrive(records[0])
    recording.readOutput(by: .bob)
    #expect(recording.told(after: 500) == [])
    recording.arrive(late: Array(records.dropFirst()))
    #expect(recording.told().count == 1)
    #expect(contents(recording) == [bytes])
  }

  @Test func `are not waited for when they cannot come any more`() {
    let recording = TerminalRecording()
    let records = recording.late { recording.write(bytes, by: .ann, isOutput: true, chunk: 30) }
    recording.arrive(records[0])
    recording.readOutput(by: .bob)
    #expect(recording.told(after: 10_000) == [])
    #expect(recording.told(after: 200).count == 1)
    #expect(contents(recording) == [Array(bytes[..<30])])
    #expect(recording.arrivingCount == 0)
    recording.arrive(late: Array(records.dropFirst()))
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `of two writers do not mix though their records do`() {
    let recording = TerminalRecording()
    let first = recording.late { recording.write(bytes, by: .ann, isOutput: true, chunk: 30) }
    let second = recording.late { recording.write(bytes.reversed(), by: .amy, isOutput: true, chunk: 30) }
    for (one, two) in zip(first, second) { recording.arrive(late: [two, one]) }
    recording.readOutput(by: .bob)
    #expect(recording.told().count == 2)
    #expect(contents(recording) == [bytes, bytes.reversed()])
  }

  @Test func `end where a record is missing`() {
    let recording = TerminalRecording()
    var records = recording.late { recording.write(bytes, by: .ann, isOutput: true, chunk: 30) }
    records.remove(at: 2)
    recording.arrive(late: records)
    recording.readOutput(by: .bob)
    #expect(recording.told().count == 1)
    #expect(contents(recording) == [Array(bytes[..<60])])
    #expect(recording.meta("bytes_missing") == [nil])
    #expect(recording.arrivingCount == 0)
  }

  @Test func `end with what the thread does next if the last record is missing`() {
    let recording = TerminalRecording()
    let records = recording.late { recording.write(bytes, by: .ann, isOutput: true, chunk: 30) }
    recording.arrive(late: records.dropLast())
    recording.readOutput(by: .bob)
    #expect(recording.told() == [])
    recording.print("x", by: .ann)
    recording.readOutput(by: .bob)
    #expect(recording.told().count == 2)
    #expect(contents(recording) == [Array(bytes[..<90]), [0x78]])
  }

  @Test func `are not another write's whose first record was lost`() {
    let recording = TerminalRecording()
    let first = recording.late { recording.write(bytes, by: .ann, isOutput: true, chunk: 50) }
    recording.lost = 2
    let second = recording.late {
      recording.write(bytes.reversed(), by: .ann, isOutput: true, chunk: 50)
    }
    recording.arrive(first[0])
    recording.arrive(second[1])
    _ = recording.told(after: 101)
    #expect(contents(recording) == [Array(bytes[..<50])])
  }

  @Test func `are as many as were asked for`() {
    let recording = TerminalRecording(capturing: 40)
    recording.write(bytes, by: .ann, isOutput: true, chunk: 30)
    recording.readOutput(by: .bob)
    #expect(recording.told().count == 1)
    #expect(contents(recording) == [Array(bytes[..<40])])
    #expect(recording.meta("bytes_missing") == [nil])
    #expect(isIncomplete(recording) == [false])
  }

  @Test func `are absent if they were not asked for`() {
    let recording = TerminalRecording(capturing: 0)
    recording.type("hello", by: .ann)
    recording.readTyping(by: .bob)
    recording.type("hello", by: .ann, flags: [IPC_FLAG_SPLICED])
    recording.readTyping(by: .bob)
    #expect(recording.told() == ["ann > bob 5", "ann > bob 5"])
    #expect(recording.meta("bytes_missing") == [nil, nil])
  }

  @Test func `that were spliced are missing`() {
    let recording = TerminalRecording()
    recording.type("hello", by: .ann, flags: [IPC_FLAG_SPLICED])
    recording.readTyping(by: .bob)
    #expect(recording.told() == ["ann > bob 5"])
    #expect(recording.meta("bytes_missing") == ["spliced"])
    #expect(isIncomplete(recording) == [false])
  }

  @Test func `that cannot be read are missing`() {
    let recording = TerminalRecording()
    recording.type("hello", by: .ann, readable: 0)
    recording.type("hello", by: .ann, readable: 2)
    recording.readTyping(by: .bob)
    #expect(recording.told() == ["ann > bob 5", "ann > bob 5 \"he\""])
    #expect(recording.meta("bytes_missing") == ["unreadable", "unreadable"])
    #expect(isIncomplete(recording) == [false, true])
  }

  @Test func `that cannot be read in a later record are missing from there on`() {
    let recording = TerminalRecording()
    recording.write(bytes, by: .ann, isOutput: true, readable: 70, chunk: 30)
    recording.readOutput(by: .bob)
    #expect(recording.told().count == 1)
    #expect(contents(recording) == [Array(bytes[..<70])])
    #expect(recording.meta("bytes_missing") == ["unreadable"])
    #expect(isIncomplete(recording) == [true])
  }

  @Test func `of a long output need no more memory than waits at a time`() {
    let recording = TerminalRecording()
    let line = [UInt8](repeating: 0x61, count: 5000)
    for number in 0..<10_000 {
      let flags = number % 3 == 0 ? [IPC_FLAG_SPLICED] : []
      recording.write(line, by: .ann, isOutput: true, flags: flags, readable: number % 5 * 2000, chunk: 1000)
      recording.readOutput(by: .bob)
      if number % 100 == 99 { _ = recording.told() }
    }
    #expect(recording.told.count == 10_000)
    #expect(recording.contentCapacity <= 4 << 20)
    #expect(recording.arrivingCount == 0)
  }
}
