import Testing

@testable import ByteOutput

@Suite("The output buffer")
struct OutputBufferTests {
  @Test func `keeps every byte while it grows`() {
    var output = OutputBuffer(capacity: 1)
    for index in 0..<100_000 { output.append(UInt8(truncatingIfNeeded: index)) }
    let isIntact = output.withBytes { bytes in
      bytes.count == 100_000 && bytes.indices.allSatisfy { bytes[$0] == UInt8(truncatingIfNeeded: $0) }
    }
    #expect(isIntact)
  }

  @Test func `takes literals and both kinds of pointers`() {
    let text = written { output in
      output.append("a")
      Array("bc".utf8).withUnsafeBytes { output.append($0) }
      Array("de".utf8).withUnsafeBufferPointer { output.append($0) }
      output.append(UnsafeRawBufferPointer(start: nil, count: 0))
      output.append("")
    }
    #expect(text == "abcde")
  }

  @Test func `takes at once more than twice what fits`() {
    let bytes = [UInt8](repeating: 0x61, count: 1_000)
    let text = written { output in bytes.withUnsafeBytes { output.append($0) } }
    #expect(text == String(repeating: "a", count: 1_000))
  }

  @Test func `keeps its memory when emptied`() {
    var output = OutputBuffer(capacity: 1)
    for _ in 0..<1_000 { output.append("abc") }
    let capacity = output.capacity
    output.removeAll()
    let (isEmpty, newCapacity) = (output.isEmpty, output.capacity)
    #expect(isEmpty)
    #expect(newCapacity == capacity)
    #expect(capacity >= 3_000)
  }

  @Test func `gives memory back after a huge event`() {
    var output = OutputBuffer(capacity: 100)
    let chunk = [UInt8](repeating: 0, count: OutputBuffer.retainedCapacity + 1)
    chunk.withUnsafeBytes { output.append($0) }
    output.removeAll()
    let capacity = output.capacity
    #expect(capacity == 100)
    output.append("still works")
    let text = output.withBytes { String(decoding: $0, as: UTF8.self) }
    #expect(text == "still works")
  }

  @Test func `drops what came after a mark`() {
    let text = written { output in
      output.append("keep")
      let mark = output.count
      output.append("drop")
      output.truncate(to: mark)
      output.append("!")
    }
    #expect(text == "keep!")
  }

  @Test(arguments: [0, 1, 9, 10, 99, 100, 4_294_967_296, UInt64(Int64.max), .max])
  func `writes unsigned numbers like String`(value: UInt64) {
    let decimal = written { $0.appendDecimal(value) }
    let hex = written { $0.appendHex(value) }
    #expect(decimal == String(value))
    #expect(hex == String(value, radix: 16))
  }

  @Test(arguments: [0, 1, -1, -10, 2_147_483_648, Int64.min, .max])
  func `writes signed numbers like String`(value: Int64) {
    let decimal = written { $0.appendDecimal(value) }
    #expect(decimal == String(value))
  }

  @Test func `writes numbers of every length like String`() {
    let powersOfTen = (0..<20).map { count in (0..<count).reduce(1 as UInt64) { power, _ in power * 10 } }
    let powersOfTwo = (0..<64).map { UInt64(1) << UInt64($0) }
    for power in powersOfTen + powersOfTwo {
      for value in [power - 1, power, power + 1] {
        #expect(written { $0.appendDecimal(value) } == String(value))
      }
    }
  }

  @Test func `pads numbers with zeros and never cuts them`() {
    let text = written { output in
      output.appendDecimal(7, width: 3)
      output.append(" ")
      output.appendDecimal(12_345, width: 3)
      output.append(" ")
      output.appendHex(0xab, width: 8)
      output.append(" ")
      output.appendDecimal(0 as UInt64, width: 9)
    }
    #expect(text == "007 12345 000000ab 000000000")
  }

  @Test(arguments: [
    (0, "0.000000000"), (1, "0.000000001"), (-1, "-0.000000001"), (1_500_000_000, "1.500000000"),
    (Int64.min, "-9223372036.854775808"), (.max, "9223372036.854775807"),
  ])
  func `writes time spans as seconds`(nanoseconds: Int64, expected: String) {
    let text = written { $0.appendSeconds(nanoseconds: nanoseconds) }
    #expect(text == expected)
  }
}
