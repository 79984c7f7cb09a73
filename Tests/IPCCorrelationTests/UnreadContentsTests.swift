import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("Contents that nobody was left to receive")
struct UnreadContentsTests {
  private let recording = Recording()
  private let long = (0..<1000).map { UInt8(0x20 + $0 % 64) }

  private func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }

  @Test func `are whole, of all writes`() {
    recording.end(recording.begin(long, by: .ann))
    recording.end(recording.begin(long, by: .ann))
    recording.leave(long + long, by: .bob)
    #expect(recording.toldAtEnd() == ["ann > nobody 2000 \"\(text(long + long))\""])
    #expect(recording.contentsInUse == 0)
  }

  @Test func `come in pieces`() {
    recording.end(recording.begin(long, by: .ann))
    recording.leave(long, by: .bob, chunk: 300)
    #expect(recording.toldAtEnd() == ["ann > nobody 1000 \"\(text(long))\""])
  }

  @Test func `are divided among their writers, one event a run`() {
    recording.end(recording.begin(long, by: .ann))
    recording.write("from amy", by: .amy)
    recording.read(Array(long.prefix(100)), by: .bob)
    recording.leave(Array(long.dropFirst(100)) + Array("from amy".utf8), by: .bob)
    _ = recording.told()
    #expect(
      recording.toldAtEnd() == [
        "ann > nobody 900 \"\(text(long.dropFirst(100)))\"", "amy > nobody 8 \"from amy\"",
      ])
  }

  @Test func `that could be read in part only, say so`() {
    recording.end(recording.begin(long, by: .ann))
    recording.leave(long, by: .bob, keeping: 600, isShort: true)
    #expect(recording.toldAtEnd() == ["ann > nobody 1000 \"\(text(long.prefix(600)))\" unreadable"])
    #expect(recording.told.last?.event.traits == [.undelivered, .incomplete])
  }

  @Test func `of which a piece is missing end there`() {
    recording.end(recording.begin(long, by: .ann))
    let pieces = recording.late { recording.leave(long, by: .bob, chunk: 300) }
    recording.arrive(late: [pieces[0], pieces[2], pieces[3]])
    #expect(recording.toldAtEnd() == ["ann > nobody 1000 \"\(text(long.prefix(300)))\" gone"])
  }

  @Test func `that were not recorded are gone, but for the first bytes`() {
    recording.end(recording.begin(long, by: .ann))
    #expect(recording.toldAtEnd() == ["ann > nobody 1000 \"\(text(long.prefix(48)))\" gone"])
  }

  @Test func `are no longer true when somebody has read, after all`() {
    recording.write("one", by: .ann)
    recording.write("two", by: .ann)
    recording.leave(Array("onetwo".utf8), by: .bob)
    recording.read("one", by: .amy)
    #expect(recording.toldAtEnd() == ["ann > amy 3 \"one\"", "ann > nobody 3 \"two\""])
    #expect(recording.contentsInUse == 0)
  }

  @Test func `are true of what others have written unseen since a loss`() {
    recording.write("hello", by: .ann)
    recording.losing { recording.write("lost", by: .amy) }
    recording.write("x", by: .ann)
    recording.leave(Array("hellolostx".utf8), by: .bob)
    let lines = recording.toldAtEnd()
    #expect(lines.reduce(0) { $0 + (Int($1.split(separator: " ")[3]) ?? 0) } == 10, "\(lines)")
  }

  @Test func `of a write that went on when its reader ended are as many as were written`() {
    let writing = recording.begin([UInt8](repeating: 0x61, count: 100_000), by: .ann)
    recording.leave([UInt8](repeating: 0x61, count: 65_536), by: .bob)
    _ = writing
    #expect(recording.toldAtEnd().map { $0.prefix(18) } == ["ann > nobody 65536"])
    #expect(recording.told.last?.content?.count == 65_536)
  }

  @Test(arguments: [0, 10, 1500]) func `are no more than was asked for`(limit: UInt64) {
    let recording = Recording(capturing: limit)
    recording.end(recording.begin(long, by: .ann))
    recording.end(recording.begin(long, by: .ann))
    recording.leave(long + long, by: .bob)
    let bytes = limit == 0 ? "" : " \"\(text((long + long).prefix(Int(limit))))\""
    #expect(recording.toldAtEnd() == ["ann > nobody 2000\(bytes)"])
  }

  @Test func `of messages are each one's own`() {
    let recording = MessageRecording()
    let client = MessageSocket(2), server = MessageSocket(1)
    let texts = ["a", "b", "b"].map { String(repeating: $0, count: 100) }
    for text in texts { recording.send(text, by: .ann, from: client, to: server) }
    for text in texts.dropLast() { recording.leave(text, from: client, in: server, by: .bob) }
    #expect(
      recording.toldAtEnd() == [
        "ann > nobody 100 \"\(texts[0])\"", "ann > nobody 100 \"\(texts[1])\"",
        "ann > nobody 100 \"\(texts[2].prefix(48))\" gone",
      ])
    #expect(recording.contentsInUse == 0)
  }

  @Test func `of a message that is received, after all, are let go of`() {
    let recording = MessageRecording()
    let client = MessageSocket(2), server = MessageSocket(1)
    recording.send("hello", by: .ann, from: client, to: server)
    recording.leave("hello", from: client, in: server, by: .bob)
    recording.receive("hello", by: .bob, at: server, from: client)
    #expect(recording.toldAtEnd() == ["ann > bob 5 \"hello\""])
    #expect(recording.contentsInUse == 0)
  }
}
