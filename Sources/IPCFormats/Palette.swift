/// Escape sequences (SGR) that colour a line of text, all empty where colours are off.
struct Palette: Sendable {
  let type: StaticString
  let source: StaticString
  let destination: StaticString
  let key: StaticString
  /// For what must not be overlooked about an event.
  let caution: StaticString
  let loss: StaticString
  let reset: StaticString

  /// No colours.
  static let plain = Palette(
    type: "", source: "", destination: "", key: "", caution: "", loss: "", reset: "")

  /// Colours of the basic eight only, which every terminal and theme knows.
  static let colored = Palette(
    type: "\u{1b}[1m",
    source: "\u{1b}[32m",
    destination: "\u{1b}[36m",
    key: "\u{1b}[2m",
    caution: "\u{1b}[33m",
    loss: "\u{1b}[1;31m",
    reset: "\u{1b}[0m"
  )
}
