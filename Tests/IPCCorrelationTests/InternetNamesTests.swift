import IPCModel
import Testing

@testable import IPCCorrelation

@Suite("Addresses and services")
struct InternetNamesTests {
  private static func bytes(_ values: [UInt8]) -> RecordedAddress {
    var address = RecordedAddress(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    withUnsafeMutableBytes(of: &address) { $0.copyBytes(from: values) }
    return address
  }

  private static let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]

  @Test(
    arguments: [
      (mapped + [127, 0, 0, 1], "127.0.0.1"), (mapped + [10, 1, 255, 0], "10.1.255.0"),
      ([UInt8](repeating: 0, count: 15) + [1], "::1"), ([UInt8](repeating: 0, count: 16), "::"),
      ([0xfe, 0x80] + [UInt8](repeating: 0, count: 13) + [7], "fe80::7"),
      (
        [0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xab, 0xcd],
        "2001:db8:0:1::abcd"
      ),
    ] as [([UInt8], String)])
  func `are written as people write them`(address: [UInt8], text: String) {
    #expect(String(decoding: InternetAddress(Self.bytes(address)).text, as: UTF8.self) == text)
  }

  @Test func `are made once and let go of when there are too many`() {
    let names = InternetNames { port, kind in kind == .loopbackTCP && port == 22 ? "ssh" : nil }
    var buffer = ReorderBuffer()
    let first = names.address(Self.bytes(Self.mapped + [127, 0, 0, 1]), &buffer.texts)
    #expect(names.address(Self.bytes(Self.mapped + [127, 0, 0, 1]), &buffer.texts) == first)
    var highest: UInt32 = 0
    for round in 0..<10 as Range<UInt8> {
      for number in 0..<5000 {
        let address = Self.mapped + [127, round, UInt8(number / 256), UInt8(number % 256)]
        highest = max(highest, names.address(Self.bytes(address), &buffer.texts).rawValue)
      }
      names.tidy(at: UInt64(round), &buffer)
    }
    #expect(highest < 20_000)
    let service = names.service(22, kind: .loopbackTCP, &buffer.texts)
    #expect(service.map { buffer.texts.string(of: $0) } == "ssh")
    #expect(names.service(22, kind: .loopbackTCP, &buffer.texts) == service)
    #expect(names.service(22, kind: .loopbackUDP, &buffer.texts) == nil)
    #expect(names.service(23, kind: .loopbackTCP, &buffer.texts) == nil)
  }
}
