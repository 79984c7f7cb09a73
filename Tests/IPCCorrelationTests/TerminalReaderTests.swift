import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("The reader of a terminal")
struct TerminalReaderTests {
  private let recording = TerminalRecording()

  // MARK: - Who is seen to read

  @Test func `is found though its record comes before the write's`() {
    let write = recording.late { recording.type("x", by: .ann) }
    recording.readTyping(by: .bob)
    recording.arrive(late: write)
    #expect(recording.told() == ["ann > bob 1 \"x\""])
  }

  @Test func `is found though it has read before and its record comes before the write's`() {
    recording.type("w", by: .ann)
    recording.readTyping(by: .bob)
    #expect(recording.told() == ["ann > bob 1 \"w\""])
    let write = recording.late { recording.type("x", by: .ann) }
    recording.readTyping(by: .bob)
    recording.arrive(late: write)
    #expect(recording.waiting == 1)
    #expect(recording.told() == ["ann > bob 1 \"x\""])
  }

  @Test func `may be done before the writer is`() {
    recording.readTyping(3, by: .bob)
    recording.type("ls\n", by: .ann)
    recording.readOutput(6, by: .bea)
    recording.print("a.out", by: .amy)
    #expect(recording.told() == ["ann > bob 3 \"ls\n\"", "amy > bea 5 \"a.out\""])
  }

  @Test func `may be done before the writer is, each time`() {
    for _ in 0..<3 {
      recording.readTyping(by: .bob)
      recording.type("x", by: .ann)
      recording.readTyping(by: .bea)
      recording.type("y", by: .ann)
      #expect(recording.told() == ["ann > bob 1 \"x\"", "ann > bea 1 \"y\""])
    }
  }

  @Test func `that was done before the writer was is not the one who reads next`() {
    let bash = Party.bob.renamed("bash"), vim = Party.bea.renamed("vim")
    recording.type("w", by: .ann)
    recording.readTyping(by: bash)
    recording.readTyping(by: bash)
    recording.type("\n", by: .ann)
    recording.readTyping(by: vim)
    recording.type("i", by: .ann)
    #expect(recording.told() == ["ann > bash 1 \"w\"", "ann > bash 1 \"\n\"", "ann > vim 1 \"i\""])
  }

  @Test func `is not one who was still busy with the write before`() {
    let bash = Party.bob.renamed("bash"), vim = Party.bea.renamed("vim")
    recording.type("vim\n", by: .ann)
    for _ in 0..<4 { recording.readTyping(by: bash) }
    recording.type(":q\n", by: .ann)
    recording.readTyping(3, by: vim)
    #expect(recording.told() == ["ann > bash 4 \"vim\n\"", "ann > vim 3 \":q\n\""])
  }

  @Test func `is not one who was still busy with both writes before`() {
    let bash = Party.bob.renamed("bash"), vim = Party.bea.renamed("vim")
    recording.type("vi", by: .ann)
    recording.type("m\n", by: .ann)
    for _ in 0..<4 { recording.readTyping(by: bash) }
    recording.type("i", by: .ann)
    recording.readTyping(by: vim)
    #expect(recording.told() == ["ann > bash 2 \"vi\"", "ann > bash 2 \"m\n\"", "ann > vim 1 \"i\""])
  }

  @Test func `is only expected if it has read long before the write`() {
    recording.readTyping(by: .bob)
    recording.clock += 5_000_000
    recording.type("x", by: .ann)
    #expect(recording.told() == [])
    #expect(recording.told(after: 90) == ["ann > bob? 1 \"x\""])
  }

  @Test func `is the one since the write began, though others have written and read before its end`() {
    let bash = Party.bob.renamed("bash"), vim = Party.bea.renamed("vim")
    let began = recording.clock
    recording.clock += 1000
    recording.readTyping(4, by: bash)
    recording.clock += 50_000_000
    recording.type("i", by: .amy, since: recording.clock)
    recording.readTyping(by: vim)
    recording.type("vim\n", by: .ann, since: began)
    #expect(recording.told(after: 110) == ["amy > vim 1 \"i\"", "ann > bash 4 \"vim\n\""])
  }

  @Test func `since the write began is not one that has got no more than the writes before`() {
    let bash = Party.bob.renamed("bash"), vim = Party.bea.renamed("vim")
    recording.type("vim\n", by: .ann, since: recording.clock)
    let began = recording.clock
    recording.clock += 1000
    recording.readTyping(4, by: bash)
    recording.type("i", by: .amy, since: began)
    recording.readTyping(by: vim)
    #expect(recording.told(after: 110) == ["ann > bash 4 \"vim\n\"", "amy > vim 1 \"i\""])
  }

