import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("A datagram")
struct MessageMatchTests {
  private let recording = MessageRecording()
  private let server = MessageSocket(1, name: "/run/log")
  private let first = MessageSocket(2)
  private let second = MessageSocket(3)

  @Test(arguments: [IPC_KIND_UNIX_DGRAM, IPC_KIND_UNIX_SEQPACKET, IPC_KIND_LOOPBACK_UDP])
  func `is told once, from its sender to its receiver`(_ kind: ipc_kind) {
    let recording = MessageRecording(kind)
    let server = MessageSocket(1, port: 53), client = MessageSocket(2, port: 4000)
    recording.send("hello", by: .ann, from: client, to: server)
    recording.receive("hello", by: .bob, at: server, from: client)
    #expect(recording.told() == ["ann > bob 5 \"hello\""])
    #expect(recording.toldAtEnd() == [])
    #expect(recording.told.last?.event.kind == Kind(rawValue: UInt8(kind.rawValue)))
  }

  @Test func `whose sender is held up for half a second is not told again`() {
    recording.send("before", by: .ann, from: first, to: server)
    recording.receive("before", by: .bob, at: server, from: first)
    _ = recording.told()
    let queued = recording.clock
    recording.receive("hello", by: .bob, at: server, from: first)
    #expect(recording.told(after: 500).count == 1)
    recording.send("hello", by: .ann, from: first, to: server, queued: queued)
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `whose sender goes on only after it was received is known`() {
    let began = recording.clock
    recording.receive("hello", by: .bob, at: server, from: first)
    let queued = recording.clock + 1000
    recording.send("hello", by: .ann, from: first, to: server, began: began, queued: queued)
    #expect(recording.told() == ["ann > bob 5 \"hello\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `received late holds back what was received after it`() {
    recording.send("known", by: .ann, from: first, to: server)
    let late = recording.late { recording.receive("lost", by: .bob, at: server, from: second) }
    recording.receive("known", by: .bob, at: server, from: first)
    recording.receive("gone", by: .bea, at: server, from: second)
    recording.arrive(late: late)
    #expect(recording.told(after: 50) == [], "an earlier message still has to be told")
    #expect(
      recording.told(after: 60) == [
        "<unknown> > bob 4 \"lost\"", "ann > bob 5 \"known\"", "<unknown> > bea 4 \"gone\"",
      ])
  }

  @Test func `of several senders keeps its own`() {
    recording.send("one", by: .ann, from: first, to: server)
    recording.send("two", by: .amy, from: second, to: server)
    recording.send("three", by: .ann, from: first, to: server)
    recording.receive("one", by: .bob, at: server, from: first)
    recording.receive("two", by: .bob, at: server, from: second)
    recording.receive("three", by: .bob, at: server, from: first)
    #expect(recording.told() == ["ann > bob 3 \"one\"", "amy > bob 3 \"two\"", "ann > bob 5 \"three\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `of one sender to two receivers is told of the right one`() {
    let other = MessageSocket(4)
    recording.send("same", by: .ann, from: first, to: server)
    recording.send("same", by: .ann, from: first, to: other)
    recording.receive("same", by: .bea, at: other, from: first)
    #expect(recording.told() == ["ann > bea 4 \"same\""])
    #expect(recording.toldAtEnd() == ["ann > nobody 4 \"same\""])
    #expect(recording.meta("dst_inode") == "\(server.inode)")
  }

