extension UInt64 {
  /// Adds a number; what is too much stays at the greatest one.
  mutating func addSaturating(_ other: UInt64) {
    let (sum, isOver) = addingReportingOverflow(other)
    self = isOver ? .max : sum
  }
}
