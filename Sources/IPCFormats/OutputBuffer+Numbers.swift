/// Digits of every base up to 16.
let hexDigits: StaticString = "0123456789abcdef"

extension OutputBuffer {
  /// Appends a number in decimal.
  public mutating func appendDecimal(_ value: UInt64) {
    appendDigits(of: value, base: 10, width: 1)
  }

  /// Appends a number in decimal, with a minus sign if it is negative.
  public mutating func appendDecimal(_ value: Int64) {
    if value < 0 { append(UInt8(ascii: "-")) }
    appendDigits(of: value.magnitude, base: 10, width: 1)
  }

  /// Appends a number in decimal, with zeros before it up to `width` digits.
  public mutating func appendDecimal(_ value: UInt64, width: Int) {
    appendDigits(of: value, base: 10, width: width)
  }

  /// Appends a number in lowercase hexadecimal, with zeros before it up to `width` digits.
  public mutating func appendHex(_ value: UInt64, width: Int = 1) {
    appendDigits(of: value, base: 16, width: width)
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
  private mutating func appendDigits(of value: UInt64, base: UInt64, width: Int) {
    var length = 1
    var rest = value / base
    while rest > 0 {
      length += 1
      rest /= base
    }
    length = max(length, width)
    append(upTo: length) { place in
      var rest = value
      for index in stride(from: length - 1, through: 0, by: -1) {
        place[index] = hexDigits.utf8Start[Int(rest % base)]
        rest /= base
      }
      return length
    }
  }
}
