import IPCModel
import Testing

@testable import IPCCorrelation

/// A read is divided into runs: pieces as long as possible of one thread's writes, in the order in which they lie in the
/// channel.
@Suite("A read of several writers' bytes")
struct RunTests {
  private let recording = Recording()
  /// Another thread of ann's process.
  private static let second = Party(name: "ann", pid: 100, tid: 102)

  /// Contents of everything that was told, in that order.
  private var contents: String {
    String(decoding: recording.told.flatMap { $0.content ?? [] }, as: UTF8.self)
  }

  private static let turns = [
    "ann > bob 3 \"a1\n\"", "amy > bob 3 \"b1\n\"", "ann > bob 3 \"a2\n\"", "amy > bob 3 \"b2\n\"",
  ]

  @Test func `of a pipe is told in the order of the pipe`() {
    for line in [1, 2] {
      recording.write("a\(line)\n", by: .ann)
      recording.write("b\(line)\n", by: .amy)
    }
    recording.read("a1\nb1\na2\nb2\n", by: .bob)
    #expect(recording.told() == Self.turns)
    #expect(contents == "a1\nb1\na2\nb2\n")
    #expect(recording.told.map(\.meta["count"]) == ["3", "3", "3", "3"])
    #expect(Set(recording.told.map(\.event.time)).count == 1)
  }

  @Test(arguments: [false, true])
  func `of a socket is told in the order of the stream`(isTCP: Bool) {
    let connection = isTCP ? TracedConnection.tcp() : TracedConnection.unix()
    for line in [1, 2] {
      recording.send("a\(line)\n", by: .ann, to: connection)
      recording.send("b\(line)\n", by: .amy, to: connection)
    }
    recording.receive("a1\nb1\na2\nb2\n", by: .bob, from: connection)
    #expect(recording.told() == Self.turns)
  }

  @Test func `joins a thread's writes that follow each other, and no others`() {
    for (text, party) in [
      ("one ", Party.ann), ("two ", .ann), ("three ", .amy), ("four ", .ann), ("five", .ann),
    ] {
      recording.write(text, by: party)
    }
    recording.read("one two three four five", by: .bob)
    #expect(
      recording.told()
        == ["ann > bob 8 \"one two \"", "amy > bob 6 \"three \"", "ann > bob 9 \"four five\""])
  }

  @Test func `tells the threads of a process apart, run by run`() {
    recording.write("one ", by: .ann)
    recording.write("two ", by: Self.second)
    recording.write("three", by: .ann)
    recording.read("one two three", by: .bob)
    _ = recording.told()
    #expect(recording.told.map(\.event.source.tid) == [101, 102, 101])
    #expect(contents == "one two three")
    #expect(recording.told.allSatisfy { $0.isExact })
  }

  @Test func `goes on with the run of the read before`() {
    recording.write("one ", by: .ann)
    recording.write("two ", by: .amy)
    recording.write("three", by: .ann)
    recording.read("one t", by: .bob)
    recording.read("wo three", by: .bob)
    #expect(
      recording.told() == [
        "ann > bob 4 \"one \"", "amy > bob 1 \"t\"", "amy > bob 3 \"wo \"", "ann > bob 5 \"three\"",
      ])
  }

  @Test func `has the delay of the run's own writes`() {
    recording.write("one", by: .ann)
    recording.write("two", by: .amy)
    recording.write("three", by: .ann)
    recording.read("onetwothree", by: .bob)
    _ = recording.told()
    #expect(recording.told.map(\.event.delay) == recording.told.map(\.event.delay).sorted(by: >))
    #expect(Set(recording.told.map(\.event.delay)).count == 3)
  }

  @Test func `says that the order is not known where nothing tells it`() {
    // Both were going on when the other ended, and they look alike.
    let first = recording.begin("same", by: .ann)
    let second = recording.begin("same", by: .amy)
    recording.end(first)
    recording.end(second)
    recording.read("samesame", by: .bob)
    #expect(recording.told() == ["ann > bob 4 \"same\" order?", "amy > bob 4 \"same\" order?"])
  }

  @Test func `knows the order again where one write has ended before the other began`() {
    let first = recording.begin("same", by: .ann)
    let second = recording.begin("same", by: .amy)
    recording.end(first)
    recording.end(second)
    recording.read("samesame", by: .bob)
    recording.write("same", by: .amy)
    recording.write("same", by: .ann)
    recording.read("samesame", by: .bob)
    #expect(recording.told().suffix(2) == ["amy > bob 4 \"same\"", "ann > bob 4 \"same\""])
  }

  @Test func `does not know whose the bytes are if only one of two equal writes was read`() {
    let first = recording.begin("same", by: .ann)
    let second = recording.begin("same", by: .amy)
    recording.end(first)
    recording.end(second)
    recording.read("same", by: .bob)
    recording.read("same", by: .bob)
    #expect(recording.told() == ["ann? > bob 4 \"same\"", "amy? > bob 4 \"same\""])
  }

  @Test func `doubts only the thread if all possible ones are of one process`() {
    for _ in 1...2 {
      let first = recording.begin("same", by: .ann)
      let second = recording.begin("same", by: Self.second)
      recording.end(first)
      recording.end(second)
      recording.read("same", by: .bob)
      recording.read("same", by: .bob)
    }
    _ = recording.told()
    #expect(recording.told.allSatisfy { $0.event.source.pid == 100 })
    #expect(recording.told.allSatisfy { $0.event.traits.contains(.inferredSourceThread) })
    #expect(recording.told.allSatisfy { !$0.event.traits.contains(.inferredSource) })
  }

  @Test func `doubts only the thread of unlike writes of one process`() {
    let first = recording.begin("aaa", by: .ann)
    let second = recording.begin("aaaaa", by: Self.second)
    recording.end(first)
    recording.end(second)
    recording.read("aa", by: .bob)
    recording.read("aaa", by: .bob)
    recording.read("aaa", by: .bob)
    _ = recording.told()
    let traits = recording.told.map(\.event.traits)
    #expect(traits.allSatisfy { $0 == .inferredSourceThread })
  }

  @Test func `doubts the process of unlike writes if another one's lie among them`() {
    let writings = [("aaa", Party.ann), ("aaaaa", Self.second), ("aaaa", .amy)].map {
      recording.begin($0.0, by: $0.1)
    }
    for writing in writings { recording.end(writing) }
    recording.read("aa", by: .bob)
    _ = recording.told()
    #expect(recording.told.allSatisfy { $0.event.traits.contains(.inferredSource) })
  }

  @Test func `that nobody reads is told in runs, too, with all that the writes tell of them`() {
    for (text, party) in [("one ", Party.ann), ("two ", .ann), ("three ", .amy), ("four", .ann)] {
      recording.write(text, by: party)
    }
    #expect(
      recording.toldAtEnd()
        == ["ann > nobody 8 \"one two \"", "amy > nobody 6 \"three \"", "ann > nobody 4 \"four\""])
    #expect(recording.contentsInUse == 0)
  }
}
