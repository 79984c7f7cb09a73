import RecordLayout
import Testing

@Suite("Another TCP connection with the same addresses")
struct ConnectionReuseTests {
  private let recording = Recording()
  private let connection = TracedConnection.tcp(position: 1_000_000)

  @Test(arguments: [5, 999_990, 1_000_001, 1_000_003, 1_500_000, 3_000_000_000] as [UInt32])
  func `is not taken for the first one`(position: UInt32) {
    recording.send("one", by: .ann, to: connection)
    recording.receive("one", by: .bob, from: connection)
    recording.clock += 200_000_000
    connection.beginAnew(at: position)
    recording.send("four", by: .amy, to: connection)
    recording.send("five", by: .amy, to: connection)
    recording.receive("fourfive", by: .bea, from: connection)
    #expect(recording.told() == ["ann > bob 3 \"one\"", "amy > bea 8 \"fourfive\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test(arguments: [5, 999_998, 1_000_000, 1_000_002] as [UInt32])
  func `does not get what the first one left unread`(position: UInt32) {
    recording.send("onetwo", by: .ann, to: connection)
    recording.receive("one", by: .bob, from: connection)
    recording.clock += 200_000_000
    connection.beginAnew(at: position)
    recording.send("four", by: .amy, to: connection)
    recording.receive("four", by: .bea, from: connection)
    #expect(
      recording.told() == ["ann > bob 3 \"one\"", "ann > nobody 3 \"two\"", "amy > bea 4 \"four\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `does not get the writer of the first one for bytes whose write was lost`() {
    recording.send("one", by: .ann, to: connection)
    recording.receive("one", by: .bob, from: connection)
    recording.clock += 200_000_000
    connection.beginAnew(at: 500_000)
    recording.losing { recording.send("four", by: .amy, to: connection) }
    recording.receive("four", by: .bea, from: connection)
    #expect(recording.told(after: 101) == ["ann > bob 3 \"one\"", "<unknown> > bea 4 \"four\""])
  }

  @Test func `may be written to before it is read, for long`() {
    recording.send("one", by: .ann, to: connection)
    recording.receive("one", by: .bob, from: connection)
    recording.clock += 200_000_000
    connection.beginAnew(at: 5)
    recording.send("four", by: .amy, to: connection)
    #expect(recording.told(after: 1900) == ["ann > bob 3 \"one\""])
    _ = recording.sweep(after: 200, recording.live(connection, readers: [.bea]))
    recording.receive("four", by: .bea, from: connection)
    #expect(recording.told() == ["amy > bea 4 \"four\""])
  }
}
