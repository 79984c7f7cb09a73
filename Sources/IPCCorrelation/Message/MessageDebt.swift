/// A message that was told as received before it was known as sent.
struct MessageDebt {
  let count: Int
  /// Whether it may have been longer.
  let isFilled: Bool
  /// First bytes of it.
  let bytes: Fingerprint
  /// When it was received.
  let time: UInt64
}