  @Test func `of a socket that is closed before the receive keeps its sender`() {
    var closed = first
    closed.inode = 0
    recording.send("bye", by: .ann, from: first, to: server)
    recording.receive("bye", by: .bob, at: server, from: closed)
    #expect(recording.told() == ["ann > bob 3 \"bye\""])
    #expect(recording.meta("src_inode") == "\(first.inode)")
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `may be empty`() {
    recording.send("", by: .ann, from: first, to: server)
    recording.send("x", by: .ann, from: first, to: server)
    recording.send("", by: .ann, from: first, to: server)
    for text in ["", "x", ""] { recording.receive(text, by: .bob, at: server, from: first) }
    #expect(recording.told() == ["ann > bob 0 \"\"", "ann > bob 1 \"x\"", "ann > bob 0 \"\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `that was cut tells its real length`() {
    recording.send("hello world", by: .ann, from: first, to: server)
    recording.receive("hello world", by: .bob, at: server, from: first, room: 5)
    #expect(recording.told() == ["ann > bob 11 \"hello\""])
    #expect(recording.meta("received") == "5")
    #expect(recording.told.last?.event.traits == .incomplete)
    recording.send("fits", by: .ann, from: first, to: server)
    recording.receive("fits", by: .bob, at: server, from: first)
    #expect(recording.told() == ["ann > bob 4 \"fits\""])
    #expect(recording.meta("received") == nil)
  }

  @Test func `for which there was no room at all is told, too`() {
    recording.send("hello", by: .ann, from: first, to: server)
    recording.receive("hello", by: .bob, at: server, from: first, room: 0)
    #expect(recording.told() == ["ann > bob 5 \"\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `shows no contents without -x and of a cut capture what is asked for`() {
    let silent = MessageRecording(capturing: 0)
    silent.send("hello", by: .ann, from: first, to: server)
    silent.receive("hello", by: .bob, at: server, from: first, room: 3)
    #expect(silent.told() == ["ann > bob 5"])
    #expect(silent.told.last?.event.traits == [])
    let short = MessageRecording(capturing: 2)
    short.send("hello", by: .ann, from: first, to: server)
    short.receive("hello", by: .bob, at: server, from: first)
    #expect(short.told() == ["ann > bob 5 \"he\""])
  }

  @Test func `comes in chunks, also of recvmmsg`() {
    recording.send("hello world", by: .ann, from: first, to: server)
    recording.send("good bye", by: .ann, from: first, to: server)
    recording.receive("hello world", by: .bob, at: server, from: first, chunk: 4)
    recording.receive("good bye", by: .bob, at: server, from: first, chunk: 3)
    #expect(recording.told() == ["ann > bob 11 \"hello world\"", "ann > bob 8 \"good bye\""])
    #expect(recording.hasPending == false)
  }

  @Test func `is waited for as long as its contents take`() {
    recording.send("hello world", by: .ann, from: first, to: server)
    let records = recording.late {
      recording.receive("hello world", by: .bob, at: server, from: first, chunk: 4)
    }
    recording.arrive(late: records.dropLast())
    #expect(recording.told(after: 500) == [])
    recording.arrive(late: records.suffix(1))
    #expect(recording.told() == ["ann > bob 11 \"hello world\""])
  }

  @Test func `whose send is told late waits for it`() {
    let late = recording.late { recording.send("hello", by: .ann, from: first, to: server) }
    recording.receive("hello", by: .bob, at: server, from: first)
    #expect(recording.told() == [])
    #expect(recording.hasPending)
    recording.arrive(late: late)
    #expect(recording.told() == ["ann > bob 5 \"hello\""])
    #expect(recording.hasPending == false)
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `whose send is told after all was settled is told once`() {
    recording.send("first", by: .ann, from: first, to: server)
    recording.receive("first", by: .bob, at: server, from: first)
    let late = recording.late { recording.send("hello", by: .ann, from: first, to: server) }
    recording.receive("hello", by: .bob, at: server, from: first)
    #expect(recording.told(after: 150) == ["ann > bob 5 \"first\"", "ann? > bob 5 \"hello\""])
    recording.arrive(late: late)
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `from nobody knows where is found by its receiver and its bytes`() {
    recording.send("one", by: .ann, from: first, to: server)
    recording.send("two", by: .amy, from: second, to: server)
    recording.send("two", by: .abe, from: second, to: MessageSocket(4))
    recording.receive("two", by: .bob, at: server, from: nil)
    recording.receive("one", by: .bob, at: server, from: nil)
    #expect(recording.told() == ["amy > bob 3 \"two\"", "ann > bob 3 \"one\""])
    #expect(recording.meta("src_inode") == "\(first.inode)")
    #expect(recording.toldAtEnd() == ["abe > nobody 3 \"two\""])
  }

  @Test func `from nobody knows where, equal to another one, is inferred`() {
    let late = recording.late { recording.send("two", by: .amy, from: second, to: server) }
    recording.send("two", by: .ann, from: first, to: server)
    recording.arrive(late: late)
    recording.receive("two", by: .bob, at: server, from: nil)
    recording.receive("two", by: .bob, at: server, from: nil)
    #expect(recording.told() == ["amy? > bob 3 \"two\"", "ann? > bob 3 \"two\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `from nobody knows where waits for its send`() {
    let late = recording.late { recording.send("hello", by: .ann, from: first, to: server) }
    recording.receive("hello", by: .bob, at: server, from: nil)
    recording.receive("never", by: .bob, at: server, from: nil)
    recording.arrive(late: late)
    #expect(recording.told(after: 150) == ["ann > bob 5 \"hello\"", "<unknown> > bob 5 \"never\""])
    #expect(recording.meta("src_inode") == nil)
    #expect(recording.hasPending == false)
  }

  @Test func `of the traced command's tree says so`() {
    recording.send("hello", by: .ann.inScope, from: first, to: server)
    recording.receive("hello", by: .bob, at: server, from: first)
    _ = recording.told()
    #expect(recording.told.last?.event.traits == .inScope)
  }
}
