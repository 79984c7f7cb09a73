import Testing

@Suite("Packets in a pipe (O_DIRECT)")
struct PacketTests {
  private let recording = Recording()

  private func text(_ count: Int, of byte: UInt8 = 0x61) -> [UInt8] { [UInt8](repeating: byte, count: count) }

  @Test func `are told one by one`() {
    recording.write("one", by: .ann, packet: true)
    recording.write("two", by: .ann, packet: true)
    recording.read("one", by: .bob)
    recording.read("two", by: .bob)
    #expect(recording.told() == ["ann > bob 3 \"one\"", "ann > bob 3 \"two\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `that are read in part lose the rest, and that is told`() {
    recording.write("hello world", by: .ann, packet: true)
    recording.write("next", by: .amy, packet: true)
    recording.read("hello", by: .bob)
    recording.read("next", by: .bob)
    #expect(
      recording.told() == ["ann > bob 5 \"hello\"", "ann > nobody 6 \" world\"", "amy > bob 4 \"next\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `of a write beyond PIPE_BUF are several`() {
    let recording = Recording(capturing: 0)
    recording.end(recording.begin(text(10_000), by: .ann, packet: true))
    recording.read(text(4096), by: .bob)
    recording.read(text(4096), by: .bob)
    recording.read(text(1808), by: .bob)
    #expect(recording.told() == ["ann > bob 4096", "ann > bob 4096", "ann > bob 1808"])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `of a write beyond PIPE_BUF lose their rest singly`() {
    let recording = Recording(capturing: 0)
    recording.end(recording.begin(text(5000), by: .ann, packet: true))
    recording.read(text(100), by: .bob)
    recording.read(text(904), by: .bob)
    #expect(recording.told() == ["ann > bob 100", "ann > nobody 3996", "ann > bob 904"])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `of a write that still goes on are told when it has ended`() {
    let recording = Recording(capturing: 0)
    let writing = recording.begin(text(10_000), by: .ann, packet: true)
    recording.read(text(4096), by: .bob)
    #expect(recording.told() == [])
    recording.end(writing)
    #expect(recording.told() == ["ann > bob 4096"])
    #expect(recording.toldAtEnd() == ["ann > nobody 5904"])
  }

  @Test func `of a write that waits for long are told once, all the same`() {
    let recording = Recording(capturing: 0)
    let writing = recording.begin(text(10_000), by: .ann, packet: true)
    recording.read(text(4096), by: .bob)
    #expect(recording.told(after: 101).count == 1)
    recording.end(writing)
    recording.read(text(4096), by: .bob)
    recording.read(text(1808), by: .bob)
    #expect(recording.told() == ["ann > bob 4096", "ann > bob 1808"])
    #expect(recording.toldAtEnd() == [])
  }
}
