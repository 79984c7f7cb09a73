import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("sendmmsg")
struct MessageBatchTests {
  private let recording = MessageRecording()
  private let server = MessageSocket(1)
  private let client = MessageSocket(2)

  private func numbered(_ index: Int) -> String { "message \(index)" }

  @Test func `tells every message once`() {
    recording.beginBatch(by: .ann, from: client, to: server)
    for index in 0..<32 { recording.send(numbered(index), by: .ann, from: client, to: server) }
    for index in 0..<32 { recording.receive(numbered(index), by: .bob, at: server, from: client) }
    #expect(recording.told().count == 32)
    #expect(recording.told.allSatisfy { $0.event.traits == [] && $0.event.source == Party.ann.endpoint })
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `that waits for room is the source of what is received meanwhile`() {
    recording.beginBatch(by: .ann, from: client, to: server)
    for index in 0..<8 { recording.receive(numbered(index), by: .bob, at: server, from: client) }
    #expect(recording.told(after: 150).first == "ann > bob 9 \"message 0\"")
    for index in 0..<10 { recording.send(numbered(index), by: .ann, from: client, to: server) }
    for index in 8..<10 { recording.receive(numbered(index), by: .bob, at: server, from: client) }
    #expect(recording.told() == ["ann > bob 9 \"message 8\"", "ann > bob 9 \"message 9\""])
    #expect(recording.told.allSatisfy { $0.event.traits == [] && $0.event.source == Party.ann.endpoint })
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `does not swallow equal messages of a later call`() {
    recording.beginBatch(by: .ann, from: client, to: server)
    recording.receive("same", by: .bob, at: server, from: client)
    #expect(recording.told(after: 150) == ["ann > bob 4 \"same\""])
    recording.send("same", by: .ann, from: client, to: server)
    recording.clock += 10_000_000
    recording.beginBatch(by: .ann, from: client, to: server)
    recording.send("same", by: .ann, from: client, to: server)
    #expect(recording.toldAtEnd() == ["ann > nobody 4 \"same\""])
  }

  @Test func `on a socket of several writers is inferred`() {
    recording.send("x", by: .amy, from: client, to: server)
    recording.receive("x", by: .bob, at: server, from: client)
    recording.beginBatch(by: .ann, from: client, to: server)
    recording.receive("same", by: .bob, at: server, from: client)
    #expect(recording.told(after: 150) == ["amy > bob 1 \"x\"", "ann? > bob 4 \"same\""])
  }

  @Test func `of two threads at a time leaves the source open`() {
    recording.beginBatch(by: .ann, from: client, to: server)
    recording.beginBatch(by: .amy, from: client, to: server)
    recording.receive("same", by: .bob, at: server, from: client)
    #expect(recording.told(after: 150) == ["<unknown> > bob 4 \"same\""])
  }

  @Test func `that has failed is no source of later messages`() {
    recording.beginBatch(by: .ann, from: client, to: server)
    recording.receive("x", by: .ann, at: client, from: server)
    recording.receive("same", by: .bob, at: server, from: client)
    #expect(
      recording.told(after: 150) == ["<unknown> > ann 1 \"x\"", "<unknown> > bob 4 \"same\""])
  }

  @Test func `over UDP is known by the port if its first destination is another`() {
    let recording = MessageRecording(IPC_KIND_LOOPBACK_UDP)
    let client = MessageSocket(2, port: 4000)
    let server = MessageSocket(1, port: 53), other = MessageSocket(3, port: 54)
    recording.beginBatch(by: .ann, from: client, to: other)
    recording.receive("hello", by: .bob, at: server, from: client)
    #expect(recording.told(after: 150) == ["ann > bob 5 \"hello\""])
    recording.send("first", by: .ann, from: client, to: other)
    recording.send("hello", by: .ann, from: client, to: server)
    #expect(recording.toldAtEnd() == ["ann > nobody 5 \"first\""])
  }
}
