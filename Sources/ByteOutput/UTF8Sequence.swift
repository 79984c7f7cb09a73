/// One character of bytes that claim to be UTF-8, or the bytes that cannot be part of one.
@usableFromInline package struct UTF8Sequence {
  /// Code point, nil if the bytes are not valid.
  @usableFromInline package let scalar: UInt32?
  /// Number of bytes, at least 1.
  @usableFromInline package let length: Int

  /// Reads the sequence that begins at `start`.
  ///
  /// Which bytes are valid is table 3-7 of the Unicode standard. How many invalid ones count as one is its
  /// "maximal subpart" practice, so that replacement gives what `String(decoding:as:)` would.
  @inlinable
  @inline(__always)
  package init(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) {
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

extension OutputBuffer {
  /// Copies text in as long runs as possible, and lets `replace` write what stands for each other sequence.
  ///
  /// - Parameters:
  ///   - text: Bytes of any kind.
  ///   - passes: Whether a valid character may stay as it is.
  ///   - replace: Appends something for a character that may not stay, or for invalid bytes.
  @inlinable
  @inline(__always)
  package mutating func append(
    _ text: UnsafeBufferPointer<UInt8>,
    passing passes: (UInt32) -> Bool,
    replacing replace: (inout OutputBuffer, UTF8Sequence, UnsafeBufferPointer<UInt8>) -> Void
  ) {
    var runStart = 0
    var index = 0
    while index < text.count {
      // Nearly all text is ASCII.
      if text[index] < 0x80, passes(UInt32(text[index])) {
        index += 1
        continue
      }
      let sequence = UTF8Sequence(in: text, at: index)
      let next = index + sequence.length
      if let scalar = sequence.scalar, passes(scalar) {
        index = next
        continue
      }
      append(UnsafeBufferPointer(rebasing: text[runStart..<index]))
      replace(&self, sequence, UnsafeBufferPointer(rebasing: text[index..<next]))
      runStart = next
      index = next
    }
    append(UnsafeBufferPointer(rebasing: text[runStart..<index]))
  }
}
