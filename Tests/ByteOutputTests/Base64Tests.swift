import Foundation
import Testing

@testable import ByteOutput

@Suite("Base64")
struct Base64Tests {
  @Test(arguments: Array(0...100) + [100_000])
  func `agrees with Foundation at every length`(count: Int) {
    var state: UInt64 = 0x9e37_79b9_7f4a_7c15
    let bytes = (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
    let text = written { output in bytes.withUnsafeBytes { output.appendBase64($0) } }
    #expect(text == Data(bytes).base64EncodedString())
  }

  @Test func `agrees with Foundation on every byte`() {
    for byte in UInt8.min...UInt8.max {
      for bytes in [[byte], [0, byte], [0, 0, byte], [byte, 0xff, 0xff]] {
        let text = written { output in bytes.withUnsafeBytes { output.appendBase64($0) } }
        #expect(text == Data(bytes).base64EncodedString())
      }
    }
  }
}
