/// Why nothing can be written.
public struct DescriptionError: Error {
  /// In a sentence.
  public let message: String

  /// Says why.
  public init(_ message: String) { self.message = message }
}
