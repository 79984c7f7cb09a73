import Foundation

extension Double {
  /// Three significant digits where they matter: `0.93`, `1.43`, `24.1`, `310`.
  var decimal: String { decimal(places: magnitude < 10 ? 2 : magnitude < 100 ? 1 : 0) }

  func decimal(places: Int) -> String {
    isFinite ? String(format: "%.\(places)f", self) : "–"
  }
}
