import Testing

@testable import EmbeddedBytes

@Suite("Bytes in string literals")
struct EmbeddedBytesTests {
  /// Bytes that do not compress, by a linear congruential generator.
  private func noise(_ count: Int) -> [UInt8] {
    var state: UInt32 = 1
    return (0..<count).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(state >> 24)
    }
  }

  /// The characters of a literal, as the compiler reads them.
  private func characters(of literal: String) -> [UInt8] {
    #expect(literal.hasPrefix("\"") && literal.hasSuffix("\""))
    var characters: [UInt8] = []
    var rest = literal.utf8.dropFirst().dropLast()
    while let character = rest.popFirst() {
      guard character == UInt8(ascii: "\\") else {
        characters.append(character)
        continue
      }
      #expect(rest.starts(with: "u{".utf8))
      let digits = rest.dropFirst(2).prefix { $0 != UInt8(ascii: "}") }
      characters.append(UInt8(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0xFF)
      rest = rest.dropFirst(3 + digits.count)
    }
    return characters
  }

  @Test(arguments: [0, 1, 2, 3, 6, 7, 8, 1_000, 100_000])
  func `come back, aligned`(count: Int) {
    let bytes = noise(count)
    let characters = characters(of: EmbeddedBytes.literal(holding: bytes))
    let (unpacked, address) = characters.withUnsafeBufferPointer { characters in
      EmbeddedBytes.withBytes(ofCharacters: characters) { ([UInt8]($0), UInt(bitPattern: $0.baseAddress)) }
    }
    #expect(unpacked == bytes)
    #expect(address % 8 == 0)
  }

  @Test func `come back from what the compiler makes of a literal`() {
    // literal(holding: Array("ipcdump ipcdump ipcdump".utf8))
    let literal: StaticString =
      "\u{14}-%\u{7f}i\u{0}.u\u{0}\u{0}\u{8}\u{6}KAFd:[.\u{2}\u{0}\u{4}\u{1};eA "
    let unpacked = EmbeddedBytes.withBytes(of: literal) { String(decoding: $0, as: UTF8.self) }
    #expect(unpacked == "ipcdump ipcdump ipcdump")
  }

  @Test func `are compressed, and take no character of more than a byte`() {
    let literal = EmbeddedBytes.literal(holding: [UInt8](repeating: 7, count: 100_000))
    #expect(literal.utf8.count < 1_000)
    #expect(EmbeddedBytes.literal(holding: noise(1_000)).utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
  }
}
