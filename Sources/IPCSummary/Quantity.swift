/// Times and rates in three digits and the unit that suits them.
enum Quantity {
  /// A time of nanoseconds; `-` if it is not known.
  static func time(_ nanoseconds: UInt64?) -> String {
    nanoseconds.map { shown($0, units: ["ns", "µs", "ms", "s"]) } ?? "-"
  }

  /// Bytes a second, without the second; `-` if they are not known.
  static func rate(_ bytes: UInt64?) -> String {
    bytes.map { shown($0, units: ["B", "kB", "MB", "GB", "TB", "PB", "EB"]) } ?? "-"
  }

  private static func shown(_ value: UInt64, units: [String]) -> String {
    var exponent = 0
    var step: UInt64 = 1
    while value / step >= 1000 {
      step *= 10
      exponent += 1
    }
    var digits = value / step
    if step > 1, value % step >= step / 2 { digits += 1 }
    if digits == 1000 {
      digits = 100
      exponent += 1
    }
    let unit = min((exponent + 2) / 3, units.count - 1)
    let decimals = 3 * unit - exponent
    guard decimals > 0 else {
      return "\(digits)\(String(repeating: "0", count: -decimals)) \(units[unit])"
    }
    let text = String(digits)
    return "\(text.dropLast(decimals)).\(text.suffix(decimals)) \(units[unit])"
  }
}
