/// A piece of the report's page, of which `embeddedPage` is made.
enum PagePart {
  /// Text as it is.
  case text(StaticString)
  /// Number that lets the page's own scripts run.
  case nonce
  /// Colours of the kinds, as variables of the style sheet.
  case kindColors
  /// What is drawn in a kind's colour, as rules of the style sheet.
  case kindClasses
  /// Facts about the capture, as JSON.
  case facts
  /// Elements that hold the columns.
  case columns
}
