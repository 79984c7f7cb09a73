import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("A UDP datagram")
struct MessageUDPTests {
  private let recording = MessageRecording(
    IPC_KIND_LOOPBACK_UDP, serviceName: { port, _ in port == 53 ? "domain" : nil })
  private let server = MessageSocket(1, port: 53)
  private let client = MessageSocket(2, port: 4000)

  @Test func `tells its addresses, ports and services`() {
    recording.send("hello", by: .ann, from: client, to: server)
    recording.receive("hello", by: .bob, at: server, from: client)
    #expect(recording.told() == ["ann > bob 5 \"hello\""])
    #expect(
      recording.told.last?.meta == [
        "src_port": "4000", "dst_port": "53", "dst_serv": "domain", "dst_inode": "1001", "count": "5",
        "src_addr": "127.0.0.1", "dst_addr": "127.0.0.1",
      ])
  }

  @Test func `from nobody knows where is found by its destination`() {
    let other = MessageSocket(3, port: 54)
    recording.send("hello", by: .amy, from: client, to: other)
    recording.send("hello", by: .ann, from: client, to: server)
    recording.receive("hello", by: .bob, at: server, from: nil)
    #expect(recording.told() == ["ann > bob 5 \"hello\""])
    #expect(recording.meta("src_port") == "4000")
  }

  @Test func `that was queued before its socket was connected to another one is its sender's`() {
    let other = MessageSocket(3, port: 4001)
    recording.send("first", by: .ann, from: client, to: server)
    recording.send("second", by: .amy, from: other, to: server)
    recording.receive("second", by: .bob, at: server, from: other)
    recording.receive("first", by: .bob, at: server, from: other)
    #expect(recording.told(after: 150) == ["amy > bob 6 \"second\"", "ann > bob 5 \"first\""])
    #expect(recording.meta("src_port") == "4000")
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `from nobody knows where tells no source`() {
    recording.receive("hello", by: .bob, at: server, from: nil)
    #expect(recording.told(after: 150) == ["<unknown> > bob 5 \"hello\""])
    #expect(recording.meta("src_port") == nil)
    #expect(recording.meta("src_addr") == nil)
  }

  @Test func `that may be from another host is told only if its send is known`() {
    recording.receive("from afar", by: .bob, at: server, from: client, isLocal: false)
    recording.send("from here", by: .ann, from: client, to: server, traits: [])
    recording.receive("from here", by: .bob, at: server, from: client, isLocal: false)
    #expect(recording.told(after: 150) == ["ann > bob 9 \"from here\""])
    #expect(recording.hasPending == false)
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `that was cut tells its real length if only the sender knows it`() {
    recording.send("hello world", by: .ann, from: client, to: server)
    recording.send("aabbccd", by: .ann, from: client, to: server, segment: 3)
    recording.receive("hello world", by: .bob, at: server, from: client, room: 5, isLengthKnown: false)
    recording.receive("aab", by: .bob, at: server, from: client, room: 1, isLengthKnown: false)
    recording.receive("bcc", by: .bob, at: server, from: client, room: 3, isLengthKnown: false)
    recording.receive("d", by: .bob, at: server, from: client, isLengthKnown: false)
    #expect(
      recording.told() == [
        "ann > bob 11 \"hello\"", "ann > bob 3 \"a\"", "ann > bob 3 \"bcc\"", "ann > bob 1 \"d\"",
      ])
    #expect(recording.told.map { $0.meta["received"] } == ["5", "1", nil, nil])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `of a write that is cut into several is received singly`() {
    recording.send("aabbccd", by: .ann, from: client, to: server, segment: 2)
    for text in ["aa", "bb", "cc", "d"] { recording.receive(text, by: .bob, at: server, from: client) }
    #expect(
      recording.told() == [
        "ann > bob 2 \"aa\"", "ann > bob 2 \"bb\"", "ann > bob 2 \"cc\"", "ann > bob 1 \"d\"",
      ])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `of a write that is cut into several is received whole, or in runs`() {
    recording.send("aabbccd", by: .ann, from: client, to: server, segment: 2)
    recording.receive("aabbccd", by: .bob, at: server, from: client)
    recording.send("eeffggh", by: .ann, from: client, to: server, segment: 2)
    recording.receive("eeff", by: .bob, at: server, from: client)
    recording.receive("ggh", by: .bob, at: server, from: client)
    #expect(
      recording.told() == ["ann > bob 7 \"aabbccd\"", "ann > bob 4 \"eeff\"", "ann > bob 3 \"ggh\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `of a write that is cut into several tells what nobody received`() {
    recording.send("aabbccd", by: .ann, from: client, to: server, segment: 2)
    recording.receive("aa", by: .bob, at: server, from: client)
    #expect(recording.told() == ["ann > bob 2 \"aa\""])
    #expect(recording.toldAtEnd() == ["ann > nobody 5 gone"])
  }

  @Test func `of a write that is shorter than a segment is one`() {
    recording.send("aa", by: .ann, from: client, to: server, segment: 1400)
    recording.receive("aa", by: .bob, at: server, from: client)
    #expect(recording.told() == ["ann > bob 2 \"aa\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `that is put together is told once`() {
    let corked = [IPC_SOCKET_LOCAL, IPC_SOCKET_CORKED]
    let joined = [IPC_SOCKET_LOCAL, IPC_SOCKET_JOINED]
    recording.send("hello ", by: .ann, from: client, to: server, traits: corked)
    recording.send("my ", by: .ann, from: client, to: server, traits: corked + [IPC_SOCKET_JOINED])
    recording.send("world", by: .ann, from: client, to: server, traits: joined)
    recording.send("next", by: .ann, from: client, to: server)
    recording.receive("hello my world", by: .bob, at: server, from: client)
    recording.receive("next", by: .bob, at: server, from: client)
    #expect(recording.told() == ["ann > bob 14 \"hello my world\"", "ann > bob 4 \"next\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `that is put together and let go by an option is told once`() {
    let corked = [IPC_SOCKET_LOCAL, IPC_SOCKET_CORKED]
    recording.send("hello ", by: .ann, from: client, to: server, traits: corked)
    recording.send("world", by: .ann, from: client, to: server, traits: corked + [IPC_SOCKET_JOINED])
    recording.send("alone", by: .ann, from: client, to: server)
    recording.receive("hello world", by: .bob, at: server, from: client)
    recording.receive("alone", by: .bob, at: server, from: client)
    #expect(recording.told() == ["ann > bob 11 \"hello world\"", "ann > bob 5 \"alone\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `that is put together and told late is told once`() {
    let late = recording.late {
      recording.send("hello ", by: .ann, from: client, to: server, traits: [IPC_SOCKET_CORKED])
      recording.send("world", by: .ann, from: client, to: server, traits: [IPC_SOCKET_JOINED])
    }
    recording.receive("hello world", by: .bob, at: server, from: client)
    recording.arrive(late: late)
    #expect(recording.told() == ["ann > bob 11 \"hello world\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `to a group is told to everybody who got it`() {
    let multicast = [IPC_SOCKET_MULTICAST, IPC_SOCKET_LOCAL]
    let other = MessageSocket(3, port: 53)
    recording.send("news", by: .ann, from: client, to: server, traits: multicast)
    recording.send("news", by: .ann, from: client, to: server, traits: multicast)
    recording.receive("news", by: .bob, at: server, from: client)
    recording.receive("news", by: .bea, at: other, from: client)
    recording.receive("news", by: .bob, at: server, from: client)
    #expect(recording.told() == ["ann > bob 4 \"news\"", "ann > bea 4 \"news\"", "ann > bob 4 \"news\""])
    recording.sweep(after: 3000)
    recording.receive("news", by: .bob, at: server, from: client)
    #expect(recording.told(after: 150) == ["<unknown> > bob 4 \"news\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `to a group that has no members is told as undelivered`() {
    recording.send(
      "news", by: .ann, from: client, to: server, traits: [IPC_SOCKET_MULTICAST, IPC_SOCKET_LOCAL])
    #expect(recording.toldAtEnd() == ["ann > nobody 4 \"news\""])
  }

  @Test func `to a group is not kept for long`() {
    let multicast = [IPC_SOCKET_MULTICAST, IPC_SOCKET_LOCAL]
    for index in 0..<200 {
      recording.send("\(index)", by: .ann, from: client, to: server, traits: multicast)
      recording.receive("\(index)", by: .bob, at: server, from: client)
    }
    #expect(recording.told().count == 200)
    let other = MessageSocket(3, port: 53)
    recording.receive("199", by: .bea, at: other, from: client)
    recording.receive("3", by: .bea, at: other, from: client)
    #expect(recording.told(after: 150) == ["ann > bea 3 \"199\"", "ann? > bea 1 \"3\""])
    #expect(recording.toldAtEnd() == [])
  }
}