  @Test func `since the write began may have got what came before, too`() {
    let began = recording.clock
    recording.clock += 1000
    recording.type("l", by: .ann, since: began)
    recording.readTyping(3, by: .bob)
    recording.clock += 50_000_000
    recording.type("s\n", by: .ann, since: began + 500)
    #expect(recording.told(after: 110) == ["ann > bob 1 \"l\"", "ann > bob 2 \"s\n\""])
  }

  @Test func `after a write of which the beginning was not seen is in doubt if somebody had read before`() {
    recording.readTyping(3, by: .bob)
    recording.clock += 50_000_000
    recording.type("0.0", by: .ann)
    recording.readTyping(3, by: .bea)
    #expect(recording.told(after: 110) == ["ann > bea? 3 \"0.0\""])
  }

  @Test func `is not one who has come too late for the write before`() {
    recording.terminal.foreground = .abe
    recording.type("x", by: .ann, since: recording.clock)
    #expect(recording.told(after: 110) == ["ann > abe? 1 \"x\""])
    recording.readTyping(by: .bob)
    recording.clock += 1000
    recording.type("y", by: .ann, since: recording.clock)
    recording.readTyping(by: .bea)
    #expect(recording.told(after: 110) == ["ann > bea 1 \"y\""])
  }

  @Test func `changes from one process to another`() {
    let bash = Party.bob.renamed("bash"), vim = Party.bea.renamed("vim")
    recording.type("vim\n", by: .ann)
    recording.readTyping(by: bash)
    recording.type("i", by: .ann)
    recording.readTyping(by: vim)
    recording.type(":q\n", by: .ann)
    recording.readTyping(by: vim)
    recording.type("exit\n", by: .ann)
    recording.readTyping(by: bash)
    #expect(
      recording.told() == [
        "ann > bash 4 \"vim\n\"", "ann > vim 1 \"i\"", "ann > vim 3 \":q\n\"", "ann > bash 5 \"exit\n\"",
      ])
  }

  @Test func `is the first of several, though a later one's record comes first`() {
    recording.type("x", by: .ann)
    let read = recording.late { recording.readTyping(by: .bob) }
    recording.readTyping(by: .bea)
    #expect(recording.told(after: 5) == [])
    recording.arrive(late: read)
    #expect(recording.told() == ["ann > bob 1 \"x\""])
  }

  @Test func `is waited for a tenth of the match timeout, as any late record`() {
    let recording = TerminalRecording(matchTimeout: 3_000_000_000)
    recording.clock = 10_000_000_000
    recording.type("x", by: .ann)
    let read = recording.late { recording.readTyping(by: .bob) }
    recording.readTyping(by: .bea)
    #expect(recording.told(after: 290) == [])
    recording.arrive(late: read)
    #expect(recording.told(after: 20) == ["ann > bob 1 \"x\""])
  }

  @Test func `is one who reads between two reads of another, though the records come late`() {
    recording.type("w", by: .ann)
    recording.readTyping(by: .bob)
    var writes = recording.late { recording.type("x", by: .ann) }
    let read = recording.late { recording.readTyping(by: .bea) }
    writes += recording.late { recording.type("y", by: .ann) }
    recording.readTyping(by: .bob)
    recording.arrive(late: read + writes)
    #expect(recording.told() == ["ann > bob 1 \"w\"", "ann > bea 1 \"x\"", "ann > bob 1 \"y\""])
  }

  @Test func `keeps its name of the time`() {
    recording.type("a", by: .ann)
    recording.readTyping(by: .bob)
    recording.type("b", by: .ann)
    recording.readTyping(by: .bob.renamed("new"))
    #expect(recording.told() == ["ann > bob 1 \"a\"", "ann > new 1 \"b\""])
  }

  @Test func `is found for writes whose records change places`() {
    let first = recording.late { recording.print("1", by: .ann) }
    recording.print("2", by: .amy)
    recording.readOutput(by: .bea)
    recording.arrive(late: first)
    #expect(recording.told() == ["ann > bea 1 \"1\"", "amy > bea 1 \"2\""])
  }

  // MARK: - Who is expected to read

  @Test func `is the leader in the foreground if nobody has read yet`() throws {
    recording.terminal.foreground = .bob
    recording.type("ls\n", by: .ann)
    #expect(recording.told(after: 90) == [])
    #expect(recording.told(after: 20) == ["ann > bob? 3 \"ls\n\""])
    let told = try #require(recording.told.first)
    #expect(told.event.destination == Party.bob.holder)
    #expect(told.event.traits == .inferredDestination)
  }

  @Test func `is not known if nobody is in the foreground`() {
    recording.type("ls\n", by: .ann)
    #expect(recording.told(after: 110) == ["ann > <unknown> 3 \"ls\n\""])
    #expect(recording.told.map(\.event.traits) == [[]])
  }

  @Test func `is who has read last rather than the leader in the foreground`() {
    recording.terminal.foreground = .bob
    recording.type("a", by: .ann)
    recording.readTyping(by: .bea)
    recording.type("b", by: .ann)
    #expect(recording.told(after: 110) == ["ann > bea 1 \"a\"", "ann > bea? 1 \"b\""])
  }

  @Test func `of output is who has read last`() {
    recording.print("a", by: .ann)
    recording.readOutput(by: .bea)
    recording.print("b", by: .ann)
    #expect(recording.told() == ["ann > bea 1 \"a\""])
    #expect(recording.told(after: 100) == ["ann > bea? 1 \"b\""])
  }

  @Test func `of output does not read it twice though there are more bytes than were written`() {
    recording.print("a\n", by: .ann)
    recording.readOutput(3, by: .bea)
    recording.print("b", by: .ann)
    #expect(recording.told(after: 110) == ["ann > bea 2 \"a\n\"", "ann > bea? 1 \"b\""])
  }

  @Test func `of output is who alone held the master`() {
    recording.begin(withMasterHeldBy: .bea)
    recording.print("a", by: .ann)
    #expect(recording.told(after: 110) == ["ann > bea? 1 \"a\""])
  }

  @Test func `of output is who has typed last, if nobody has read yet`() {
    recording.type("a", by: .bob)
    recording.type("b", by: .bea)
    recording.readTyping(by: .ann)
    recording.print("c", by: .ann)
    #expect(recording.told(after: 110) == ["bob > ann 1 \"a\"", "bea > ann 1 \"b\"", "ann > bea? 1 \"c\""])
  }

  @Test func `of output is not known if several held the master`() {
    recording.begin(withMasterHeldBy: .bea, .bob)
    recording.print("a", by: .ann)
    #expect(recording.told(after: 110) == ["ann > <unknown> 1 \"a\""])
  }

  @Test func `of output is not who is in the foreground`() {
    recording.terminal.foreground = .bob
    recording.print("a", by: .ann)
    #expect(recording.told(after: 110) == ["ann > <unknown> 1 \"a\""])
  }

  @Test func `of another session is not expected to read`() {
    recording.type("a", by: .ann)
    recording.readTyping(by: .bob)
    recording.terminal.session = 88
    recording.terminal.foreground = .bea
    recording.type("b", by: .ann)
    #expect(recording.told(after: 110) == ["ann > bob 1 \"a\"", "ann > bea? 1 \"b\""])
    #expect(recording.meta("dst_sid") == ["77", "88"])
  }

  @Test func `of another session has not got what was typed before it`() {
    recording.terminal.foreground = .bob
    recording.type("a", by: .ann)
    recording.terminal.session = 88
    recording.type("b", by: .ann)
    recording.readTyping(by: .bea)
    #expect(recording.told(after: 110) == ["ann > bob? 1 \"a\"", "ann > bea 1 \"b\""])
  }

  @Test func `of a new session has got what was typed before there was one`() {
    recording.terminal.session = 0
    recording.type("ls\n", by: .ann)
    recording.terminal.session = 77
    recording.readTyping(by: .bob)
    #expect(recording.told() == ["ann > bob 3 \"ls\n\""])
  }

  @Test func `is decided at once when the trace ends`() {
    recording.terminal.foreground = .bob
    recording.type("a", by: .ann)
    recording.print("b", by: .amy)
    recording.readOutput(by: .bea)
    recording.print("c", by: .amy)
    #expect(
      recording.toldAtEnd() == ["ann > bob? 1 \"a\"", "amy > bea 1 \"b\"", "amy > bea? 1 \"c\""])
  }

  // MARK: - Losses

  @Test func `is the one who read before and after a loss`() {
    recording.type("w", by: .ann)
    recording.readTyping(by: .bob)
    recording.type("x", by: .ann)
    recording.losing { recording.readTyping(by: .bob) }
    recording.readTyping(by: .bob)
    #expect(recording.told() == ["ann > bob 1 \"w\"", "ann > bob 1 \"x\""])
  }

  @Test func `is inferred if another one's read may be lost`() {
    recording.type("w", by: .ann)
    recording.readTyping(by: .bob)
    recording.type("x", by: .ann)
    recording.losing { recording.readTyping(by: .abe) }
    recording.readTyping(by: .bea)
    recording.type("y", by: .ann)
    recording.readTyping(by: .bea)
    #expect(
      recording.told() == ["ann > bob 1 \"w\"", "ann > bea? 1 \"x\"", "ann > bea 1 \"y\""])
  }

  @Test func `is inferred if it was not seen before a loss`() {
    recording.type("x", by: .ann)
    recording.losing { recording.readTyping(by: .bob) }
    recording.readTyping(by: .bob)
    #expect(recording.told() == ["ann > bob? 1 \"x\""])
  }

  @Test func `is not doubted because of an earlier loss`() {
    recording.losing { recording.type("w", by: .ann) }
    recording.type("x", by: .ann)
    recording.readTyping(by: .bob)
    #expect(recording.told() == ["ann > bob 1 \"x\""])
  }
}
