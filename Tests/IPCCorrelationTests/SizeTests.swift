import IPCModel
import Testing

@testable import IPCCorrelation

@Suite("What is copied for every event")
struct SizeTests {
  @Test func `takes at most 256 bytes, beyond which a copy takes twice the instructions`() {
    #expect(MemoryLayout<Event>.size <= 256)
    #expect(MemoryLayout<StreamWrite>.size <= 256)
    #expect(MemoryLayout<StreamRead>.size <= 256)
  }
}
