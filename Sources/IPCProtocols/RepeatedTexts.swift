import Glibc
import IPCModel

/// Texts that many messages have alike, such as the names of methods: what comes again takes no memory of its own.
struct RepeatedTexts {
  private static let bits = 4
  /// Longest text that is remembered: names are shorter.
  private static let longest = 128

  /// The last text of each place.
  private var texts = InlineArray<16, [UInt8]>(repeating: [])

  /// The text that bytes are.
  mutating func text(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    guard let base = bytes.baseAddress, !bytes.isEmpty, bytes.count <= Self.longest else {
      return Array(bytes)
    }
    let place = Int(Hashing.spread(Self.digest(bytes)) >> UInt64(64 - Self.bits))
    let isKnown =
      texts[place].count == bytes.count
      && texts[place].withUnsafeBytes { $0.baseAddress.map { memcmp($0, base, bytes.count) == 0 } ?? false }
    if !isKnown { texts[place] = Array(bytes) }
    return texts[place]
  }

  /// A number that differs for most texts: made of their length, and of their first and last eight bytes.
  private static func digest(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    guard bytes.count >= 8 else { return bytes.reduce(UInt64(bytes.count)) { $0 << 8 ^ UInt64($1) } }
    let first = bytes.loadUnaligned(as: UInt64.self)
    let last = bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
    return first ^ last << 1 ^ UInt64(bytes.count)
  }
}
