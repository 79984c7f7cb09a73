import CaptureSupport
import IPCCapture
import Testing

@Suite("What of a capture could be written")
struct CaptureBlocksTests {
  @Test func `is cut down to whole blocks`() {
    let bytes = Sample.small().bytes
    let whole = bytes.withUnsafeBytes { all in
      bytes.indices.map { CaptureBlocks.wholeLength(of: all, in: $0) } + [
        CaptureBlocks.wholeLength(of: all, in: all.count)
      ]
    }
    for (count, length) in whole.enumerated() {
      #expect(length <= count)
      // What is left reads without complaint, once there is a section.
      if length > 0 { #expect(Replayed(Array(bytes[..<length])).failure == nil, "\(count)") }
    }
    #expect(whole.last == bytes.count)
    #expect(Set(whole).count == 10)
  }
}
