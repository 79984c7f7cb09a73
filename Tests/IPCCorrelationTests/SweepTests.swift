import Testing

@testable import IPCCorrelation

@Suite("Tidying up")
struct SweepTests {
  private let recording = Recording()

  @Test func `forgets a pipe that rests, so that its next record tells about it`() {
    recording.write("x", by: .ann)
    recording.read("x", by: .bob)
    #expect(recording.sweep(after: 1900) == 0)
    #expect(recording.sweep(after: 200) == 1)
    #expect(recording.sweep(after: 2100) == 0)
  }

  @Test func `knows a pipe anew that it has forgotten`() {
    recording.write("x", by: .ann)
    recording.read("x", by: .bob)
    #expect(recording.sweep(after: 2100) == 1)
    recording.write("hello", by: .ann)
    #expect(
      recording.toldAtEnd(recording.live(unread: 5)) == ["ann > bob 1 \"x\"", "ann > nobody 5 \"hello\""])
  }

  @Test func `keeps a pipe with unread bytes while it exists`() {
    recording.write("hello", by: .ann)
    #expect(recording.sweep(after: 2100) == 0)
    #expect(recording.wantsOpenChannels)
    #expect(recording.sweep(after: 10, recording.live(unread: 5)) == 0)
    recording.read("hello", by: .bob)
    #expect(recording.told() == ["ann > bob 5 \"hello\""])
  }

  @Test func `tells the unread bytes of a pipe that is gone`() {
    recording.write("hello", by: .ann)
    #expect(recording.sweep(after: 2100) == 0)
    #expect(recording.sweep(after: 10, OpenChannels()) == 1)
    #expect(recording.told() == ["ann > nobody 5 \"hello\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `tells bytes that left a pipe unseen, once`() {
    recording.write("hello", by: .ann)
    #expect(recording.sweep(after: 2100, recording.live(unread: 2)) == 0)
    #expect(recording.told() == ["ann > <unknown> 3 gone"])
    #expect(recording.sweep(after: 2100, recording.live(unread: 2)) == 0)
    #expect(recording.toldAtEnd(recording.live(unread: 2)) == ["ann > nobody 2 gone"])
  }

  @Test func `does not touch a pipe whose read waits`() {
    recording.read("early", by: .bob)
    #expect(recording.sweep(after: 2100, OpenChannels()) == 0)
    #expect(recording.hasPending)
  }

  @Test func `wants no look at the pipes that exist unless bytes are unread`() {
    recording.write("x", by: .ann)
    recording.read("x", by: .bob)
    _ = recording.sweep(after: 2100)
    #expect(!recording.wantsOpenChannels)
  }

  @Test func `asks ever more seldom while nothing comes of it`() {
    recording.write("hello", by: .ann)
    let live = recording.live(unread: 5)
    _ = recording.sweep(after: 2100)
    var sweepsBetweenLooks: [Int] = []
    var sweeps = 0
    while sweepsBetweenLooks.count < 8 {
      sweeps += 1
      guard recording.wantsOpenChannels else {
        _ = recording.sweep(after: 250)
        continue
      }
      _ = recording.sweep(after: 250, live)
      sweepsBetweenLooks.append(sweeps)
      sweeps = 0
    }
    #expect(zip(sweepsBetweenLooks, sweepsBetweenLooks.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(sweepsBetweenLooks.last.map { (16...64).contains($0) } == true, "\(sweepsBetweenLooks)")
  }

  @Test func `does not let 20,000 pipes stay that were used once`() {
    var forgotten = 0
    for number in 0..<20_000 {
      let pipe = TracedPipe(address: 0x10000 + UInt64(number) * 1024, inode: UInt64(number) + 1)
      recording.write("x", by: .ann, to: pipe)
      recording.read("x", by: .bob, from: pipe)
      if number % 5000 == 4999 { forgotten += recording.sweep(after: 101) }
    }
    forgotten += recording.sweep(after: 2100)
    #expect(forgotten == 20_000)
    #expect(recording.told().count == 20_000)
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `holds less of many pipes than of few`() {
    for number in 0..<5000 {
      let pipe = TracedPipe(address: 0x10000 + UInt64(number) * 1024, inode: UInt64(number) + 1)
      recording.write("x", by: .ann, to: pipe)
      recording.read("x", by: .bob, from: pipe)
    }
    #expect(recording.sweep(after: 101) > 4900)
  }

  @Test func `does not forget what a known pipe holds when the kernel tells about it anew`() {
    recording.write("hello", by: .ann)
    recording.pipe.isKnown = false
    recording.read("he", by: .bob)
    recording.read("llo", by: .bob)
    #expect(recording.told() == ["ann > bob 2 \"he\"", "ann > bob 3 \"llo\""])
  }
}
