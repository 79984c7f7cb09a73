import RecordLayout
import Testing

@Suite("Spliced bytes whose place is in doubt")
struct SpliceOrderTests {
  private let recording = Recording()

  @Test func `because two wrote at the same time are told as missing, not guessed`() {
    recording.beginSplice("", by: .bob)
    recording.write("-", by: .ann)
    recording.write("-", by: .amy)
    recording.splice(2, by: .bob)
    let first = recording.begin("one", by: .ann)
    let second = recording.begin("three", by: .amy)
    recording.end(first)
    recording.end(second)
    recording.splice(8, by: .bob)
    recording.write("four", by: .ann)
    recording.splice(4, by: .bob)
    let lines = recording.told(after: 101)
    #expect(
      lines == [
        "ann > bob 1 \"-\"", "amy > bob 1 \"-\"", "ann > bob 3 spliced order?",
        "amy > bob 5 spliced order?", "ann > bob 4 \"four\"",
      ])
  }

  @Test func `because two wrote at the same time are exact if they lay in the pipe`() {
    recording.write("-", by: .ann)
    recording.write("-", by: .amy)
    recording.read("--", by: .bob)
    let first = recording.begin("one", by: .ann)
    let second = recording.begin("three", by: .amy)
    recording.end(first)
    recording.end(second)
    recording.beginSplice("threeone", by: .bob)
    recording.splice(8, by: .bob)
    #expect(
      recording.told().suffix(2) == ["amy > bob 5 \"three\"", "ann > bob 3 \"one\""])
  }

  @Test func `because records were lost are missing until a read leaves the pipe empty`() {
    recording.beginSplice("", by: .bob)
    recording.write("one two", by: .ann)
    recording.losing { recording.write("elsewhere", by: .amy, to: TracedPipe(address: 0x9000, inode: 43)) }
    recording.splice(3, by: .bob)
    recording.splice(4, by: .bob)
    recording.write("three", by: .ann)
    recording.splice(5, by: .bob)
    #expect(
      recording.told() == ["ann? > bob 3 spliced", "ann? > bob 4 spliced", "ann > bob 5 \"three\""])
  }

  @Test func `because a loss came behind the backlog are missing`() {
    recording.write("one", by: .ann)
    recording.beginSplice("one", by: .bob)
    recording.losing { recording.write("elsewhere", by: .amy, to: TracedPipe(address: 0x9000, inode: 43)) }
    recording.splice(3, by: .bob)
    #expect(recording.told() == ["ann? > bob 3 spliced"])
  }

  @Test func `because a write's record is late are exact when it has come`() {
    recording.beginSplice("", by: .bob)
    let late = recording.late { recording.write("one", by: .amy) }
    recording.write("two", by: .ann)
    recording.splice(3, by: .bob)
    recording.splice(3, by: .bob)
    #expect(recording.told() == [])
    recording.arrive(late: late)
    #expect(recording.told(after: 101) == ["amy > bob 3 \"one\"", "ann > bob 3 \"two\""])
  }

  @Test func `because a write is not known are missing until the pipe is empty`() {
    recording.beginSplice("", by: .bob)
    recording.write("-", by: .ann)
    recording.splice(1, by: .bob)
    let late = recording.late { recording.write("one", by: .ann) }
    recording.splice(2, by: .bob)
    #expect(recording.told() == ["ann > bob 1 \"-\""])
    #expect(recording.told(after: 101) == ["ann? > bob 2 spliced"])
    recording.arrive(late: late)
    recording.splice(1, by: .bob)
    recording.write("three", by: .ann)
    recording.splice(5, by: .bob)
    #expect(recording.told() == ["ann > bob 1 spliced", "ann > bob 5 \"three\""])
  }

  @Test func `because somebody has read unseen are missing`() {
    recording.beginSplice("", by: .bob)
    recording.write("unseen", by: .ann)
    recording.write("one", by: .ann)
    recording.pipe.take(6)
    recording.splice(3, by: .bob)
    #expect(recording.told() == ["ann > bob 3 spliced"])
  }

  @Test func `because the write's own first bytes are others are missing`() {
    recording.write("one", by: .ann)
    recording.beginSplice("two", by: .bob)
    recording.splice(3, by: .bob)
    #expect(recording.told() == ["ann > bob 3 spliced"])
  }

  @Test func `behind another reader's are exact if that one had ended`() {
    recording.write("head and the rest", by: .ann)
    recording.read("head", by: .bea)
    recording.beginSplice(" and the rest", by: .bob)
    recording.splice(4, by: .bob)
    recording.splice(9, by: .bob)
    #expect(recording.told() == ["ann > bea 4 \"head\""])
    #expect(recording.told(after: 101) == ["ann > bob 4 \" and\"", "ann > bob 9 \" the rest\""])
  }

  @Test func `because another reader came in between are missing`() {
    recording.beginSplice("", by: .bob)
    recording.write("one two three", by: .ann)
    recording.splice(4, by: .bob)
    recording.splice(4, by: .bea)
    recording.splice(3, by: .bea)
    recording.splice(2, by: .bob)
    // When bea's first read began is not known, and bob's last one may have begun before hers.
    #expect(recording.told() == ["ann > bob 4 \"one \""])
    #expect(
      recording.told(after: 101) == ["ann > bea 4 spliced", "ann > bea 3 spliced", "ann > bob 2 spliced"])
  }

  @Test func `of two that splice by turns are exact as far as the turns are known`() {
    recording.beginSplice("", by: .bob)
    recording.write("-", by: .ann)
    recording.splice(1, by: .bob)
    recording.write("-", by: .ann)
    recording.splice(1, by: .bea)
    _ = recording.told(after: 101)
    for text in ["one", "two", "three"] {
      recording.write(text, by: .ann)
      recording.splice(text.utf8.count, by: .bea)
    }
    #expect(
      recording.told(after: 101).suffix(2) == ["ann > bea 3 \"two\"", "ann > bea 5 \"three\""])
  }
}
