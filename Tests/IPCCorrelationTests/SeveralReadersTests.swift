import Testing

@Suite("Several readers of a pipe")
struct SeveralReadersTests {
  private let recording = Recording()

  @Test func `get their own bytes, although their records come the wrong way round`() {
    recording.write("apple", by: .ann)
    recording.write("melon", by: .amy)
    let first = recording.late { recording.read("apple", by: .bea) }
    recording.read("melon", by: .bob)
    recording.arrive(late: first)
    #expect(recording.told() == ["ann > bea 5 \"apple\"", "amy > bob 5 \"melon\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `get their own bytes time after time`() {
    var expected: [String] = []
    for round in 0..<50 {
      let pair = round < 25 ? (Party.bob, Party.bea) : (Party.bea, Party.bob)
      recording.write("a\(round)", by: .ann)
      recording.write("b\(round)", by: .amy)
      let first = recording.late { recording.read("a\(round)", by: pair.0) }
      recording.read("b\(round)", by: pair.1)
      recording.arrive(late: first)
      let count = "a\(round)".count
      expected.append("ann > \(pair.0.name) \(count) \"a\(round)\"")
      expected.append("amy > \(pair.1.name) \(count) \"b\(round)\"")
    }
    #expect(recording.told() == expected)
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `are exact with one writer, in whatever order their records come`() {
    let recording = Recording(capturing: 0)
    recording.write("one", by: .ann)
    recording.write("two", by: .ann)
    recording.write("three", by: .ann)
    let first = recording.late { recording.read("onet", by: .bea) }
    recording.read("wothree", by: .bob)
    recording.arrive(late: first)
    #expect(recording.told() == ["ann > bea 4", "ann > bob 7"])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `get their own bytes when the second is not known yet`() {
    recording.write("apple", by: .ann)
    recording.write("melon", by: .amy)
    recording.read("app", by: .bob)
    let other = recording.late { recording.read("leme", by: .bea) }
    recording.read("lon", by: .bob)
    recording.arrive(late: other)
    #expect(
      recording.told()
        == [
          "ann > bob 3 \"app\"", "ann > bea 2 \"le\"", "amy > bea 2 \"me\"", "amy > bob 3 \"lon\"",
        ])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `are inferred if equal bytes of two writers may be either's`() {
    recording.write("same", by: .ann)
    recording.write("same", by: .amy)
    recording.read("x", by: .bea, from: TracedPipe(address: 0x9000, inode: 43))
    recording.read("same", by: .bea)
    let first = recording.late { recording.read("same", by: .bob) }
    recording.arrive(late: first)
    let lines = recording.told(after: 200).filter { $0.hasSuffix("\"same\"") }
    #expect(lines.count == 2)
    #expect(Set(lines.map { $0.filter { $0 != "?" } }).count == 2, "nobody is told twice: \(lines)")
  }
}
