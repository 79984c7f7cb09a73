/// Bytes that are not what they should be.
struct Malformed: Error {
  /// What is wrong with them, to be put behind a place and a colon.
  let reason: String

  init(_ reason: String) { self.reason = reason }
}
