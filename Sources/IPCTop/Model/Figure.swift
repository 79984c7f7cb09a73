/// Numbers in three digits and the letter that suits them, without a space: five characters at most.
public enum Figure {
  /// A number, in powers of a thousand.
  public static func count(_ value: UInt64) -> String {
    shown(value, units: ["", "k", "M", "G", "T", "P", "E"])
  }

  /// A time of nanoseconds; `-` if it is not known.
  public static func time(_ nanoseconds: UInt64?) -> String {
    nanoseconds.map { shown($0, units: ["ns", "µs", "ms", "s", "ks", "Ms", "Gs"]) } ?? "-"
  }

  private static func shown(_ value: UInt64, units: [String]) -> String {
    var unit = 0
    var scale: UInt64 = 1
    while value / scale >= 1000, unit + 1 < units.count {
      scale *= 1000
      unit += 1
    }
    let whole = value / scale
    if unit == 0 { return "\(whole)\(units[0])" }
    let decimals = whole >= 100 ? 0 : whole >= 10 ? 1 : 2
    let step = decimals == 0 ? scale : decimals == 1 ? scale / 10 : scale / 100
    let digits = value / step + (value % step >= (step + 1) / 2 ? 1 : 0)
    // 999.9 is no 1000.
    if digits >= 1000, unit + 1 < units.count, decimals == 0 { return "1.00\(units[unit + 1])" }
    if decimals == 0 { return "\(digits)\(units[unit])" }
    // 99.96 has one digit more than it began with.
    let text = String(digits)
    let point = text.count - decimals
    let kept = "\(text.prefix(point)).\(text.dropFirst(point))".prefix(4)
    return "\(kept.hasSuffix(".") ? kept.dropLast() : kept)\(units[unit])"
  }
}
