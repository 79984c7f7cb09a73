import RecordLayout
import Testing

@Suite("After a loss")
struct PipeLossTests {
  private let recording = Recording()

  @Test func `a pipe's writers are inferred until a read leaves it empty`() {
    recording.write("one two", by: .ann)
    recording.losing { recording.write("elsewhere", by: .amy, to: TracedPipe(address: 0x9000, inode: 43)) }
    recording.read("one", by: .bob)
    recording.read(" two", by: .bob)
    recording.write("three", by: .ann)
    recording.read("three", by: .bob)
    #expect(
      recording.told() == ["ann? > bob 3 \"one\"", "ann? > bob 4 \" two\"", "ann > bob 5 \"three\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `of a read the bytes that were read are not told as unread`() {
    recording.write("one", by: .ann)
    recording.losing { recording.read("one", by: .bob) }
    recording.write("two", by: .ann)
    recording.read("two", by: .bob)
    #expect(recording.told() == ["ann? > bob 3 \"two\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `of a read and another writer's bytes, whoever is told is inferred`() {
    recording.write("one", by: .ann)
    recording.losing { recording.read("one", by: .bob) }
    recording.write("two", by: .amy)
    recording.read("two", by: .bob)
    let lines = recording.told(after: 101)
    #expect(lines.count == 1)
    #expect(lines.allSatisfy { $0.contains("? > bob 3 \"two\"") })
    recording.write("three", by: .amy)
    recording.read("three", by: .bob)
    #expect(recording.told() == ["amy > bob 5 \"three\""])
  }

  @Test func `of a write its reader is told all the same`() {
    recording.write("one", by: .ann)
    recording.read("one", by: .bob)
    recording.losing { recording.write("two", by: .ann) }
    recording.read("two", by: .bob)
    #expect(recording.told(after: 101) == ["ann > bob 3 \"one\"", "ann? > bob 3 \"two\""])
  }

  @Test func `of a write the next ones are exact, and at once`() {
    recording.write("one", by: .ann)
    recording.read("one", by: .bob)
    recording.losing { recording.write("two", by: .ann) }
    recording.read("two", by: .bob)
    _ = recording.told(after: 101)
    recording.write("three", by: .ann)
    recording.read("three", by: .bob)
    #expect(recording.told() == ["ann > bob 5 \"three\""])
  }

  @Test func `of a write's end the next ones are exact`() {
    let long = [UInt8](repeating: 0x61, count: 5000)
    let writing = recording.begin(long, by: .ann)
    recording.losing { recording.end(writing) }
    recording.read(long, by: .bob)
    recording.write("next", by: .amy)
    recording.read("next", by: .bob)
    let lines = recording.told()
    #expect(lines.count == 2)
    #expect(lines.first?.hasPrefix("ann? > bob 5000") == true)
    #expect(lines.last == "amy > bob 4 \"next\"")
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `a pipe that is born then is exact`() {
    recording.losing { recording.write("one", by: .ann) }
    let new = TracedPipe(address: 0x9000, inode: 43)
    recording.write("two", by: .amy, to: new)
    recording.read("two", by: .bob, from: new)
    #expect(recording.told() == ["amy > bob 3 \"two\""])
  }

  @Test func `a pipe of which nothing was known before is not`() {
    let old = TracedPipe(address: 0x9000, inode: 43)
    recording.losing {
      recording.write("one", by: .ann, to: old)
      recording.write("two", by: .ann)
    }
    recording.write("three", by: .amy)
    recording.write("four", by: .amy, to: old)
    recording.read("three", by: .bob)
    recording.read("four", by: .bea, from: old)
    let lines = recording.told(after: 101)
    #expect(lines.count == 2)
    #expect(lines.allSatisfy { $0.hasPrefix("amy? > ") }, "\(lines)")
  }

  @Test func `of another kind pipes stay exact`() {
    recording.write("one", by: .ann)
    recording.signal(10, from: .ann, to: .bob) { $0.header.lost = 7 }
    recording.read("one", by: .bob)
    #expect(recording.told().last == "ann > bob 3 \"one\"")
  }

  @Test func `that is reported once more nothing changes`() {
    recording.lost = 3
    recording.write("one", by: .ann)
    recording.read("one", by: .bob)
    recording.write("two", by: .ann)
    recording.read("two", by: .bob)
    #expect(recording.told().last == "ann > bob 3 \"two\"")
  }
}
