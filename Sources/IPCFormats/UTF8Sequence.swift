/// One character of bytes that claim to be UTF-8, or the bytes that cannot be part of one.
struct UTF8Sequence {
  /// Code point, nil if the bytes are not valid.
  let scalar: UInt32?
  /// Number of bytes, at least 1.
  let length: Int

  /// Reads the sequence that begins at `start`.
  ///
  /// Which bytes are valid is table 3-7 of the Unicode standard. How many invalid ones count as one is its
  /// "maximal subpart" practice, so that replacement gives what `String(decoding:as:)` would.
  @inline(__always)
  init(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) {
    let first = bytes[start]
    // Range of the second byte; the narrow ones keep overlong forms, surrogates and too high values out.
    var allowed: ClosedRange<UInt8> = 0x80...0xbf
    let expected: Int
    var value: UInt32
    switch first {
    case 0x00...0x7f: (expected, value) = (1, UInt32(first))
    case 0xc2...0xdf: (expected, value) = (2, UInt32(first & 0x1f))
    case 0xe0...0xef:
      (expected, value) = (3, UInt32(first & 0x0f))
      if first == 0xe0 { allowed = 0xa0...0xbf }
      if first == 0xed { allowed = 0x80...0x9f }
    case 0xf0...0xf4:
      (expected, value) = (4, UInt32(first & 0x07))
      if first == 0xf0 { allowed = 0x90...0xbf }
      if first == 0xf4 { allowed = 0x80...0x8f }
    default:
      (scalar, length) = (nil, 1)
      return
    }
    var read = 1
    while read < expected {
      guard start + read < bytes.count, allowed.contains(bytes[start + read]) else {
        (scalar, length) = (nil, read)
        return
      }
      value = value << 6 | UInt32(bytes[start + read] & 0x3f)
      allowed = 0x80...0xbf
      read += 1
    }
    (scalar, length) = (value, expected)
  }
}
