import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("After a loss, messages")
struct MessageLossTests {
  private let recording = MessageRecording()
  private let server = MessageSocket(1)
  private let client = MessageSocket(2)

  @Test func `whose receive was lost are not told as undelivered`() {
    recording.send("one", by: .ann, from: client, to: server)
    recording.losing { recording.receive("one", by: .bob, at: server, from: client) }
    recording.send("two", by: .ann, from: client, to: server)
    recording.receive("two", by: .bob, at: server, from: client)
    #expect(recording.told() == ["ann > bob 3 \"two\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `are told as undelivered again when the queue is in step`() {
    recording.send("one", by: .ann, from: client, to: server)
    recording.losing { recording.receive("one", by: .bob, at: server, from: client) }
    recording.send("two", by: .ann, from: client, to: server)
    recording.receive("two", by: .bob, at: server, from: client)
    recording.send("three", by: .ann, from: client, to: server)
    #expect(recording.told() == ["ann > bob 3 \"two\""])
    #expect(recording.toldAtEnd() == ["ann > nobody 5 \"three\""])
  }

  @Test func `that equal a lost one are not told as undelivered`() {
    recording.send("same", by: .ann, from: client, to: server)
    recording.losing { recording.receive("same", by: .bob, at: server, from: client) }
    recording.send("same", by: .ann, from: client, to: server)
    recording.receive("same", by: .bob, at: server, from: client)
    #expect(recording.told() == ["ann > bob 4 \"same\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `whose send was lost are from the only one who sent here, inferred`() {
    recording.send("one", by: .ann, from: client, to: server)
    recording.receive("one", by: .bob, at: server, from: client)
    recording.losing { recording.send("two", by: .ann, from: client, to: server) }
    recording.receive("two", by: .bob, at: server, from: client)
    #expect(recording.told(after: 150) == ["ann > bob 3 \"one\"", "ann? > bob 3 \"two\""])
  }

  @Test func `whose send was lost are from nobody known if several sent here`() {
    for party in [Party.ann, .amy] {
      recording.send("one", by: party, from: client, to: server)
      recording.receive("one", by: .bob, at: server, from: client)
    }
    recording.losing { recording.send("two", by: .ann, from: client, to: server) }
    recording.receive("two", by: .bob, at: server, from: client)
    #expect(recording.told(after: 150).last == "<unknown> > bob 3 \"two\"")
  }

  @Test func `end where a chunk was lost`() {
    recording.send("hello world", by: .ann, from: client, to: server)
    let records = recording.late {
      recording.receive("hello world", by: .bob, at: server, from: client, chunk: 4)
    }
    recording.arrive(records[0])
    recording.arrive(records[2])
    #expect(recording.told() == ["ann > bob 11 \"hell\""])
  }

  @Test func `do not get what was passed with a lost one`() {
    let records = recording.late {
      recording.send("one", by: .ann, from: client, to: server, passing: .file(3, "a"))
    }
    recording.arrive(records[0])
    recording.lost = 1
    recording.send("two", by: .ann, from: client, to: server)
    recording.receive("two", by: .bob, at: server, from: client)
    #expect(recording.told() == ["ann > bob 3 \"two\""])
    #expect(recording.meta("fds") == nil)
  }
}
