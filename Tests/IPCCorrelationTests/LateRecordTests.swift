import Testing

@Suite("A record that comes late")
struct LateRecordTests {
  private let recording = Recording()

  @Test func `of a write is waited for by its read, which is exact then`() {
    let write = recording.late { recording.write("hello", by: .ann) }
    recording.read("hello", by: .bob)
    #expect(recording.told(after: 50) == [])
    #expect(recording.hasPending)
    recording.arrive(late: write)
    #expect(!recording.hasPending)
    #expect(recording.told() == ["ann > bob 5 \"hello\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `holds later reads of the pipe back, too`() {
    let writes = recording.late {
      recording.write("one", by: .ann)
      recording.write("two", by: .amy)
    }
    recording.read("one", by: .bob)
    recording.read("two", by: .bob)
    recording.arrive(late: writes)
    #expect(recording.told() == ["ann > bob 3 \"one\"", "amy > bob 3 \"two\""])
  }

  @Test func `of a scarce CPU is waited for a tenth of the match timeout, so that events stay in order`() {
    let recording = Recording(matchTimeout: 3_000_000_000)
    let late = recording.late {
      recording.write("one", by: .ann)
      recording.read("one", by: .bob)
    }
    let other = TracedPipe(address: 0x9000, inode: 43)
    recording.write("two", by: .amy, to: other)
    recording.read("two", by: .bea, from: other)
    #expect(recording.told(after: 290) == [])
    recording.arrive(late: late)
    #expect(recording.told(after: 20) == ["ann > bob 3 \"one\"", "amy > bea 3 \"two\""])
  }

  @Test func `does not hold another pipe's transfers back for ever`() {
    let other = TracedPipe(address: 0x9000, inode: 43)
    recording.read("lost", by: .bob)
    recording.write("x", by: .amy, to: other)
    recording.read("x", by: .bea, from: other)
    #expect(recording.told(after: 50) == [], "an earlier transfer may still have to be told")
    #expect(recording.told(after: 60) == ["<unknown> > bob 4 \"lost\"", "amy > bea 1 \"x\""])
  }

  @Test func `and never comes leaves the only writer that is known, as inferred`() {
    recording.write("one", by: .ann)
    recording.read("one", by: .bob)
    _ = recording.late { recording.write("two", by: .ann) }
    recording.read("two", by: .bob)
    #expect(recording.told(after: 99) == ["ann > bob 3 \"one\""])
    #expect(recording.told(after: 2) == ["ann? > bob 3 \"two\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `and never comes leaves nobody where nobody is known`() {
    _ = recording.late { recording.write("one", by: .ann) }
    recording.read("one", by: .bob)
    #expect(recording.told(after: 101) == ["<unknown> > bob 3 \"one\""])
  }

  @Test func `and never comes leaves nobody where several may have been meant`() {
    recording.write("one", by: .ann)
    recording.write("two", by: .amy)
    recording.read("onetwo", by: .bob)
    _ = recording.late { recording.write("three", by: .ann) }
    recording.read("three", by: .bob)
    #expect(
      recording.told(after: 101)
        == ["ann > bob 3 \"one\"", "amy > bob 3 \"two\"", "<unknown> > bob 5 \"three\""])
  }

  @Test func `and never comes ends the wait at the end of the trace`() {
    recording.write("one", by: .ann)
    _ = recording.late { recording.write("two", by: .ann) }
    recording.read("onetwo", by: .bob)
    #expect(recording.toldAtEnd() == ["ann? > bob 6 \"onetwo\""])
  }

  @Test func `after its bytes were told does not tell them twice`() {
    let write = recording.late { recording.write("hello", by: .ann) }
    recording.read("hello", by: .bob)
    #expect(recording.told(after: 101) == ["<unknown> > bob 5 \"hello\""])
    recording.arrive(late: write)
    recording.write("world", by: .ann)
    recording.read("world", by: .bob)
    #expect(recording.told() == ["ann > bob 5 \"world\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `after a part of its bytes was told tells the rest`() {
    let write = recording.late { recording.write("hello world", by: .ann) }
    recording.read("hello ", by: .bob)
    #expect(recording.told(after: 101) == ["<unknown> > bob 6 \"hello \""])
    recording.arrive(late: write)
    recording.read("world", by: .bob)
    #expect(recording.told() == ["ann > bob 5 \"world\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `and tells a write's beginning does not tell its bytes twice either`() {
    recording.write("one", by: .amy)
    recording.read("one", by: .bob)
    let write = recording.late { recording.write("hello", by: .ann) }
    recording.read("hello", by: .bob)
    #expect(recording.told(after: 101) == ["amy > bob 3 \"one\"", "amy? > bob 5 \"hello\""])
    recording.arrive(late: write)
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `keeps events in the order of time`() {
    let other = TracedPipe(address: 0x9000, inode: 43)
    recording.write("one", by: .ann)
    recording.write("two", by: .amy, to: other)
    let first = recording.late { recording.read("one", by: .bob) }
    recording.read("two", by: .bea, from: other)
    recording.arrive(late: first)
    #expect(recording.told() == ["ann > bob 3 \"one\"", "amy > bea 3 \"two\""])
  }

  @Test func `keeps what happened after a waiting read behind it`() {
    let write = recording.late { recording.write("one", by: .ann) }
    recording.read("one", by: .bob)
    recording.signal(10, from: .amy, to: .bea)
    #expect(recording.told(after: 90) == [])
    recording.arrive(late: write)
    #expect(recording.told() == ["ann > bob 3 \"one\"", "amy > bea SIGUSR1 SI_USER process delivered"])
  }

  @Test func `of a read that waits holds back what happened after it`() {
    let other = TracedPipe(address: 0x9000, inode: 43)
    let first = recording.late { recording.read("lost", by: .bob) }
    recording.signal(10, from: .amy, to: .bea)
    recording.read("gone", by: .bea, from: other)
    recording.arrive(late: first)
    #expect(recording.told(after: 50) == [], "an earlier read still has to be told")
    #expect(
      recording.told(after: 60) == [
        "<unknown> > bob 4 \"lost\"", "amy > bea SIGUSR1 SI_USER process delivered",
        "<unknown> > bea 4 \"gone\"",
      ])
  }

  @Test func `can still come for ten milliseconds before later events are told`() {
    recording.signal(10, from: .amy, to: .bea)
    #expect(recording.told(after: 9) == [])
    #expect(recording.waiting == 1)
    #expect(recording.told(after: 2).count == 1)
  }
}
