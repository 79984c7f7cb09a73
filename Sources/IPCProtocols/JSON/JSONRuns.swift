/// Bytes of a JSON text that stand beside each other and are taken in one go.
extension UnsafeRawBufferPointer {
  /// Where the characters of a string end, from an offset on, that stand for themselves: at a quote, a backslash, or a
  /// control character.
  ///
  /// Eight at a time: a byte less a number borrows from its highest bit where it is smaller, and one that equals a mark is
  /// zero, and so less than 1, when the mark is taken out of it. What a borrow spoils lies behind the first one found.
  @inline(__always)
  func endOfPlainText(from start: Int) -> Int {
    guard let base = baseAddress else { return start }
    let ones: UInt64 = 0x0101_0101_0101_0101
    var index = start
    while index + 8 <= count {
      let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      let quote = word ^ (ones &* 0x22)
      let backslash = word ^ (ones &* 0x5C)
      let marks =
        ((word &- ones &* 0x20) & ~word | (quote &- ones) & ~quote | (backslash &- ones) & ~backslash)
        & (ones &* 0x80)
      if marks != 0 { return index + marks.trailingZeroBitCount / 8 }
      index += 8
    }
    while index < count, self[index] >= 0x20, self[index] != 0x22, self[index] != 0x5C { index += 1 }
    return index
  }

  /// Where the characters of a number end, from an offset on.
  @inline(__always)
  func endOfNumber(from start: Int) -> Int {
    var index = start
    while index < count {
      switch self[index] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"),
        UInt8(ascii: "+"), UInt8(ascii: "-"):
        index += 1
      default: return index
      }
    }
    return index
  }
}
