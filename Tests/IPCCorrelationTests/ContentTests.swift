import RecordLayout
import Testing

@Suite("Contents of a read")
struct ContentTests {
  private let bytes = (0..<100).map { UInt8($0) }

  private func contents(_ recording: Recording) -> [[UInt8]?] { recording.told.map(\.content) }

  @Test func `are whole though they come in several records`() {
    let recording = Recording()
    recording.end(recording.begin(bytes, by: .ann))
    recording.read(bytes, by: .bob, chunk: 7)
    #expect(recording.told().count == 1)
    #expect(contents(recording) == [bytes])
  }

  @Test func `are each writer's, though they come in several records`() {
    let recording = Recording()
    recording.end(recording.begin(Array(bytes[..<33]), by: .ann))
    recording.end(recording.begin(Array(bytes[33...]), by: .amy))
    recording.read(bytes, by: .bob, chunk: 10)
    #expect(recording.told().count == 2)
    #expect(contents(recording) == [Array(bytes[..<33]), Array(bytes[33...])])
  }

  @Test func `of two readers do not mix though their records do`() {
    let recording = Recording()
    let other = TracedPipe(address: 0x9000, inode: 43)
    recording.end(recording.begin(bytes, by: .ann))
    recording.end(recording.begin(bytes.reversed(), by: .amy, to: other))
    let first = recording.late { recording.read(bytes, by: .bob, chunk: 30) }
    let second = recording.late { recording.read(bytes.reversed(), by: .bea, from: other, chunk: 30) }
    for (one, two) in zip(first, second) { recording.arrive(late: [two, one]) }
    #expect(recording.told().count == 2)
    #expect(contents(recording) == [bytes, bytes.reversed()])
  }

  @Test func `end where a record is missing`() {
    let recording = Recording()
    recording.end(recording.begin(bytes, by: .ann))
    var records = recording.late { recording.read(bytes, by: .bob, chunk: 30) }
    records.remove(at: 2)
    recording.arrive(late: records)
    #expect(recording.told() == ["ann > bob 100 \"\(String(decoding: bytes[..<60], as: UTF8.self))\""])
  }

  @Test func `end with the thread's next read if the last record is missing`() {
    let recording = Recording()
    recording.end(recording.begin(bytes, by: .ann))
    let records = recording.late { recording.read(bytes, by: .bob, chunk: 30) }
    recording.arrive(late: records.dropLast())
    #expect(recording.told() == [])
    recording.write("x", by: .ann)
    recording.read("x", by: .bob)
    #expect(recording.told().count == 2)
    #expect(contents(recording) == [Array(bytes[..<90]), [0x78]])
  }

  @Test func `are waited for as long as they take, and what happens meanwhile waits with them`() {
    let recording = Recording()
    let other = TracedPipe(address: 0x9000, inode: 43)
    recording.end(recording.begin(bytes, by: .ann))
    let records = recording.late { recording.read(bytes, by: .bob, chunk: 30) }
    recording.arrive(records[0])
    recording.end(recording.begin(bytes, by: .amy, to: other))
    recording.read(bytes, by: .bea, from: other)
    #expect(recording.told(after: 500) == [])
    recording.arrive(late: Array(records.dropFirst()))
    #expect(recording.told().count == 2)
    #expect(contents(recording) == [bytes, bytes])
  }

  @Test func `are not waited for when they cannot come any more`() {
    let recording = Recording()
    recording.end(recording.begin(bytes, by: .ann))
    let records = recording.late { recording.read(bytes, by: .bob, chunk: 30) }
    recording.arrive(records[0])
    #expect(recording.told(after: 10_000) == [])
    #expect(recording.told(after: 200).count == 1)
    #expect(contents(recording) == [Array(bytes[..<30])])
    recording.arrive(late: Array(records.dropFirst()))
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `are not another read's whose first record was lost`() {
    let recording = Recording()
    recording.end(recording.begin(bytes, by: .ann))
    recording.end(recording.begin(bytes.reversed(), by: .ann))
    let first = recording.late { recording.read(bytes, by: .bob, chunk: 50) }
    recording.lost = 2
    let second = recording.late { recording.read(bytes.reversed(), by: .bob, chunk: 50) }
    recording.arrive(first[0])
    recording.arrive(second[1])
    _ = recording.told(after: 101)
    #expect(contents(recording).first == Array(bytes[..<50]))
  }

  @Test func `are as many as were asked for`() {
    let recording = Recording(capturing: 10)
    recording.end(recording.begin(bytes, by: .ann))
    recording.read(bytes, by: .bob)
    #expect(recording.told().count == 1)
    #expect(contents(recording) == [Array(bytes[..<10])])
  }

  @Test func `are as many as were asked for though they come in several records`() {
    let recording = Recording(capturing: 100_000)
    let long = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 / 100) }
    recording.end(recording.begin(long, by: .ann))
    recording.read(long, by: .bob)
    #expect(recording.told().count == 1)
    #expect(contents(recording) == [Array(long[..<100_000])])
  }

  @Test func `are whole though they are very many`() {
    let recording = Recording()
    let long = (0..<33).flatMap { [UInt8](repeating: 0x41 + $0, count: 1 << 20) }
    recording.end(recording.begin(long, by: .ann))
    recording.read(long, by: .bob)
    #expect(recording.told().count == 1)
    #expect(recording.told.first?.content == long)
  }

  @Test func `beyond what was captured are empty, not another writer's`() {
    let recording = Recording(capturing: 40)
    recording.end(recording.begin(Array(bytes[..<30]), by: .ann))
    recording.end(recording.begin(Array(bytes[30..<60]), by: .amy))
    recording.end(recording.begin(Array(bytes[60...]), by: .abe))
    // A pipe that several write to captures more, to compare; here the user's memory could not be read.
    let records = recording.late { recording.read(bytes, by: .bob) }
    var record = records[0].prefix(MemoryLayout<ipc_transfer>.size + 40)
    record.withUnsafeMutableBytes {
      let offset = MemoryLayout<ipc_transfer>.offset(of: \.captured) ?? 0
      $0.storeBytes(of: 40, toByteOffset: offset, as: UInt32.self)
    }
    recording.arrive(Array(record))
    _ = recording.told(after: 101)
    #expect(contents(recording) == [Array(bytes[..<30]), Array(bytes[30..<40]), []])
  }

  @Test func `are empty, not absent, if none could be captured`() {
    let recording = Recording()
    recording.write("hello", by: .ann)
    let records = recording.late { recording.read("hello", by: .bob) }
    var record = records[0].prefix(MemoryLayout<ipc_transfer>.size)
    record.withUnsafeMutableBytes {
      let offset = MemoryLayout<ipc_transfer>.offset(of: \.captured) ?? 0
      $0.storeBytes(of: 0, toByteOffset: offset, as: UInt32.self)
    }
    recording.arrive(Array(record))
    #expect(recording.told() == ["ann > bob 5 \"\""])
  }

  @Test func `are absent if they were not asked for`() {
    let recording = Recording(capturing: 0)
    recording.write("hello", by: .ann)
    recording.read("hell", by: .bob)
    #expect(recording.told() == ["ann > bob 4"])
    #expect(recording.toldAtEnd() == ["ann > nobody 1"])
  }
}
