/// Digits of every base up to 16.
@inlinable package var hexDigits: StaticString { "0123456789abcdef" }

/// The numbers below 100 in two digits each: one division gives two of them.
private let digitPairs: StaticString = """
  0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849\
  5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899
  """

extension OutputBuffer {
  /// Appends a number in decimal.
  public mutating func appendDecimal(_ value: UInt64) {
    appendDigits(of: value, width: 1)
  }

  /// Appends a number in decimal, with a minus sign if it is negative.
  public mutating func appendDecimal(_ value: Int64) {
    if value < 0 { append(UInt8(ascii: "-")) }
    appendDigits(of: value.magnitude, width: 1)
  }

  /// Appends a number in decimal, with zeros before it up to `width` digits.
  public mutating func appendDecimal(_ value: UInt64, width: Int) {
    appendDigits(of: value, width: width)
  }

  /// Appends a number in lowercase hexadecimal, with zeros before it up to `width` digits.
  public mutating func appendHex(_ value: UInt64, width: Int = 1) {
    let length = max((64 - value.leadingZeroBitCount + 3) / 4, width, 1)
    append(upTo: length) { place in
      var rest = value
      for index in stride(from: length - 1, through: 0, by: -1) {
        place[index] = hexDigits.utf8Start[Int(rest & 0xf)]
        rest >>= 4
      }
      return length
    }
  }

  /// Appends a time span of nanoseconds as seconds with nine decimals.
  package mutating func appendSeconds(nanoseconds: Int64) {
    if nanoseconds < 0 { append(UInt8(ascii: "-")) }
    let (seconds, rest) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
    appendDecimal(seconds)
    append(UInt8(ascii: "."))
    appendDecimal(rest, width: 9)
  }

  @inline(__always)
  private mutating func appendDigits(of value: UInt64, width: Int) {
    let length = max(decimalLength(of: value), width)
    append(upTo: length) { place in
      writeDigits(of: value, to: place, count: length)
      return length
    }
  }
}

/// Digits that a number has in decimal.
@inline(__always)
private func decimalLength(of value: UInt64) -> Int {
  // Most numbers are short.
  if value < 10_000 { return value < 100 ? (value < 10 ? 1 : 2) : (value < 1000 ? 3 : 4) }
  // A binary digit is 1233/4096 of a decimal one, closely enough for 64 of them: there are so many, or one more.
  let least = ((64 - value.leadingZeroBitCount) * 1233) >> 12
  return value < powersOfTen[least] ? least : least + 1
}

/// Those that fit in 64 bits.
private let powersOfTen: InlineArray<20, UInt64> = [
  1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
  100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
  10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
]

/// 10^8, up to which the digits of a number are taken at a time.
private let eightDigits: UInt64 = 100_000_000

/// Writes the last digits of a number in decimal, with zeros before it.
@inline(__always)
func writeDigits(of value: UInt64, to place: UnsafeMutablePointer<UInt8>, count: Int) {
  if count <= 8, value < eightDigits { return writeDigits(of: UInt32(value), to: place, count: count) }
  var (rest, left) = (value, count)
  while left > 8 {
    let (high, low) = rest.quotientAndRemainder(dividingBy: eightDigits)
    left -= 8
    writeDigits(of: UInt32(low), to: place + left, count: 8)
    rest = high
  }
  writeDigits(of: UInt32(rest % eightDigits), to: place, count: left)
}

/// The same of 32 bits, where a division is one multiplication.
@inline(__always)
private func writeDigits(of value: UInt32, to place: UnsafeMutablePointer<UInt8>, count: Int) {
  var (rest, left) = (value, count)
  while left >= 2 {
    let pair = 2 * Int(rest % 100)
    rest /= 100
    left -= 2
    // Both digits at once.
    UnsafeMutableRawPointer(place + left).copyMemory(from: digitPairs.utf8Start + pair, byteCount: 2)
  }
  if left == 1 { place[0] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10) }
}
