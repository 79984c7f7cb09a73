import IPCModel
import Testing

@testable import IPCCorrelation

@Suite("Certainty of a stream")
struct CertaintyTests {
  private static func write(_ count: Int, begin: UInt64) -> StreamWrite {
    StreamWrite(
      source: Endpoint(pid: 1, tid: 1, comm: Comm("ann")), isInScope: true,
      fingerprint: Fingerprint(), begin: begin, end: begin + 1, count: count)
  }

  @Test func `begins in step, and a loss puts it out of step until something proves it again`() {
    var certainty = Certainty(at: 0)
    #expect(certainty.isInStep(at: 0) && certainty.doubt.isEmpty)
    #expect(!certainty.isInStep(at: 1))
    certainty.resynchronised(at: 1)
    #expect(certainty.isInStep(at: 1))
    certainty.lostStep()
    #expect(!certainty.isInStep(at: 1))
  }

  @Test func `forgets both doubts when the stream has been empty, but not the loss`() {
    var certainty = Certainty(at: 0)
    certainty.guessedAmongUnlike(isOneProcess: true)
    #expect(certainty.inference == .thread)
    certainty.guessedAmongUnlike(isOneProcess: false)
    #expect(certainty.inference == .process)
    certainty.lostPlace()
    #expect(certainty.doubt == [.source, .thread, .place])
    certainty.lostStep()
    certainty.drained()
    #expect(certainty.doubt.isEmpty && !certainty.isInStep(at: 0))
  }

  @Test func `stays in doubt of the place as long as writes are missing for what was read`() {
    var certainty = Certainty(at: 0)
    certainty.readUnmatched(10, at: 100)
    certainty.drained()
    #expect(certainty.doubt == .place)
    var early = Self.write(8, begin: 50)
    certainty.match(&early)
    #expect(early.remaining == 0)
    certainty.drained()
    #expect(certainty.doubt == .place)
    // It began after the read: the rest of what was read came from elsewhere.
    var late = Self.write(8, begin: 200)
    certainty.match(&late)
    #expect(late.remaining == 8)
    certainty.drained()
    #expect(certainty.doubt.isEmpty)
  }
}
