import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("A sending socket that several share")
struct MessageSharingTests {
  private let recording = MessageRecording()
  private let server = MessageSocket(1)
  private let shared = MessageSocket(2)

  @Test func `lets the bytes decide, in whatever order the sends are told`() {
    let late = recording.late { recording.send("from ann", by: .ann, from: shared, to: server) }
    recording.send("from amy", by: .amy, from: shared, to: server)
    recording.arrive(late: late)
    recording.receive("from ann", by: .bob, at: server, from: shared)
    recording.receive("from amy", by: .bob, at: server, from: shared)
    #expect(recording.told() == ["ann > bob 8 \"from ann\"", "amy > bob 8 \"from amy\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `infers the source of equal bytes that may have overtaken each other`() {
    recording.send("ready", by: .ann, from: shared, to: server)
    recording.send("ready", by: .amy, from: shared, to: server)
    recording.receive("ready", by: .bob, at: server, from: shared)
    recording.receive("ready", by: .bob, at: server, from: shared)
    #expect(recording.told() == ["ann? > bob 5 \"ready\"", "amy? > bob 5 \"ready\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `knows the source of equal bytes if the kernel tells when they were queued`() {
    let early = recording.clock + 100, late = recording.clock + 200
    recording.send("ready", by: .ann, from: shared, to: server, began: early + 10, queued: late)
    recording.send("ready", by: .amy, from: shared, to: server, queued: early)
    recording.receive("ready", by: .bob, at: server, from: shared)
    recording.receive("ready", by: .bob, at: server, from: nil)
    #expect(recording.told() == ["amy > bob 5 \"ready\"", "ann > bob 5 \"ready\""])
  }

  @Test func `infers the source of equal bytes if one's send began before the other was queued`() {
    let early = recording.clock + 100, late = recording.clock + 200
    recording.send("ready", by: .ann, from: shared, to: server, began: early - 10, queued: late)
    recording.send("ready", by: .amy, from: shared, to: server, began: early - 20, queued: early)
    recording.receive("ready", by: .bob, at: server, from: shared)
    recording.receive("ready", by: .bob, at: server, from: shared)
    #expect(recording.told() == ["amy? > bob 5 \"ready\"", "ann? > bob 5 \"ready\""])
  }

  @Test func `does not know which of equal bytes each of several threads received`() {
    recording.send("start", by: .ann, from: shared, to: server)
    recording.receive("start", by: .bea, at: server, from: shared)
    recording.send("ready", by: .ann, from: shared, to: server, queued: recording.clock + 100)
    recording.send(
      "ready", by: .amy, from: shared, to: server, began: recording.clock + 150, queued: recording.clock + 200
    )
    recording.receive("ready", by: .bob, at: server, from: shared)
    #expect(recording.told() == ["ann > bea 5 \"start\"", "ann? > bob 5 \"ready\""])
  }

  @Test func `knows the source of equal bytes that were received in between`() {
    recording.send("ready", by: .ann, from: shared, to: server)
    recording.receive("ready", by: .bob, at: server, from: shared)
    recording.send("ready", by: .amy, from: shared, to: server)
    recording.receive("ready", by: .bob, at: server, from: shared)
    #expect(recording.told() == ["ann > bob 5 \"ready\"", "amy > bob 5 \"ready\""])
  }

  @Test func `knows the source of equal bytes of which one was sent before the other's send began`() {
    recording.send("go", by: .amy, from: shared, to: server)
    recording.receive("go", by: .bob, at: server, from: shared)
    recording.send("ready", by: .ann, from: shared, to: server)
    recording.send("pause", by: .amy, from: shared, to: server)
    recording.send("ready", by: .amy, from: shared, to: server)
    for text in ["ready", "pause", "ready"] { recording.receive(text, by: .bob, at: server, from: shared) }
    #expect(
      recording.told() == [
        "amy > bob 2 \"go\"", "ann > bob 5 \"ready\"", "amy > bob 5 \"pause\"", "amy > bob 5 \"ready\"",
      ])
  }

  @Test func `tells long messages apart by their ends`() {
    let middle = String(repeating: "-", count: 1000)
    recording.send(middle + "a", by: .ann, from: shared, to: server)
    recording.send(middle + "b", by: .amy, from: shared, to: server)
    recording.receive(middle + "b", by: .bob, at: server, from: shared)
    recording.receive(middle + "a", by: .bob, at: server, from: shared)
    _ = recording.told()
    #expect(recording.told.map(\.event.source.pid) == [200, 100])
    #expect(recording.told.allSatisfy { $0.event.traits == [] })
  }

  @Test func `is not mixed up with a later one at its address`() {
    var later = shared
    later.inode += 100
    recording.send("same", by: .ann, from: shared, to: server)
    recording.send("same", by: .amy, from: later, to: server)
    recording.receive("same", by: .bob, at: server, from: later)
    #expect(recording.told() == ["amy > bob 4 \"same\""])
    #expect(recording.toldAtEnd() == ["ann > nobody 4 \"same\""])
  }
}
