import Testing

@Suite("Writes of several threads that overlap")
struct OverlapTests {
  private let recording = Recording(capturing: 0)

  /// One thread has written before, so that the kernel knows that there are several.
  init() {
    recording.write("-", by: .abe)
    recording.read("-", by: .bob)
    _ = recording.told()
  }

  /// Two writes that go on at the same time; nobody knows whose bytes come first.
  private func writeTogether(_ first: String, by one: Party, _ second: String, by other: Party) {
    let a = recording.begin(first, by: one)
    let b = recording.begin(second, by: other)
    recording.end(a)
    recording.end(b)
  }

  @Test func `are told apart by their first bytes`() {
    writeTogether("apple", by: .ann, "melon", by: .amy)
    recording.read("melon", by: .bob)
    recording.read("apple", by: .bob)
    #expect(recording.told() == ["amy > bob 5", "ann > bob 5"])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `are told apart within one read`() {
    writeTogether("apple", by: .ann, "melon", by: .amy)
    recording.read("melonapple", by: .bob)
    #expect(recording.told() == ["amy > bob 5", "ann > bob 5"])
  }

  @Test func `are told apart however many processes are held up in them`() {
    let parties = (0..<600).map { Party(name: "a\(100 + $0)", pid: 1000 + $0, tid: 1000 + $0) }
    let writings = parties.map { recording.begin("from \($0.name)", by: $0) }
    for writing in writings { writing.pipe.put(writing.bytes.count) }
    for name in ["a699", "a400"] { recording.read("from \(name)", by: .bob) }
    #expect(recording.told() == ["a699 > bob 9", "a400 > bob 9"])
    for writing in writings { recording.end(writing, isPut: true) }
    recording.read("from a698", by: .bob)
    #expect(recording.told() == ["a698 > bob 9"])
  }

  @Test func `are told apart behind one that waits and hundreds that have come and gone`() {
    let parties = (0..<600).map { Party(name: "a\(100 + $0)", pid: 1000 + $0, tid: 1000 + $0) }
    let writings = parties.map { recording.begin("from \($0.name)", by: $0) }
    for writing in writings.dropFirst() { recording.end(writing) }
    for party in parties.dropFirst() { recording.read("from \(party.name)", by: .bob) }
    #expect(recording.told() == parties.dropFirst().map { "\($0.name) > bob 9" })
  }

  @Test func `are told apart by their last bytes`() {
    let long = String(repeating: "=", count: 200)
    writeTogether(long + "apple", by: .ann, long + "melon", by: .amy)
    recording.read(long + "melon", by: .bob)
    recording.read(long + "apple", by: .bob)
    #expect(recording.told() == ["amy > bob 205", "ann > bob 205"])
  }

  @Test func `have contents if they are asked for`() {
    let recording = Recording()
    recording.write("-", by: .abe)
    let a = recording.begin("apple", by: .ann)
    let b = recording.begin("melon", by: .amy)
    recording.end(b)
    recording.end(a)
    recording.read("-melonapple", by: .bob)
    #expect(
      recording.told() == ["abe > bob 1 \"-\"", "amy > bob 5 \"melon\"", "ann > bob 5 \"apple\""])
  }

  @Test func `have no contents that were captured only to compare them`() {
    writeTogether("apple", by: .ann, "melon", by: .amy)
    recording.read("melonapple", by: .bob)
    #expect(recording.told().count == 2)
    #expect(recording.told.allSatisfy { $0.content == nil })
  }

  @Test func `and have equal bytes are inferred, each of them`() {
    writeTogether("same", by: .ann, "same", by: .amy)
    recording.read("same", by: .bob)
    recording.read("same", by: .bob)
    let lines = recording.told()
    #expect(lines.count == 2)
    #expect(lines[0] == "ann? > bob 4", "the write that ended first is the likelier")
    #expect(lines[1] == "amy? > bob 4")
  }

  @Test func `and have equal bytes are exact in a read of both, but for their order`() {
    writeTogether("same", by: .ann, "same", by: .amy)
    recording.read("samesame", by: .bob)
    // Whichever came first, each of them gave four bytes, and the same ones.
    #expect(recording.told() == ["ann > bob 4 order?", "amy > bob 4 order?"])
  }

  @Test func `no longer when equal bytes are written are exact`() {
    recording.write("same", by: .ann)
    recording.write("same", by: .amy)
    recording.read("same", by: .bob)
    recording.read("same", by: .bob)
    #expect(recording.told() == ["ann > bob 4", "amy > bob 4"])
  }

  @Test func `do not hide behind one that is still to be told`() {
    // amy's record comes late, and ann's bytes are others: the read waits for whoever has written them.
    let a = recording.begin("apple", by: .ann)
    let write = recording.late { recording.write("melon", by: .amy) }
    recording.end(a)
    recording.read("melon", by: .bob)
    #expect(recording.told() == [])
    recording.arrive(late: write)
    #expect(recording.told() == ["amy > bob 5"])
    #expect(recording.toldAtEnd() == ["ann > nobody 5"])
  }

  @Test func `are told apart though the first writer of all has not ended yet`() {
    let recording = Recording()
    // The first writer is not announced: nobody else is known then.
    let a = recording.begin("apple", by: .ann)
    let b = recording.begin("melon", by: .amy)
    recording.read("apple", by: .bob)
    recording.end(a)
    recording.end(b)
    recording.read("melon", by: .bob)
    #expect(recording.told() == ["ann > bob 5 \"apple\"", "amy > bob 5 \"melon\""])
  }

  @Test func `of three threads are put in the order of the bytes`() {
    let a = recording.begin("one ", by: .ann)
    let b = recording.begin("two ", by: .amy)
    let c = recording.begin("three ", by: .abe)
    recording.end(c)
    recording.end(b)
    recording.end(a)
    recording.read("two three one ", by: .bob)
    #expect(recording.told() == ["amy > bob 4", "abe > bob 6", "ann > bob 4"])
  }

  @Test func `are still told apart when a read ends in the middle of one`() {
    writeTogether("apple", by: .ann, "apply", by: .amy)
    recording.read("apply", by: .bob)
    recording.read("ap", by: .bob)
    recording.read("ple", by: .bob)
    #expect(recording.told() == ["amy > bob 5", "ann > bob 2", "ann > bob 3"])
  }
}
