import Testing

@Suite("Bytes that were unread when the trace began")
struct UnreadBeforeTests {
  private let recording = Recording(pipe: TracedPipe(unread: 8))

  @Test func `are inferred to be of the only process that can write`() {
    recording.begin(with: recording.live(unread: 8, .ann), .ann)
    recording.read("hello", by: .bob)
    recording.read("abc", by: .bob)
    let ann = "ann? > bob"
    #expect(recording.told() == ["\(ann) 5 \"hello\"", "\(ann) 3 \"abc\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `are nobody's if nobody can write any more`() {
    recording.begin(with: recording.live(unread: 8))
    recording.read("hello", by: .bob)
    #expect(recording.told() == ["<unknown> > bob 5 \"hello\""])
  }

  @Test func `are nobody's if several can write`() {
    recording.begin(with: recording.live(unread: 8, .ann, .amy))
    recording.read("hello", by: .bob)
    #expect(recording.told() == ["<unknown> > bob 5 \"hello\""])
  }

  @Test func `are one process's though it holds the pipe twice`() {
    recording.begin(with: recording.live(unread: 8, .ann, .ann), .ann)
    recording.read("hello", by: .bob)
    #expect(recording.told() == ["ann? > bob 5 \"hello\""])
  }

  @Test func `are nobody's in a pipe that was not in the snapshot`() {
    recording.read("hello", by: .bob)
    #expect(recording.told() == ["<unknown> > bob 5 \"hello\""])
  }

  @Test func `come before those that are written then`() {
    recording.begin(with: recording.live(unread: 8, .ann), .ann)
    recording.write("new", by: .amy)
    recording.read("oldbytesnew", by: .bob)
    #expect(recording.told() == ["ann? > bob 8 \"oldbytes\"", "amy > bob 3 \"new\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `do not count what the first operation itself has moved`() {
    let recording = Recording(pipe: TracedPipe(unread: 0))
    recording.begin(with: recording.live(unread: 0, .amy), .amy)
    recording.write("new", by: .ann)
    recording.read("new", by: .bob)
    #expect(recording.told() == ["ann > bob 3 \"new\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `are told as undelivered if nobody reads them`() {
    recording.begin(with: recording.live(unread: 8, .ann), .ann)
    recording.write("new", by: .amy)
    #expect(recording.toldAtEnd() == ["ann? > nobody 8 gone", "amy > nobody 3 \"new\""])
  }

  @Test func `leave the pipe inferred until a read empties it, if they cannot be counted`() {
    let pipe = TracedPipe(unread: Int(UInt32.max))
    let recording = Recording(pipe: pipe)
    recording.write("one", by: .ann)
    recording.read("one", by: .bob)
    pipe.take(pipe.unread)
    recording.write("two", by: .ann)
    recording.read("two", by: .bob)
    recording.write("three", by: .ann)
    recording.read("three", by: .bob)
    #expect(
      recording.told() == ["ann? > bob 3 \"one\"", "ann? > bob 3 \"two\"", "ann > bob 5 \"three\""])
  }
}
