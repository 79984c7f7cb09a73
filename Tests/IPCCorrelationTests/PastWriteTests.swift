import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("Writes to a channel that was of no interest yet")
struct PastWriteTests {
  private func recording(unread: Int) -> (Recording, ChannelKey) {
    let pipe = TracedPipe(unread: unread)
    return (Recording(pipe: pipe), ChannelKey(address: pipe.address, identity: pipe.inode))
  }

  @Test func `are the sources of what the first read gets`() {
    let (recording, pipe) = recording(unread: 3)
    recording.past(3, by: .ann, in: pipe)
    recording.read("hi\n", by: .bob)
    #expect(recording.told() == ["ann > bob 3 \"hi\n\""])
    #expect(recording.told.last?.event.traits == [])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `are told apart if each writer was born when the one before had written`() {
    let (recording, pipe) = recording(unread: 7)
    recording.past(3, by: .ann, in: pipe)
    recording.past(4, by: .amy, in: pipe)
    recording.read("onetwo!", by: .bob)
    #expect(recording.told() == ["ann > bob 3 \"one\"", "amy > bob 4 \"two!\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `are inferred if the writers may have written at the same time`() {
    let (recording, pipe) = recording(unread: 7)
    recording.past(3, by: .ann, in: pipe, birth: 1)
    recording.past(4, by: .amy, in: pipe, birth: 1)
    recording.read("onet", by: .bob)
    #expect(recording.told() == ["ann? > bob 3 \"one\"", "amy? > bob 1 \"t\""])
  }

  @Test func `count only as far as they are unread`() {
    let (recording, pipe) = recording(unread: 5)
    recording.past(100, by: .ann, in: pipe)
    recording.past(2, by: .amy, in: pipe)
    recording.read("abcde", by: .bob)
    #expect(recording.told() == ["ann > bob 3 \"abc\"", "amy > bob 2 \"de\""])
    recording.write("new", by: .ann)
    recording.read("new", by: .bob)
    #expect(recording.told() == ["ann > bob 3 \"new\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `count nothing if all has been read`() {
    let (recording, pipe) = recording(unread: 0)
    recording.past(100, by: .ann, in: pipe)
    recording.write("new", by: .amy)
    recording.read("new", by: .bob)
    #expect(recording.told() == ["amy > bob 3 \"new\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `leave what was written before them to nobody`() {
    let (recording, pipe) = recording(unread: 5)
    recording.past(2, by: .ann, in: pipe)
    recording.read("abcde", by: .bob)
    #expect(recording.told() == ["<unknown> > bob 3 \"abc\"", "ann > bob 2 \"de\""])
  }

  @Test func `go on until their ends are told`() {
    let (recording, pipe) = recording(unread: 5)
    recording.past(2, by: .ann, in: pipe)
    recording.pastBeginning(10_000, by: .ann, in: pipe)
    recording.read("ab123", by: .bob)
    #expect(recording.told() == ["ann > bob 5 \"ab123\""])
    var end = recording.transfer(
      recording.header(IPC_RECORD_WRITE, by: .ann), recording.pipe, count: 4)
    end.captured = 0
    recording.arrive(RecordBytes.bytes(end))
    recording.read("4", by: .bob)
    #expect(recording.told() == ["ann > bob 1 \"4\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `are forgotten with a FIFO's earlier life`() {
    let (recording, pipe) = recording(unread: 0)
    recording.past(2, by: .ann, in: pipe)
    recording.tellPath(["fifo", "tmp"], isBorn: true, by: .bob)
    recording.write("new", by: .amy)
    recording.read("new", by: .bob)
    #expect(recording.told() == ["amy > bob 3 \"new\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `are those of a unix stream, too`() {
    let recording = Recording()
    let connection = TracedConnection.unix(unread: 5)
    recording.past(
      5, by: .ann, in: ChannelKey(address: connection.address, identity: connection.inode),
      IPC_KIND_UNIX_STREAM)
    recording.receive("hello", by: .bob, from: connection)
    #expect(recording.told() == ["ann > bob 5 \"hello\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `are found by their positions in a connection of TCP`() {
    let recording = Recording()
    let connection = TracedConnection.tcp()
    let key = ChannelKey(address: connection.address, identity: connection.inode)
    recording.past(2, by: .ann, in: key, IPC_KIND_LOOPBACK_TCP, position: connection.copied)
    recording.past(3, by: .amy, in: key, IPC_KIND_LOOPBACK_TCP, position: connection.copied &+ 2)
    connection.put(5)
    recording.receive("hello", by: .bob, from: connection)
    #expect(recording.told() == ["ann > bob 2 \"he\"", "amy > bob 3 \"llo\""])
  }

  @Test func `of messages tell the likely senders, in their order`() {
    let recording = MessageRecording()
    let (client, server) = (MessageSocket(2), MessageSocket(1))
    recording.past(9, by: .ann, in: client.key, IPC_KIND_UNIX_DGRAM, unread: 2)
    recording.past(1, by: .amy, in: client.key, IPC_KIND_UNIX_DGRAM, unread: 2)
    recording.receive("one", by: .bob, at: server, from: client)
    recording.send("two", by: .ann, from: client, to: server)
    recording.receive("old", by: .bob, at: server, from: client)
    recording.receive("two", by: .bob, at: server, from: client)
    #expect(
      recording.told(after: 150)
        == ["ann? > bob 3 \"one\"", "amy? > bob 3 \"old\"", "ann > bob 3 \"two\""])
    #expect(recording.toldAtEnd() == [])
  }
}
