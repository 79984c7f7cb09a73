/// Reads a text of /proc from its beginning to its end, and allocates nothing for it.
struct ProcText {
  private let bytes: UnsafeRawBufferPointer
  private var place = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Whether all has been read.
  var isAtEnd: Bool { place >= bytes.count }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  /// What is left, as text.
  var rest: String { String(decoding: UnsafeRawBufferPointer(rebasing: bytes[place...]), as: UTF8.self) }

  /// Goes on behind blanks, but not into the next line.
  mutating func skipBlanks() { while next == 0x20 || next == 0x09 { place += 1 } }

  /// Goes on behind a character; false, and nothing is read, if another one is next.
  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  /// Goes on behind a text; false, and nothing is read, if another one is next.
  mutating func skip(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard count <= bytes.count - place else { return false }
    for index in 0..<count where bytes[place + index] != text.utf8Start[index] { return false }
    place += count
    return true
  }

  /// Goes to the beginning of the next line; false if there is none.
  mutating func skipLine() -> Bool {
    while let byte = next {
      place += 1
      if byte == 0x0a { return !isAtEnd }
    }
    return false
  }

  /// Goes behind a word at the beginning of a line, and the blanks behind it; false at the end if no line begins so.
  mutating func find(line beginning: StaticString) -> Bool {
    while !skip(beginning) { if !skipLine() { return false } }
    skipBlanks()
    return true
  }

  /// A decimal number; nil if there is none.
  mutating func number() -> UInt64? {
    skipBlanks()
    let start = place
    var value: UInt64 = 0
    while let byte = next, byte >= 0x30, byte <= 0x39 {
      value = value &* 10 &+ UInt64(byte &- 0x30)
      place += 1
    }
    return place == start ? nil : value
  }

  /// A decimal number with a sign.
  mutating func signed() -> Int64? {
    skipBlanks()
    let isNegative = skip("-" as Unicode.Scalar)
    return number().map { isNegative ? -Int64(truncatingIfNeeded: $0) : Int64(truncatingIfNeeded: $0) }
  }

  /// A hexadecimal number, with or without `0x`.
  mutating func hexadecimal() -> UInt64? {
    skipBlanks()
    _ = skip("0x" as StaticString)
    let start = place
    var value: UInt64 = 0
    while let byte = next {
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte - 0x30
      case 0x61...0x66: digit = byte - 0x61 + 10
      case 0x41...0x46: digit = byte - 0x41 + 10
      default: return place == start ? nil : value
      }
      value = value << 4 | UInt64(digit)
      place += 1
    }
    return place == start ? nil : value
  }

  /// What stands up to the next blank or the end of the line.
  mutating func word() -> String {
    skipBlanks()
    let start = place
    while let byte = next, byte != 0x20, byte != 0x09, byte != 0x0a { place += 1 }
    return String(decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<place]), as: UTF8.self)
  }

  /// Goes behind the next word.
  mutating func skipWord() {
    skipBlanks()
    while let byte = next, byte != 0x20, byte != 0x09, byte != 0x0a { place += 1 }
  }

  /// What stands up to the end of the line.
  mutating func line() -> String {
    let start = place
    while let byte = next, byte != 0x0a { place += 1 }
    return String(decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<place]), as: UTF8.self)
  }

  /// What stands between the first opening and the last closing parenthesis; a name in them can have any of them.
  mutating func parenthesized() -> String? {
    guard let first = bytes[place...].firstIndex(of: 0x28), let last = bytes.lastIndex(of: 0x29), first < last
    else {
      return nil
    }
    place = last + 1
    return String(decoding: UnsafeRawBufferPointer(rebasing: bytes[(first + 1)..<last]), as: UTF8.self)
  }
}
