import RecordLayout
import Testing

@Suite("An urgent byte (MSG_OOB)")
struct UrgentTests {
  private let recording = Recording()
  private let unix = TracedConnection.unix()
  private let tcp = TracedConnection.tcp(position: 500)

  @Test func `is told once, to whoever asks for it`() {
    recording.send("ab!", by: .ann, to: unix, urgent: true)
    recording.receive("!", by: .bob, from: unix, urgent: true)
    recording.receive("ab", by: .bob, from: unix)
    recording.send("cd", by: .ann, to: unix)
    recording.receive("cd", by: .bob, from: unix)
    #expect(recording.told() == ["ann > bob 1 \"!\"", "ann > bob 2 \"ab\"", "ann > bob 2 \"cd\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `is skipped by normal reads, and is no event then`() {
    recording.send("ab!", by: .ann, to: unix, urgent: true)
    recording.send("cd", by: .amy, to: unix)
    recording.receive("ab", by: .bob, from: unix)
    recording.receive("cd", by: .bob, from: unix)
    #expect(recording.told() == ["ann > bob 2 \"ab\"", "amy > bob 2 \"cd\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `is normal to a reader that takes it inline`() {
    unix.isInline = true
    recording.send("ab!", by: .ann, to: unix, urgent: true)
    recording.send("cd", by: .amy, to: unix)
    recording.receive("ab", by: .bob, from: unix)
    recording.receive("!cd", by: .bob, from: unix)
    #expect(recording.told() == ["ann > bob 2 \"ab\"", "ann > bob 1 \"!\"", "amy > bob 2 \"cd\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `becomes normal when another one comes`() {
    recording.send("a!", by: .ann, to: unix, urgent: true)
    recording.send("b?", by: .ann, to: unix, urgent: true)
    recording.receive("?", by: .bob, from: unix, urgent: true)
    recording.receive("a!b", by: .bob, from: unix)
    #expect(recording.told() == ["ann > bob 1 \"?\"", "ann > bob 3 \"a!b\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `that comes alone is told, and that nobody reads is undelivered`() {
    recording.send("!", by: .ann, to: unix, urgent: true)
    recording.receive("!", by: .bob, from: unix, urgent: true)
    recording.send("ab?", by: .ann, to: unix, urgent: true)
    recording.receive("ab", by: .bob, from: unix)
    #expect(recording.toldAtEnd() == ["ann > bob 1 \"!\"", "ann > bob 2 \"ab\"", "ann > nobody 1 \"?\""])
  }

  @Test func `is told of a write that was announced`() {
    recording.send("-", by: .amy, to: unix)
    recording.receive("-", by: .bob, from: unix)
    recording.send("ab!", by: .ann, to: unix, urgent: true)
    recording.receive("!", by: .bob, from: unix, urgent: true)
    recording.receive("ab", by: .bob, from: unix)
    #expect(recording.told() == ["amy > bob 1 \"-\"", "ann > bob 1 \"!\"", "ann > bob 2 \"ab\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `of TCP is taken out of order, by its position`() {
    recording.send("ab!", by: .ann, to: tcp, urgent: true)
    recording.send("cd", by: .amy, to: tcp)
    recording.receive("!", by: .bea, from: tcp, at: 502, urgent: true)
    recording.receive("ab", by: .bob, from: tcp)
    tcp.take(1)
    recording.receive("cd", by: .bob, from: tcp)
    #expect(recording.told() == ["ann > bea 1 \"!\"", "ann > bob 2 \"ab\"", "amy > bob 2 \"cd\""])
    _ = recording.sweep(after: 2100)
    #expect(recording.told() == [])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `of TCP that a read has skipped is no event`() {
    recording.send("ab!", by: .ann, to: tcp, urgent: true)
    recording.send("cd", by: .amy, to: tcp)
    recording.receive("ab", by: .bob, from: tcp)
    tcp.take(1)
    recording.receive("cd", by: .bob, from: tcp)
    _ = recording.sweep(after: 2100)
    #expect(recording.told() == ["ann > bob 2 \"ab\"", "amy > bob 2 \"cd\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `of TCP that nobody reads is undelivered`() {
    recording.send("ab!", by: .ann, to: tcp, urgent: true)
    recording.receive("ab", by: .bob, from: tcp)
    #expect(recording.toldAtEnd() == ["ann > bob 2 \"ab\"", "ann > nobody 1 gone"])
  }
}
