/// The fields that are known from the beginning (appendix A).
enum HPACKStaticTable {
  static let count = 61

  static func field(_ index: Int) -> (name: HPACKDecoder.Name, value: [UInt8]) {
    switch index {
    case 1: (.authority, [])
    case 2: (.method, Array("GET".utf8))
    case 3: (.method, Array("POST".utf8))
    case 4: (.path, Array("/".utf8))
    case 5: (.path, Array("/index.html".utf8))
    case 6: (.scheme, Array("http".utf8))
    case 7: (.scheme, Array("https".utf8))
    case 8...14: (.status, digits(statuses[index - 8]))
    case 31: (.contentType, [])
    case 38: (.authority, [])
    default: (.other, [])
    }
  }

  static func nameCount(_ index: Int) -> Int { nameCounts[index - 1] }

  private static let statuses = [200, 204, 206, 304, 400, 404, 500]
  private static let nameCounts = [
    10, 7, 7, 5, 5, 7, 7, 7, 7, 7, 7, 7, 7, 7, 14, 15, 15, 13, 6, 27, 3, 5, 13, 13, 19, 16, 16, 14, 16, 13,
    12, 6, 4, 4, 6, 7, 4, 4, 8, 17, 13, 8, 19, 13, 4, 8, 12, 18, 19, 5, 7, 7, 11, 6, 10, 25, 17, 10, 4, 3,
    16,
  ]
}

/// The code of strings (appendix B). It is canonical: codes of one length are numbers that follow each other, in the order
/// of what they stand for, so that their lengths say all.
enum HPACKHuffman {
  /// The first code of each length, how many there are, and where in `symbols` they begin.
  private struct Table {
    var firstCodes = [UInt32](repeating: 0, count: 31)
    var counts = [UInt32](repeating: 0, count: 31)
    var starts = [Int](repeating: 0, count: 31)
    var symbols: [UInt16] = []

    init() {
      for length in HPACKHuffman.lengths { counts[Int(length)] += 1 }
      var code: UInt32 = 0
      for length in 1...30 {
        code <<= 1
        firstCodes[length] = code
        starts[length] = symbols.count
        symbols += HPACKHuffman.lengths.indices.lazy.filter { HPACKHuffman.lengths[$0] == length }.map {
          UInt16($0)
        }
        code += counts[length]
      }
    }
  }

  private static let table = Table()

  /// Decodes a string.
  ///
  /// - Parameter limit: Bytes of it that are kept.
  static func decode(_ bytes: UnsafeRawBufferPointer, limit: Int) -> (text: [UInt8], count: Int)? {
    var text: [UInt8] = []
    var (count, code, length) = (0, UInt32(0), 0)
    for byte in bytes {
      for bit in stride(from: 7, through: 0, by: -1) {
        code = code << 1 | UInt32(byte >> UInt8(bit) & 1)
        length += 1
        guard length <= 30 else { return nil }
        guard code >= table.firstCodes[length], code - table.firstCodes[length] < table.counts[length] else {
          continue
        }
        let symbol = table.symbols[table.starts[length] + Int(code - table.firstCodes[length])]
        // The end of a string is never written.
        guard symbol < 256 else { return nil }
        if text.count < limit { text.append(UInt8(symbol)) }
        (count, code, length) = (count + 1, 0, 0)
      }
    }
    // What is left is the beginning of the code of the end: ones.
    return length < 8 && code == (1 << UInt32(length)) - 1 ? (text, count) : nil
  }

  /// Bits of the code of each byte, and of the end.
  private static let lengths: [UInt8] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28,
    28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6,
    6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8,
    7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7,
    7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23,
    24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22,
    23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25,
    26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24,
    20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
    27, 27, 27, 26, 30,
  ]
}
