import IPCModel
import Testing

@Suite("A pipe's read")
struct PipeReadTests {
  private let recording = Recording()

  @Test func `is told with who wrote, who read and which bytes`() throws {
    recording.write("hello", by: .ann)
    recording.read("hello", by: .bob)
    #expect(recording.told() == ["ann > bob 5 \"hello\""])
    #expect(recording.toldAtEnd() == [])
    let told = try #require(recording.told.first)
    #expect(told.event.source == Endpoint(pid: 100, tid: 101, comm: Comm("ann")))
    #expect(told.event.destination == Endpoint(pid: 500, tid: 501, comm: Comm("bob")))
    #expect(told.meta == ["pipe_name": "<anonymous>", "pipe_inode": "42", "count": "5"])
    #expect(told.event.kind == .pipe)
    #expect(told.event.time == 1_000_002_000, "the time of the read")
  }

  @Test func `of two writers' bytes is one event a run with exactly its bytes`() {
    recording.write("hello ", by: .ann)
    recording.write("world", by: .amy)
    recording.read("hello world", by: .bob)
    #expect(recording.told() == ["ann > bob 6 \"hello \"", "amy > bob 5 \"world\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `of a part of a write leaves the rest to the next`() {
    recording.write("hello world", by: .ann)
    recording.read("hello", by: .bob)
    recording.read(" ", by: .bob)
    recording.read("world", by: .bea)
    #expect(
      recording.told() == ["ann > bob 5 \"hello\"", "ann > bob 1 \" \"", "ann > bea 5 \"world\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `ends in the middle of the second writer's bytes`() {
    recording.write("hello ", by: .ann)
    recording.write("world", by: .amy)
    recording.read("hello wor", by: .bob)
    recording.read("ld", by: .bob)
    #expect(
      recording.told() == ["ann > bob 6 \"hello \"", "amy > bob 3 \"wor\"", "amy > bob 2 \"ld\""])
  }

  @Test func `names a thread as it was called at each of its writes`() {
    let sh = Party.ann.renamed("sh")
    let cat = Party.ann.renamed("cat")
    recording.write("one", by: sh)
    recording.write("two", by: cat)
    recording.write("three", by: cat)
    recording.read("on", by: .bob)
    recording.read("etwo", by: .bob)
    recording.read("three", by: .bob)
    #expect(
      recording.told()
        == ["sh > bob 2 \"on\"", "sh > bob 1 \"e\"", "cat > bob 3 \"two\"", "cat > bob 5 \"three\""])
  }

  @Test func `of a renamed writer is exact without contents`() {
    let recording = Recording(capturing: 0)
    recording.write("one", by: .ann.renamed("sh"))
    recording.write("two", by: .ann.renamed("cat"))
    recording.read("onetwo", by: .bob)
    #expect(recording.told() == ["sh > bob 3", "cat > bob 3"])
  }

  @Test func `tells threads of one process apart`() {
    var second = Party.ann
    second.tid = 102
    second.name = "ann-2"
    recording.write("one", by: .ann)
    recording.write("two", by: second)
    recording.read("onetwo", by: .bob)
    #expect(recording.told() == ["ann > bob 3 \"one\"", "ann-2 > bob 3 \"two\""])
  }

  @Test func `of what the reader itself wrote goes from it to it`() {
    recording.write("note", by: .bob)
    recording.read("note", by: .bob)
    #expect(recording.told() == ["bob > bob 4 \"note\""])
  }

  @Test func `of nothing, at the end of the pipe, is no event`() {
    recording.write("x", by: .ann)
    recording.read("x", by: .bob)
    recording.read("", by: .bob)
    #expect(recording.told() == ["ann > bob 1 \"x\""])
    #expect(!recording.hasPending)
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `stays on its own pipe`() {
    let other = TracedPipe(address: 0x9000, inode: 43)
    recording.write("here", by: .ann)
    recording.write("there", by: .amy, to: other)
    recording.read("there", by: .bob, from: other)
    recording.read("here", by: .bob)
    #expect(recording.told() == ["amy > bob 5 \"there\"", "ann > bob 4 \"here\""])
    #expect(recording.told.map { $0.meta["pipe_inode"] } == ["43", "42"])
  }

  @Test func `of a new pipe at a used address has nothing to do with the old one`() {
    recording.write("old", by: .ann)
    let new = TracedPipe(address: recording.pipe.address, inode: 77)
    recording.write("new", by: .amy, to: new)
    recording.read("new", by: .bob, from: new)
    #expect(recording.told() == ["amy > bob 3 \"new\""])
    #expect(recording.toldAtEnd() == ["ann > nobody 3 \"old\""])
  }

  @Test(arguments: [(false, false, false), (true, false, true), (false, true, true), (true, true, true)])
  func `is of the traced tree if one end is`(writer: Bool, reader: Bool, expected: Bool) {
    recording.write("x", by: writer ? .ann.inScope : .ann)
    recording.read("x", by: reader ? .bob.inScope : .bob)
    #expect(recording.told().count == 1)
    #expect(recording.told.map { $0.event.traits.contains(.inScope) } == [expected])
  }

  @Test func `names a process of another pid namespace −1, under its name`() throws {
    let hidden = Party(name: "hidden", pid: 0, tid: 0)
    recording.write("x", by: hidden)
    recording.read("x", by: .bob)
    #expect(recording.told().count == 1)
    let source = try #require(recording.told.first?.event.source)
    #expect(source == Endpoint(pid: -1, tid: -1, comm: Comm("hidden")))
  }
}
