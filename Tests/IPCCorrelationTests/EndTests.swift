import IPCModel
import Testing

@Suite("When the trace ends, a pipe")
struct EndTests {
  private let recording = Recording()

  @Test func `that is gone tells its unread bytes, once, one event a run`() {
    recording.write("one ", by: .ann)
    recording.write("two ", by: .amy)
    recording.write("three", by: .ann)
    #expect(recording.told() == [])
    #expect(
      recording.toldAtEnd() == [
        "ann > nobody 4 \"one \"", "amy > nobody 4 \"two \"", "ann > nobody 5 \"three\"",
      ])
    #expect(recording.toldAtEnd() == [])
    let traits = recording.told.map(\.event.traits)
    #expect(traits == [.undelivered, .undelivered, .undelivered])
  }

  @Test func `that lives on tells what is unread, too`() {
    recording.write("hello", by: .ann)
    #expect(recording.toldAtEnd(recording.live(unread: 5)) == ["ann > nobody 5 \"hello\""])
  }

  @Test func `tells what is left of a write that was read in part`() {
    recording.write("hello", by: .ann)
    recording.read("hel", by: .bob)
    #expect(recording.toldAtEnd() == ["ann > bob 3 \"hel\"", "ann > nobody 2 \"lo\""])
  }

  @Test func `tells as unread only as much as the kernel has`() {
    recording.write("hello", by: .ann)
    recording.write("world!", by: .amy)
    let lines = recording.toldAtEnd(recording.live(unread: 6))
    #expect(lines.filter { $0.contains("nobody") } == ["amy > nobody 6 \"world!\""])
    // Somebody has read the rest by a way that is not traced.
    #expect(lines.filter { !$0.contains("nobody") } == ["ann > <unknown> 5 gone"])
  }

  @Test func `does not tell what it cannot know after a loss`() {
    recording.write("hello", by: .ann)
    recording.losing { recording.read("hello", by: .bob) }
    recording.signal(10, from: .ann, to: .bob)
    recording.write("x", by: .ann)
    let lines = recording.toldAtEnd(recording.live(unread: 1))
    #expect(lines == ["ann > bob SIGUSR1 SI_USER process delivered", "ann? > nobody 1 \"x\""])
  }

  @Test func `whose bytes the kernel cannot count tells all that are known`() {
    recording.write("hello", by: .ann)
    #expect(recording.toldAtEnd(recording.live(unread: nil)) == ["ann > nobody 5 \"hello\""])
  }

  @Test func `that is empty tells nothing`() {
    recording.write("hello", by: .ann)
    recording.read("hello", by: .bob)
    _ = recording.told()
    #expect(recording.toldAtEnd(recording.live(unread: 0, .ann)) == [])
  }

  @Test func `shows of unread bytes those that are known`() {
    let long = [UInt8](repeating: 0x61, count: 1000)
    recording.end(recording.begin(long, by: .ann))
    #expect(recording.toldAtEnd() == ["ann > nobody 1000 \"\(String(repeating: "a", count: 48))\" gone"])
  }
}
