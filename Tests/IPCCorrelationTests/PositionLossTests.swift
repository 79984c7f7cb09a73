import RecordLayout
import Testing

@Suite("After a loss, a TCP connection")
struct PositionLossTests {
  private let recording = Recording()
  private let connection = TracedConnection.tcp()

  @Test func `stays exact`() {
    recording.send("one", by: .ann, to: connection)
    recording.losing { recording.receive("one", by: .bob, from: connection) }
    recording.send("two", by: .amy, to: connection)
    recording.receive("two", by: .bob, from: connection)
    #expect(recording.told() == ["amy > bob 3 \"two\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `gives bytes whose write was lost to the only thread that ever wrote, as inferred`() {
    recording.send("one", by: .ann, to: connection)
    recording.receive("one", by: .bob, from: connection)
    recording.losing { recording.send("two", by: .ann, to: connection) }
    recording.send("three", by: .ann, to: connection)
    recording.receive("twothree", by: .bob, from: connection)
    #expect(recording.told(after: 50) == ["ann > bob 3 \"one\""])
    #expect(recording.told(after: 60) == ["ann? > bob 8 \"twothree\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `gives bytes whose write was lost to nobody if several wrote`() {
    recording.send("one", by: .ann, to: connection)
    recording.send("two", by: .amy, to: connection)
    recording.losing { recording.send("three", by: .amy, to: connection) }
    recording.send("four", by: .ann, to: connection)
    recording.receive("onetwothreefour", by: .bob, from: connection)
    #expect(
      recording.told(after: 101) == [
        "ann > bob 3 \"one\"", "amy > bob 3 \"two\"", "<unknown> > bob 5 \"three\"", "ann > bob 4 \"four\"",
      ])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `never gives a lost write's bytes to another one`() {
    for round in 0..<20 {
      let party = round % 2 == 0 ? Party.ann : .amy
      if round % 3 == 1 {
        recording.losing { recording.send("same", by: party, to: connection) }
      } else {
        recording.send("same", by: party, to: connection)
      }
    }
    for _ in 0..<20 { recording.receive("same", by: .bob, from: connection) }
    let lines = recording.told(after: 101)
    let expected = (0..<20).map { round in
      round % 3 == 1 ? "<unknown>" : round % 2 == 0 ? "ann" : "amy"
    }
    #expect(lines == expected.map { "\($0) > bob 4 \"same\"" })
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `does not tell as undelivered what may have been read`() {
    recording.send("one", by: .ann, to: connection)
    recording.losing { recording.receive("one", by: .bob, from: connection) }
    recording.send("two", by: .ann, to: connection)
    #expect(recording.toldAtEnd() == ["ann > nobody 3 \"two\""])
  }

  @Test func `tells nothing twice that came too late`() {
    let write = recording.late { recording.send("one", by: .ann, to: connection) }
    recording.receive("one", by: .bob, from: connection)
    #expect(recording.told(after: 101) == ["<unknown> > bob 3 \"one\""])
    recording.arrive(late: write)
    _ = recording.sweep(after: 5000)
    #expect(recording.told() == [])
    #expect(recording.toldAtEnd() == [])
  }
}
