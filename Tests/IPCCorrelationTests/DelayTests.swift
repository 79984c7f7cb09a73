import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

/// From the end of a write to the end of the read; every operation of a recording takes a microsecond.
@Suite("The delay of a transfer")
struct DelayTests {
  private let recording = Recording()

  private func delays(_ recording: CorrelatorRecording) -> [UInt64?] {
    _ = recording.toldAtEnd()
    return recording.told.map { $0.event.delay == Event.unknownDelay ? nil : $0.event.delay }
  }

  @Test func `over a pipe is known, and counts from the earliest of several writes`() {
    recording.write("one", by: .ann)
    let written = recording.clock
    recording.clock += 5_000_000
    recording.write("two", by: .ann)
    recording.read("onetwo", by: .bob)
    #expect(delays(recording) == [recording.clock - written])
    #expect(recording.clock - written > 5_000_000)
  }

  @Test func `is each writer's own`() {
    recording.write("one", by: .ann)
    let first = recording.clock
    recording.clock += 5_000_000
    recording.write("two", by: .amy)
    let second = recording.clock
    recording.read("onetwo", by: .bob)
    #expect(delays(recording) == [recording.clock - first, recording.clock - second])
  }

  @Test func `is nothing while the write goes on`() {
    let writing = recording.begin("hello", by: .ann)
    recording.clock += 5_000_000
    recording.read("hello", by: .bob)
    recording.end(writing)
    #expect(delays(recording) == [0])
  }

  @Test func `is not known of what lay there before, or was never read`() {
    recording.begin(with: recording.live(unread: 3, .ann), .ann)
    recording.write("x", by: .ann)
    #expect(delays(recording) == [nil])
  }

  @Test(arguments: [false, true])
  func `over a socket is known`(_ isTCP: Bool) {
    let connection: TracedConnection = isTCP ? .tcp() : .unix()
    recording.send("hello", by: .ann, to: connection)
    let written = recording.clock
    recording.clock += 7_000_000
    recording.receive("hello", by: .bob, from: connection)
    #expect(delays(recording) == [recording.clock - written])
  }

  @Test(arguments: [IPC_KIND_UNIX_DGRAM, IPC_KIND_UNIX_SEQPACKET, IPC_KIND_LOOPBACK_UDP])
  func `of a message is known`(_ kind: ipc_kind) {
    let recording = MessageRecording(kind)
    let server = MessageSocket(1, port: 53), client = MessageSocket(2, port: 4000)
    recording.send("hello", by: .ann, from: client, to: server)
    let written = recording.clock
    recording.clock += 7_000_000
    recording.receive("hello", by: .bob, at: server, from: client)
    #expect(delays(recording) == [recording.clock - written])
  }

  @Test func `of a message whose send is not seen is not known`() {
    let recording = MessageRecording()
    recording.receive("hello", by: .bob, at: MessageSocket(1), from: MessageSocket(2))
    #expect(delays(recording) == [nil])
  }

  @Test func `over a terminal counts to the read, although the event has the time of the write`() {
    let recording = TerminalRecording()
    recording.type("x", by: .ann)
    let written = recording.clock
    recording.clock += 7_000_000
    recording.readTyping(by: .bob)
    #expect(delays(recording) == [recording.clock - written])
    #expect(recording.told.map(\.event.time) == [written])
  }
}
