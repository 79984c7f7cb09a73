import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("A message from before the trace")
struct MessageUnreadBeforeTests {
  private let server = MessageSocket(1, port: 53)
  private let client = MessageSocket(2, port: 4000)

  @Test(arguments: [IPC_KIND_UNIX_DGRAM, IPC_KIND_LOOPBACK_UDP])
  func `is from the only one who held the sending socket, inferred`(_ kind: ipc_kind) {
    let recording = MessageRecording(kind)
    recording.begin(with: recording.live(client, by: .ann), .ann)
    recording.receive("old", by: .bob, at: server, from: client)
    #expect(recording.told() == [])
    #expect(recording.told(after: 150) == ["ann? > bob 3 \"old\""])
  }

  @Test func `is from nobody known if several held the sending socket`() {
    let recording = MessageRecording()
    var live = recording.live(client, by: .ann)
    live.add(
      channel: client.address, inode: client.inode, holder: Party.amy.holder, isWritable: true, unread: nil)
    recording.begin(with: live, .ann, .amy)
    recording.receive("old", by: .bob, at: server, from: client)
    #expect(recording.told(after: 150) == ["<unknown> > bob 3 \"old\""])
    #expect(recording.told.last?.event.traits == [])
  }

  @Test func `does not disturb those that follow`() {
    let recording = MessageRecording()
    recording.receive("same", by: .bob, at: server, from: client)
    #expect(recording.told(after: 500) == ["<unknown> > bob 4 \"same\""])
    recording.send("same", by: .ann, from: client, to: server)
    recording.receive("same", by: .bob, at: server, from: client)
    #expect(recording.told() == ["ann > bob 4 \"same\""])
    #expect(recording.toldAtEnd() == [])
  }
}
