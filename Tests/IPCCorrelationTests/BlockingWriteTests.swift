import IPCModel
import Testing

@Suite("A write that is read while it goes on")
struct BlockingWriteTests {
  private let recording = Recording()
  private let text = [UInt8](repeating: 0x61, count: 50_000) + [UInt8](repeating: 0x62, count: 50_000)

  @Test func `is told to whoever gets its first half, at once`() {
    let recording = Recording(capturing: 0)
    let writing = recording.begin(text, by: .ann)
    recording.read(Array(text.prefix(65_536)), by: .bob)
    #expect(recording.told() == ["ann > bob 65536"])
    recording.read(Array(text.dropFirst(65_536)), by: .bea)
    recording.end(writing)
    #expect(recording.told() == ["ann > bea 34464"])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `has contents`() {
    let writing = recording.begin(text, by: .ann)
    recording.read(Array(text.prefix(65_536)), by: .bob)
    recording.end(writing)
    recording.read(Array(text.dropFirst(65_536)), by: .bob)
    #expect(recording.told().count == 2)
    #expect(recording.told.flatMap { $0.content ?? [] } == text)
  }

  @Test func `and is broken off has written what it says at its end`() {
    let recording = Recording(capturing: 0)
    let writing = recording.begin(text, by: .ann)
    recording.read(Array(text.prefix(4096)), by: .bob)
    recording.end(writing, count: 65_536)
    #expect(recording.toldAtEnd() == ["ann > bob 4096", "ann > nobody 61440"])
  }

  @Test func `and fails has written nothing`() {
    let writing = recording.begin(text, by: .ann)
    recording.end(writing, count: 0)
    recording.write("x", by: .amy)
    recording.read("x", by: .bob)
    #expect(recording.told() == ["amy > bob 1 \"x\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `and fails is not meant by a read that waits`() {
    recording.write("one", by: .amy)
    recording.read("one", by: .bob)
    let failing = recording.begin("same", by: .ann)
    let write = recording.late { recording.write("same", by: .amy) }
    recording.end(failing, count: 0)
    recording.read("same", by: .bob)
    recording.arrive(late: write)
    #expect(recording.told() == ["amy > bob 3 \"one\"", "amy > bob 4 \"same\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `gives way to a short write that was read in between`() {
    // The long one waits for room; the short one gets in as soon as there is some.
    let long = recording.begin(text, by: .ann)
    recording.read(Array(text.prefix(65_536)), by: .bob)
    recording.write("short", by: .amy)
    recording.read("short", by: .bob)
    recording.read(Array(text.dropFirst(65_536)), by: .bob)
    recording.end(long)
    let lines = recording.told().map { $0.prefix(20) }
    #expect(lines.count == 3)
    // Of the long one's middle nothing is known: it may hold the same bytes.
    #expect(lines[1] == "amy? > bob 5 \"short\"")
    let counts = recording.told.filter { $0.event.source == Party.ann.endpoint }.map(\.event.count)
    #expect(counts == [65_536, 34_464])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `and has not ended with the trace tells only what the kernel still has of it`() {
    let recording = Recording(capturing: 0)
    _ = recording.begin(text, by: .ann)
    recording.read(Array(text.prefix(4096)), by: .bob)
    #expect(recording.told() == ["ann > bob 4096"])
    #expect(recording.toldAtEnd(recording.live(unread: 65_536)) == ["ann > nobody 65536"])
  }

  @Test func `and has not ended with its pipe tells nothing that nobody knows`() {
    let recording = Recording(capturing: 0)
    _ = recording.begin(text, by: .ann)
    #expect(recording.toldAtEnd() == [])
  }
}
