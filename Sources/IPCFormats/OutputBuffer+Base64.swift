private let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

extension OutputBuffer {
  /// Appends bytes in base64 with padding (RFC 4648 section 4).
  package mutating func appendBase64(_ bytes: UnsafeRawBufferPointer) {
    append(upTo: (bytes.count + 2) / 3 * 4) { place in
      let letters = alphabet.utf8Start
      var output = 0
      func put(_ group: UInt32, letters letterCount: Int) {
        for index in 0..<4 {
          let letter = letters[Int(group >> UInt32(18 - 6 * index)) & 0x3f]
          place[output + index] = index < letterCount ? letter : UInt8(ascii: "=")
        }
        output += 4
      }

      let whole = bytes.count - bytes.count % 3
      for index in stride(from: 0, to: whole, by: 3) {
        let high = UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8
        let group = high | UInt32(bytes[index + 2])
        place[output] = letters[Int(group >> 18)]
        place[output + 1] = letters[Int(group >> 12) & 0x3f]
        place[output + 2] = letters[Int(group >> 6) & 0x3f]
        place[output + 3] = letters[Int(group) & 0x3f]
        output += 4
      }
      switch bytes.count - whole {
      case 1: put(UInt32(bytes[whole]) << 16, letters: 2)
      case 2: put(UInt32(bytes[whole]) << 16 | UInt32(bytes[whole + 1]) << 8, letters: 3)
      default: break
      }
      return output
    }
  }
}
