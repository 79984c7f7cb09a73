import IPCModel
import RecordLayout
import Testing

@Suite("A terminal")
struct TerminalTests {
  private let recording = TerminalRecording()

  @Test func `takes typing to who reads it`() throws {
    recording.type("ls\n", by: .ann)
    recording.readTyping(by: .bob)
    #expect(recording.told() == ["ann > bob 3 \"ls\n\""])
    let told = try #require(recording.told.first)
    #expect(told.event.kind == .pty)
    #expect(told.event.traits == [])
    #expect(told.meta == ["tty_name": "pts/3", "dst_sid": "77", "count": "3", "direction": "input"])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `takes output to who reads the master`() throws {
    recording.print("a.out\n", by: .amy)
    recording.readOutput(by: .bea)
    #expect(recording.told() == ["amy > bea 6 \"a.out\n\""])
    let told = try #require(recording.told.first)
    #expect(told.event.traits == [])
    #expect(told.meta == ["tty_name": "pts/3", "dst_sid": "77", "count": "6", "direction": "output"])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `is told by each write, however it is read`() {
    for letter in ["l", "s", "\n"] { recording.type(letter, by: .ann) }
    recording.readTyping(by: .bob)
    recording.print("one two", by: .bob)
    recording.readOutput(by: .ann)
    recording.readOutput(by: .ann)
    #expect(
      recording.told() == [
        "ann > bob 1 \"l\"", "ann > bob 1 \"s\"", "ann > bob 1 \"\n\"", "bob > ann 7 \"one two\"",
      ])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `is told at the time of the write`() {
    recording.type("x", by: .ann)
    let time = recording.clock
    recording.clock += 50_000_000
    recording.readTyping(by: .bob)
    #expect(recording.told() == ["ann > bob 1 \"x\""])
    #expect(recording.told.map(\.event.time) == [time])
  }

  @Test func `keeps its two directions apart`() {
    recording.type("x", by: .ann)
    recording.print("y", by: .bob)
    recording.readOutput(by: .ann)
    #expect(recording.told() == [])
    recording.readTyping(by: .bob)
    #expect(recording.told() == ["ann > bob 1 \"x\"", "bob > ann 1 \"y\""])
  }

  @Test func `is not mixed up with another one`() {
    let other = TerminalScene("pts4", index: 4, address: 0xffff_8880_0003_0000)
    recording.type("x", by: .ann)
    recording.type("y", by: .amy, on: other)
    recording.readTyping(by: .bea, on: other)
    recording.readTyping(by: .bob)
    #expect(recording.told() == ["ann > bob 1 \"x\"", "amy > bea 1 \"y\""])
    #expect(recording.meta("tty_name") == ["pts/3", "pts/4"])
  }

  @Test(
    arguments: [
      ("pts0", "pts/0"), ("pts1048575", "pts/1048575"), ("ttyp0", "ttyp0"), ("pts", "pts"),
      ("ptsx1", "ptsx1"),
      ("pts1a", "pts1a"), ("ptm0", "ptm0"), ("", nil), ("fifteen-letters", "fifteen-letters"),
    ] as [(String, String?)])
  func `has the name that ps shows`(name: String, shown: String?) {
    recording.terminal.name = name
    recording.type("x", by: .ann)
    recording.readTyping(by: .bob)
    _ = recording.told()
    #expect(recording.meta("tty_name") == [shown])
  }

  @Test func `without a session tells none`() {
    recording.terminal.session = 0
    recording.type("x", by: .ann)
    recording.readTyping(by: .bob)
    #expect(recording.told() == ["ann > bob 1 \"x\""])
    #expect(recording.meta("dst_sid") == [nil])
  }

  @Test func `is another one if it has another name at the same place`() {
    recording.type("x", by: .ann)
    recording.readTyping(by: .bob)
    recording.type("y", by: .ann)
    recording.terminal.name = "ttyp3"
    recording.type("z", by: .amy)
    #expect(
      recording.told(after: 101) == ["ann > bob 1 \"x\"", "ann > bob? 1 \"y\"", "amy > <unknown> 1 \"z\""])
    #expect(recording.meta("tty_name") == ["pts/3", "pts/3", "ttyp3"])
    for _ in 0..<3 { recording.sweep(after: 250) }
    recording.type("w", by: .amy)
    _ = recording.toldAtEnd()
    #expect(recording.meta("tty_name").last == "ttyp3")
  }

  @Test(arguments: [(false, false, false), (true, false, true), (false, true, true)])
  func `is of the traced tree if one end is`(writer: Bool, reader: Bool, expected: Bool) {
    recording.type("x", by: writer ? .ann.inScope : .ann)
    recording.readTyping(by: reader ? .bob.inScope : .bob)
    recording.type("y", by: writer ? .ann.inScope : .ann)
    _ = recording.told(after: 101)
    #expect(recording.told.map { $0.event.traits.contains(.inScope) } == [expected, expected])
  }

  @Test func `stands among other terminals in the order of time`() {
    let other = TerminalScene("pts4", index: 4, address: 0xffff_8880_0003_0000)
    recording.type("waits", by: .ann)
    recording.print("a", by: .amy, on: other)
    recording.readOutput(by: .bea, on: other)
    recording.print("b", by: .amy, on: other)
    recording.readOutput(by: .bea, on: other)
    #expect(recording.told(after: 50) == [])
    recording.readTyping(by: .bob)
    #expect(recording.told() == ["ann > bob 5 \"waits\"", "amy > bea 1 \"a\"", "amy > bea 1 \"b\""])
  }
}
