import RecordLayout
import Testing

@testable import IPCCorrelation

/// Threads that have no number in ipcdump's pid namespace are all told as thread 0.
@Suite("A thread of another pid namespace")
struct UnnumberedThreadTests {
  private let out = Party(name: "bo", pid: 0, tid: 0), off = Party(name: "by", pid: 0, tid: 0)
  private let other = TracedPipe(address: 0x9000, inode: 43)

  @Test func `reads contents in several records as any other does`() {
    let recording = Recording()
    recording.write("hello world", by: .ann)
    recording.read(Array("hello world".utf8), by: out, chunk: 4)
    #expect(recording.told() == ["ann > bo(-1/-1) 11 \"hello world\""])
  }

  @Test func `whose contents never come shows those that have`() {
    let recording = Recording()
    recording.write("hello world", by: .ann)
    let read = recording.late { recording.read(Array("hello world".utf8), by: out, chunk: 4) }
    recording.arrive(read[0])
    #expect(recording.told(after: 10_200) == ["ann > bo(-1/-1) 11 \"hell\""])
  }

  @Test func `does not read what another one reads at the same time`() {
    let recording = Recording()
    recording.write("hello world", by: .ann)
    recording.write("HELLO WORLD", by: .amy, to: other)
    let first = recording.late { recording.read(Array("hello world".utf8), by: out, chunk: 4) }
    let second = recording.late {
      recording.read(Array("HELLO WORLD".utf8), by: off, from: other, chunk: 4)
    }
    for (one, two) in zip(first, second) { recording.arrive(late: [one, two]) }
    #expect(
      recording.told() == ["ann > bo(-1/-1) 11 \"hello world\"", "amy > by(-1/-1) 11 \"HELLO WORLD\""])
  }

  @Test func `does not receive another one's message`() {
    let recording = MessageRecording()
    let sockets = (1...4).map { MessageSocket($0) }
    recording.send("hello world", by: .ann, from: sockets[0], to: sockets[1])
    recording.send("HELLO WORLD", by: .amy, from: sockets[2], to: sockets[3])
    let first = recording.late {
      recording.receive("hello world", by: out, at: sockets[1], from: sockets[0], chunk: 4)
    }
    let second = recording.late {
      recording.receive("HELLO WORLD", by: off, at: sockets[3], from: sockets[2], chunk: 4)
    }
    for (one, two) in zip(first, second) { recording.arrive(late: [one, two]) }
    #expect(
      recording.told() == ["ann > bo(-1/-1) 11 \"hello world\"", "amy > by(-1/-1) 11 \"HELLO WORLD\""])
  }

  @Test func `does not write another one's contents`() {
    let recording = TerminalRecording()
    let first = recording.late {
      recording.write(Array("hello world".utf8), by: out, isOutput: true, chunk: 4)
    }
    let second = recording.late {
      recording.write(Array("HELLO WORLD".utf8), by: off, isOutput: false, chunk: 4)
    }
    for (one, two) in zip(first, second) { recording.arrive(late: [one, two]) }
    #expect(
      recording.toldAtEnd() == [
        "bo(-1/-1) > by(-1/-1)? 11 \"hello world\"", "by(-1/-1) > <unknown> 11 \"HELLO WORLD\"",
      ])
  }
}
