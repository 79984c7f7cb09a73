import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("Bytes that are spliced out of a connection")
struct SpliceSocketTests {
  private let recording = Recording()

  private static func connections() -> [TracedConnection] {
    let all = [TracedConnection.unix(), .tcp(position: .max - 3)]
    for connection in all { connection.isSplicedFrom = true }
    return all
  }

  @Test func `are those that its writers bring`() {
    for connection in Self.connections() {
      recording.send("one", by: .ann, to: connection)
      recording.send("two", by: .ann, to: connection)
      recording.splice(2, by: .bob, from: connection)
      recording.splice(3, by: .bob, from: connection)
      recording.splice(1, by: .bob, from: connection)
      #expect(
        recording.told() == ["ann > bob 2 \"on\"", "ann > bob 3 \"etw\"", "ann > bob 1 \"o\""])
    }
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `are missing if those do not`() {
    for connection in Self.connections() {
      connection.isSplicedFrom = false
      recording.send("one", by: .ann, to: connection)
      recording.splice(3, by: .bob, from: connection)
      #expect(recording.told() == ["ann > bob 3 spliced"])
    }
  }

  @Test func `are in the right place whatever was lost, if positions are told`() {
    let tcp = TracedConnection.tcp(position: 500)
    tcp.isSplicedFrom = true
    recording.send("one", by: .ann, to: tcp)
    recording.losing { recording.splice(2, by: .bob, from: tcp) }
    recording.send("two", by: .amy, to: tcp)
    recording.splice(3, by: .bob, from: tcp)
    recording.splice(1, by: .bea, from: tcp)
    #expect(recording.told() == ["ann > bob 1 \"e\"", "amy > bob 2 \"tw\"", "amy > bea 1 \"o\""])
  }

  @Test func `are not those that went at the same time`() {
    let tcp = TracedConnection.tcp(position: 500)
    tcp.isSplicedFrom = true
    let first = recording.begin(Array("one".utf8), by: .ann, to: tcp)
    let second = recording.begin(Array("two".utf8), by: .amy, to: tcp)
    tcp.put(6)
    recording.end(first)
    recording.end(second)
    recording.splice(6, by: .bob, from: tcp)
    #expect(
      recording.told(after: 101) == ["ann > bob 3 spliced order?", "amy > bob 3 spliced order?"])
  }

  @Test func `are urgent ones as well`() {
    let unix = TracedConnection.unix()
    unix.isSplicedFrom = true
    unix.isInline = true
    recording.send("ab!", by: .ann, to: unix, urgent: true)
    recording.splice(2, by: .bob, from: unix)
    recording.receive("!", by: .bob, from: unix, urgent: true)
    recording.send("cd", by: .ann, to: unix)
    recording.splice(2, by: .bob, from: unix)
    #expect(recording.told() == ["ann > bob 2 \"ab\"", "ann > bob 1 \"!\"", "ann > bob 2 \"cd\""])
  }

  @Test func `and that nobody gets are whole`() {
    for connection in Self.connections() {
      recording.send("hello", by: .ann, to: connection)
      recording.splice(2, by: .bob, from: connection)
    }
    _ = recording.told()
    #expect(
      recording.toldAtEnd().sorted() == ["ann > nobody 3 \"llo\"", "ann > nobody 3 \"llo\""])
  }
}
