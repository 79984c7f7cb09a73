/// Name of a text in a ``TextTable``.
public struct TextID: RawRepresentable, Sendable, Hashable {
  /// Position in the table.
  public let rawValue: UInt32

  /// Names a text by its position.
  public init(rawValue: UInt32) { self.rawValue = rawValue }
}
