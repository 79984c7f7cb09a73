/// Writes a number of bytes for people: `6 B`, `1.5 KiB`.
func byteText(_ bytes: UInt64) -> String {
  let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
  guard bytes >= 1024 else { return "\(bytes) B" }
  let exponent = (63 - bytes.leadingZeroBitCount) / 10
  let unit = UInt64(1) << UInt64(10 * exponent)
  let (whole, rest) = bytes.quotientAndRemainder(dividingBy: unit)
  // Ten of the largest unit's remainder would not fit 64 bits.
  let tenth = (rest >> UInt64(10 * (exponent - 1))) * 10 / 1024
  return whole < 10 && tenth > 0
    ? "\(whole).\(tenth) \(units[exponent - 1])" : "\(whole) \(units[exponent - 1])"
}
