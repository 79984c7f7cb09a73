@testable import IPCFormats

/// Widths as the tests know them.
enum ScreenText {
  static func columns(of scalar: Unicode.Scalar) -> Int { CharacterWidth.columns(of: scalar) }
}
