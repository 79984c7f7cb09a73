/// A measured value beside what it is to reach.
struct Figure {
  var title: String
  var target: String
  var measured: String
  var isReached: Bool

  /// A value that must not be greater than a limit.
  static func atMost(
    _ limit: Double, _ unit: String, _ title: String, _ value: Double, measured: String? = nil
  )
    -> Figure
  {
    Figure(
      title: title, target: "≤ \(limit.short) \(unit)", measured: measured ?? "\(value.decimal) \(unit)",
      isReached: value <= limit)
  }

  /// A ratio that must not be greater than a limit.
  static func atMost(_ limit: Double, _ title: String, _ ratio: Ratio) -> Figure {
    atMost(limit, "×", title, ratio.value, measured: "\(ratio.text) ×")
  }

  /// Something of which there must be none.
  static func none(_ title: String, _ count: Int, measured: String? = nil) -> Figure {
    Figure(title: title, target: "0", measured: measured ?? "\(count)", isReached: count == 0)
  }
}

extension Double {
  /// Without digits that say nothing: `2.5`, `300`.
  fileprivate var short: String { self == rounded() ? decimal(places: 0) : String(describing: self) }
}
