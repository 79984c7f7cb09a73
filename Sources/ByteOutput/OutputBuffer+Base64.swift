private let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

/// Two letters for every 12 bits, the first one in the lower byte. Half as many steps as letter by letter, and small enough
/// for the first cache. Made once, and neither changed nor freed.
nonisolated(unsafe) private let letterPairs: UnsafePointer<UInt16> = {
  let letters = alphabet.utf8Start
  let pairs = UnsafeMutablePointer<UInt16>.allocate(capacity: 1 << 12)
  for bits in 0..<(1 << 12) {
    (pairs + bits).initialize(to: UInt16(letters[bits >> 6]) | UInt16(letters[bits & 0x3f]) << 8)
  }
  return UnsafePointer(pairs)
}()

extension OutputBuffer {
  /// Appends bytes in base64 with padding (RFC 4648 section 4).
  package mutating func appendBase64(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    let pairs = letterPairs
    append(upTo: (bytes.count + 2) / 3 * 4) { place in
      let target = UnsafeMutableRawPointer(place)
      var input = 0
      var output = 0
      // Eight bytes are loaded, of which six become eight letters.
      while input + 8 <= bytes.count {
        let group = UInt64(bigEndian: source.loadUnaligned(fromByteOffset: input, as: UInt64.self))
        func pair(_ shift: UInt64) -> UInt64 { UInt64(pairs[Int(group >> shift & 0xfff)]) }
        let letters = pair(52) | pair(40) << 16 | pair(28) << 32 | pair(16) << 48
        target.storeBytes(of: letters.littleEndian, toByteOffset: output, as: UInt64.self)
        input += 6
        output += 8
      }
      while input < bytes.count {
        let left = bytes.count - input
        let second = left > 1 ? UInt32(bytes[input + 1]) : 0
        let third = left > 2 ? UInt32(bytes[input + 2]) : 0
        let group = UInt32(bytes[input]) << 16 | second << 8 | third
        for index in 0..<4 {
          let letter = alphabet.utf8Start[Int(group >> UInt32(18 - 6 * index)) & 0x3f]
          place[output + index] = index <= left ? letter : UInt8(ascii: "=")
        }
        input += 3
        output += 4
      }
      return output
    }
  }
}
