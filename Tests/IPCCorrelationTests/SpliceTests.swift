import IPCModel
import RecordLayout
import Testing

@Suite("Bytes that are spliced out of a pipe")
struct SpliceTests {
  private let recording = Recording()

  @Test func `are those that lay in it when the splice began`() {
    recording.write("hello", by: .ann)
    recording.beginSplice("hello", by: .bob)
    recording.splice(5, by: .bob)
    #expect(recording.told() == ["ann > bob 5 \"hello\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `are told in parts, over several writes and splices`() {
    recording.contentChunk = 4
    recording.write("hello", by: .ann)
    recording.write(" world", by: .ann)
    recording.beginSplice("hello world", by: .bob)
    recording.splice(3, by: .bob)
    recording.splice(6, by: .bob)
    recording.write(", once", by: .ann)
    recording.splice(4, by: .bob)
    recording.splice(4, by: .bob)
    #expect(
      recording.told() == [
        "ann > bob 3 \"hel\"", "ann > bob 6 \"lo wor\"", "ann > bob 4 \"ld, \"", "ann > bob 4 \"once\"",
      ])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `are each writer's`() {
    recording.write("one", by: .ann)
    recording.write("two", by: .amy)
    recording.write("three", by: .ann)
    recording.beginSplice("onetwothree", by: .bob)
    recording.splice(11, by: .bob)
    recording.write("four", by: .amy)
    recording.write("five", by: .ann)
    recording.splice(6, by: .bob)
    recording.splice(2, by: .bob)
    #expect(
      recording.told(after: 101) == [
        "ann > bob 3 \"one\"", "amy > bob 3 \"two\"", "ann > bob 5 \"three\"", "amy > bob 4 \"four\"",
        "ann > bob 2 \"fi\"",
        "ann > bob 2 \"ve\"",
      ])
  }

  @Test func `are those from before the trace`() {
    let recording = Recording(pipe: TracedPipe(unread: 8))
    recording.begin(with: recording.live(unread: 8, .ann), .ann)
    recording.beginSplice("oldbytes", by: .bob)
    recording.write("new", by: .ann)
    recording.splice(5, by: .bob)
    recording.splice(6, by: .bob)
    #expect(
      recording.told() == ["ann? > bob 5 \"oldby\"", "ann? > bob 3 \"tes\"", "ann > bob 3 \"new\""])
  }

  @Test func `are those that writes bring once somebody splices`() {
    recording.contentChunk = 40
    recording.beginSplice("", by: .bob)
    let long = (0..<200).map { UInt8(0x20 + $0 % 64) }
    recording.end(recording.begin(long, by: .ann))
    recording.splice(150, by: .bob)
    recording.splice(50, by: .bob)
    #expect(recording.told().count == 2)
    #expect(recording.told.map(\.content) == [Array(long[..<150]), Array(long[150...])])
    #expect(recording.told.allSatisfy { $0.meta["bytes_missing"] == nil })
    #expect(recording.told.allSatisfy { !$0.event.traits.contains(.incomplete) })
  }

  @Test func `are told though the write's record comes later`() {
    recording.beginSplice("", by: .bob)
    let write = recording.late { recording.write("hello", by: .ann) }
    recording.splice(5, by: .bob)
    #expect(recording.told() == [])
    recording.arrive(write[0])
    #expect(recording.told() == [])
    recording.arrive(write[1])
    #expect(recording.told() == ["ann > bob 5 \"hello\""])
    #expect(!recording.hasPending)
  }

  @Test func `are told though the write went on`() {
    let text = [UInt8](repeating: 0x61, count: 50_000) + [UInt8](repeating: 0x62, count: 50_000)
    let writing = recording.begin(text, by: .ann)
    recording.beginSplice(Array(text[..<65_536]), by: .bob)
    recording.splice(65_536, by: .bob)
    #expect(recording.told().count == 1)
    recording.splice(34_464, by: .bob)
    recording.end(writing)
    #expect(recording.told().count == 1)
    #expect(recording.told.flatMap { $0.content ?? [] } == text)
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `are those of the next pipe if the writer has spliced them, too`() {
    let second = TracedPipe(address: 0x9000, inode: 43)
    recording.write("hello", by: .ann)
    recording.beginSplice("hello", by: .bob)
    recording.splice(5, by: .bob)
    recording.beginSplice("", by: .bea, from: second)
    recording.spliceIn("hello", by: .bob, to: second)
    recording.splice(5, by: .bea, from: second)
    recording.spliceIn("again", by: .bob, to: second, isKept: false)
    recording.splice(5, by: .bea, from: second)
    #expect(
      recording.told() == ["ann > bob 5 \"hello\"", "bob > bea 5 \"hello\"", "bob > bea 5 spliced"])
  }

  @Test func `end where a record is missing`() {
    recording.contentChunk = 2
    recording.beginSplice("", by: .bob)
    var records = recording.late { recording.write("hello", by: .ann) }
    records.remove(at: 2)
    recording.arrive(late: records)
    recording.splice(5, by: .bob)
    #expect(recording.told() == ["ann > bob 5 \"he\" spliced"])
    #expect(recording.told.last?.event.traits.contains(.incomplete) == true)
  }

  @Test func `end with the writer's next record if the last one is missing`() {
    recording.contentChunk = 2
    recording.beginSplice("", by: .bob)
    let records = recording.late { recording.write("hello", by: .ann) }
    recording.arrive(late: records.dropLast())
    recording.splice(5, by: .bob)
    recording.write("bye", by: .ann)
    recording.splice(3, by: .bob)
    #expect(recording.told() == ["ann > bob 5 \"hell\" spliced", "ann > bob 3 \"bye\""])
  }

  @Test func `are not waited for longer than a writer is`() {
    recording.contentChunk = 2
    recording.beginSplice("", by: .bob)
    let records = recording.late { recording.write("hello", by: .ann) }
    recording.arrive(late: Array(records[..<2]))
    recording.splice(5, by: .bob)
    #expect(recording.told(after: 90) == [])
    #expect(recording.told(after: 20) == ["ann > bob 5 \"he\" spliced"])
    recording.arrive(late: Array(records[2...]))
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `are absent if nothing tells them`() {
    recording.write("hello", by: .ann)
    recording.splice(5, by: .bob)
    #expect(recording.told() == ["ann > bob 5 spliced"])
    #expect(recording.told.last?.event.traits.contains(.incomplete) == false)
  }

  @Test func `and were not asked for are no matter`() {
    let recording = Recording(capturing: 0)
    recording.write("hello", by: .ann)
    recording.splice(5, by: .bob)
    #expect(recording.told() == ["ann > bob 5"])
  }

  @Test func `are as many as were asked for`() {
    let recording = Recording(capturing: 4)
    recording.write("hello", by: .ann)
    recording.beginSplice("hello", by: .bob)
    recording.splice(5, by: .bob)
    recording.write("world", by: .ann)
    recording.splice(5, by: .bob)
    #expect(recording.told() == ["ann > bob 5 \"hello\"", "ann > bob 5 \"worl\""])
    recording.write("again", by: .ann)
    recording.splice(2, by: .bob)
    recording.splice(3, by: .bob)
    // The write has brought its first four only.
    #expect(recording.told() == ["ann > bob 2 \"ag\"", "ann > bob 3 \"ai\" spliced"])
  }

  @Test func `are packets`() {
    recording.beginSplice("", by: .bob)
    let long = (0..<6000).map { UInt8(0x20 + $0 % 64) }
    recording.end(recording.begin(long, by: .ann, packet: true))
    recording.splice(4096, by: .bob)
    recording.splice(1000, by: .bob)
    let lines = recording.told()
    #expect(lines.count == 3)
    #expect(
      recording.told.map(\.content) == [
        Array(long[..<4096]), Array(long[4096..<5096]), Array(long[5096...]),
      ])
  }

  @Test func `and that nobody gets are whole`() {
    recording.beginSplice("", by: .bob)
    let long = String(repeating: "long ", count: 30)
    recording.write(long, by: .ann)
    recording.write("more", by: .ann)
    recording.splice(10, by: .bob)
    #expect(recording.told() == ["ann > bob 10 \"long long \""])
    #expect(recording.toldAtEnd() == ["ann > nobody 144 \"\(long.dropFirst(10))more\""])
  }
}
