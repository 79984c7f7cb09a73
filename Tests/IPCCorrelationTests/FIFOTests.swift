import Testing

@testable import IPCCorrelation

@Suite("A FIFO")
struct FIFOTests {
  private let recording = Recording()
  private var names: [String?] { recording.told.map { $0.meta["pipe_name"] } }

  @Test(
    arguments: [
      (["fifo", "tmp"], "/tmp/fifo"), (["fifo"], "/fifo"), ([], "/"),
      (["ä b", "run", "var"], "/var/run/ä b"),
    ])
  func `is named by its path`(components: [String], path: String) {
    recording.tellPath(components)
    recording.write("x", by: .ann)
    recording.read("x", by: .bob)
    #expect(recording.told() == ["ann > bob 1 \"x\""])
    #expect(names == [path])
  }

  @Test func `keeps its name for every transfer`() {
    recording.tellPath(["fifo", "tmp"])
    for _ in 0..<3 {
      recording.write("x", by: .ann)
      recording.read("x", by: .bob)
      _ = recording.told()
    }
    #expect(names == ["/tmp/fifo", "/tmp/fifo", "/tmp/fifo"])
  }

  @Test func `that everybody closed has lost what nobody had read`() {
    recording.tellPath(["fifo", "tmp"], isBorn: true)
    recording.write("old", by: .ann)
    recording.tellPath(["fifo", "tmp"], isBorn: true)
    recording.write("new", by: .amy)
    recording.read("new", by: .bob)
    #expect(recording.told() == ["ann > nobody 3 \"old\"", "amy > bob 3 \"new\""])
    #expect(names == ["/tmp/fifo", "/tmp/fifo"])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `that has the number of a removed one has its own name`() {
    recording.tellPath(["old", "tmp"], isBorn: true)
    recording.write("x", by: .ann)
    recording.read("x", by: .bob)
    recording.write("left", by: .ann)
    recording.tellPath(["new", "tmp"], isBorn: true)
    recording.tellPath(["new", "tmp"], isBorn: true)
    recording.write("y", by: .ann)
    recording.read("y", by: .bob)
    #expect(recording.told() == ["ann > bob 1 \"x\"", "ann > nobody 4 \"left\"", "ann > bob 1 \"y\""])
    #expect(names == ["/tmp/old", "/tmp/old", "/tmp/new"])
  }

  @Test func `that is born after a loss is exact`() {
    recording.losing { recording.write("lost", by: .ann) }
    recording.tellPath(["fifo"], isBorn: true)
    recording.write("x", by: .ann)
    recording.read("x", by: .bob)
    #expect(recording.told() == ["ann > bob 1 \"x\""])
  }

  @Test func `with unread bytes from before the trace has its name and their count`() {
    let recording = Recording(pipe: TracedPipe(unread: 3))
    recording.begin(with: recording.live(unread: 3, .ann), .ann)
    recording.tellPath(["fifo", "tmp"], by: .bob)
    recording.read("old", by: .bob)
    #expect(recording.told() == ["ann? > bob 3 \"old\""])
    #expect(recording.told.first?.meta["pipe_name"] == "/tmp/fifo")
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `that is gone is named when its unread bytes are told`() {
    recording.tellPath(["fifo", "tmp"])
    recording.write("unread", by: .ann)
    #expect(recording.sweep(after: 2100, OpenChannels()) == 1)
    #expect(recording.told() == ["ann > nobody 6 \"unread\""])
    #expect(names == ["/tmp/fifo"])
  }
}
