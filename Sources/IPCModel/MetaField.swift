/// One key of an event's `meta` object.
public struct MetaField: Sendable {
  /// How a field's 64-bit value is to be read.
  public enum Form: Sendable {
    /// An unsigned number.
    case number
    /// A signed number, as its two's complement.
    case integer
    /// A ``TextID`` into the ``TextTable``.
    case text
  }

  /// Key, as it appears in every format.
  public let name: StaticString
  /// See ``Form``.
  public let form: Form

  /// Whether it is about contents that were asked for, and means nothing without.
  public let isAboutContents: Bool

  /// Why contents that were asked for are not there; of every kind that carries bytes.
  public static let bytesMissing = MetaField("bytes_missing", .text, isAboutContents: true)

  /// Creates a field's description.
  public init(_ name: StaticString, _ form: Form, isAboutContents: Bool = false) {
    self.name = name
    self.form = form
    self.isAboutContents = isAboutContents
  }
}
