/// Digits of every base up to 16.
let hexDigits: StaticString = "0123456789abcdef"

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
  mutating func appendSeconds(nanoseconds: Int64) {
    if nanoseconds < 0 { append(UInt8(ascii: "-")) }
    let (seconds, rest) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
    appendDecimal(seconds)
    append(UInt8(ascii: "."))
    appendDecimal(rest, width: 9)
  }

  @inline(__always)
  private mutating func appendDigits(of value: UInt64, width: Int) {
    // Bounds are multiplied up, which is cheaper than to divide the value down; 20 digits are all of 64 bits.
    var length = 1
    var bound: UInt64 = 10
    while length < 20, value >= bound {
      length += 1
      bound = bound &* 10
    }
    length = max(length, width)
    append(upTo: length) { place in
      var rest = value
      for index in stride(from: length - 1, through: 0, by: -1) {
        place[index] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
      }
      return length
    }
  }
}
