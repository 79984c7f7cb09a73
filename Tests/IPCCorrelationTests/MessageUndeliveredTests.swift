import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("A message that nobody receives")
struct MessageUndeliveredTests {
  private let recording = MessageRecording()
  private let server = MessageSocket(1, name: "/run/log")
  private let client = MessageSocket(2)

  @Test func `is told at the end, each for itself`() {
    recording.send("one", by: .ann, from: client, to: server)
    recording.send("two", by: .ann, from: client, to: server)
    #expect(recording.told() == [])
    #expect(recording.toldAtEnd() == ["ann > nobody 3 \"one\"", "ann > nobody 3 \"two\""])
    #expect(recording.told.allSatisfy { $0.event.traits == .undelivered })
    #expect(recording.meta("path") == "/run/log")
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `is told when nobody holds its receiver any more`() {
    recording.send("hello", by: .ann, from: client, to: server)
    recording.sweep(after: 3000)
    #expect(recording.wantsOpenChannels)
    recording.sweep(after: 250, recording.live(client, server))
    #expect(recording.told() == [])
    var live = recording.live(client)
    // The client's end is still connected.
    live.add(channel: server.address, inode: server.inode, holder: Party.ann.holder, isReadable: true)
    recording.sweep(after: 3000, live)
    #expect(recording.told() == ["ann > nobody 5 \"hello\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `to a connection that was not accepted may still be`() {
    var pending = server
    pending.inode = 0
    let recording = MessageRecording(IPC_KIND_UNIX_SEQPACKET)
    recording.send("hello", by: .ann, from: client, to: pending)
    recording.sweep(after: 30_000, recording.live(client))
    #expect(recording.told() == [])
    recording.receive("hello", by: .bob, at: server, from: client)
    #expect(recording.told() == ["ann > bob 5 \"hello\""])
    recording.send("late", by: .ann, from: client, to: pending)
    recording.sweep(after: 61_000, recording.live(client))
    #expect(recording.told() == ["ann > nobody 4 \"late\""])
  }

  @Test func `shows the bytes that are known of it`() {
    recording.send(String(repeating: "a", count: 1000), by: .ann, from: client, to: server)
    #expect(recording.toldAtEnd() == ["ann > nobody 1000 \"\(String(repeating: "a", count: 48))\" gone"])
  }

  @Test func `is not kept without end`() {
    for _ in 0..<5000 { recording.send("x", by: .ann, from: client, to: server) }
    #expect(recording.told().count == 5000 - 4096)
    #expect(recording.told.allSatisfy { $0.event.traits == [.undelivered, .inferredDestination] })
    #expect(recording.toldAtEnd().count == 4096)
  }

  @Test func `is not kept without end if the senders are many`() {
    for number in 0..<70_000 {
      recording.send("x", by: .ann, from: MessageSocket(UInt64(number) + 10), to: server)
    }
    let early = recording.told().count
    #expect(early > 4000 && early < 20_000)
    #expect(recording.toldAtEnd().count == 70_000 - early)
  }

  @Test func `over UDP is told if it stayed on this host`() {
    let recording = MessageRecording(IPC_KIND_LOOPBACK_UDP)
    let server = MessageSocket(1, port: 53), client = MessageSocket(2, port: 4000)
    recording.send("here", by: .ann, from: client, to: server)
    recording.send("away", by: .ann, from: client, to: server, traits: [])
    #expect(recording.toldAtEnd() == ["ann > nobody 4 \"here\""])
  }

  @Test func `over UDP is told when nobody has the port`() {
    let recording = MessageRecording(IPC_KIND_LOOPBACK_UDP)
    let server = MessageSocket(1, port: 53), client = MessageSocket(2, port: 4000)
    recording.send("hello", by: .ann, from: client, to: server)
    recording.sweep(after: 3000, recording.live(client, server))
    #expect(recording.told() == [])
    recording.sweep(after: 3000, recording.live(client))
    #expect(recording.told() == ["ann > nobody 5 \"hello\""])
  }

  @Test func `over UDP is told when later ones have come`() {
    let recording = MessageRecording(IPC_KIND_LOOPBACK_UDP)
    let server = MessageSocket(1, port: 53), client = MessageSocket(2, port: 4000)
    for text in ["1", "2", "3"] { recording.send(text, by: .ann, from: client, to: server) }
    recording.receive("2", by: .bob, at: server, from: client)
    #expect(recording.told() == ["ann > bob 1 \"2\""])
    recording.clock += 200_000_000
    recording.receive("3", by: .bob, at: server, from: client)
    #expect(recording.told() == ["ann > nobody 1 \"1\"", "ann > bob 1 \"3\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `does not keep an idle sender's state`() {
    for number in 0..<10_000 {
      let client = MessageSocket(UInt64(number) + 10)
      recording.send("x", by: .ann, from: client, to: server)
      recording.receive("x", by: .bob, at: server, from: client)
      if number % 1000 == 0 { recording.sweep(after: 3000) }
      if number % 100 == 0 { _ = recording.told() }
    }
    #expect(recording.told().allSatisfy { $0 == "ann > bob 1 \"x\"" })
    #expect(recording.contentCapacity <= 4 << 20)
  }
}
