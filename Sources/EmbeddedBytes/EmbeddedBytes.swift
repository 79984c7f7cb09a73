import CZstd

/// Bytes as a string literal of Swift, compressed: what a build embeds in the binary, and a run takes out again.
///
/// A static string lies in the read-only data and compiles at once; an array literal of a megabyte takes minutes. But a string
/// holds UTF-8, in which only the 128 characters of ASCII take one byte each. So a character carries seven bits of the
/// compressed bytes, most significant bits first; the last character is filled up with zeros. They are one frame of Zstandard
/// (RFC 8878), which tells the count of the uncompressed ones.
public enum EmbeddedBytes {
  /// BPF objects repeat themselves over megabytes; from this level on, a frame's window covers them.
  private static let level: Int32 = 19

  /// The literal, with its quotation marks.
  public static func literal(holding bytes: [UInt8]) -> String {
    var literal = "\""
    func append(_ character: UInt8) {
      switch character {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0..<0x20, 0x7F:
        literal += "\\u{\(String(character, radix: 16))}"
      default: literal.unicodeScalars.append(Unicode.Scalar(character))
      }
    }
    var bits: UInt16 = 0
    var bitCount = 0
    for byte in compressed(bytes) {
      bits = bits << 8 | UInt16(byte)
      bitCount += 8
      while bitCount >= 7 {
        bitCount -= 7
        append(UInt8(bits >> UInt16(bitCount) & 0x7F))
      }
    }
    if bitCount > 0 { append(UInt8(bits << UInt16(7 - bitCount) & 0x7F)) }
    return literal + "\""
  }

  /// Calls `body` with the bytes that a literal holds, aligned to 8 bytes. They may be changed; they last as long as
  /// the call.
  public static func withBytes<R: ~Copyable, E: Error>(
    of literal: StaticString, _ body: (UnsafeMutableRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try withBytes(
      ofCharacters: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount), body)
  }

  /// The same for a literal's characters, without quotation marks and escapes.
  static func withBytes<R: ~Copyable, E: Error>(
    ofCharacters characters: UnsafeBufferPointer<UInt8>,
    _ body: (UnsafeMutableRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    let frame = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: characters.count * 7 / 8)
    defer { frame.deallocate() }
    unpackCharacters(characters, into: frame)

    let count = ZSTD_getFrameContentSize(frame.baseAddress, frame.count)
    precondition(count < ZSTD_CONTENTSIZE_ERROR, "this binary is damaged: an object has no size")
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(count), alignment: 8)
    defer { bytes.deallocate() }
    let written = ZSTD_decompress(bytes.baseAddress, bytes.count, frame.baseAddress, frame.count)
    precondition(written == bytes.count, "this binary is damaged: an object does not unpack")
    return try body(bytes)
  }

  /// The bytes as one frame.
  private static func compressed(_ bytes: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(bytes.count)) { frame, count in
      count = ZSTD_compress(frame.baseAddress, frame.count, bytes, bytes.count, level)
      precondition(ZSTD_isError(count) == 0, "zstd lacks memory")
    }
  }

  /// Puts seven bits of each character behind each other. Bits that fill no byte are left out.
  private static func unpackCharacters(
    _ characters: UnsafeBufferPointer<UInt8>, into bytes: UnsafeMutableBufferPointer<UInt8>
  ) {
    var bits: UInt16 = 0
    var bitCount = 0
    var count = 0
    for character in characters {
      bits = bits << 7 | UInt16(character)
      bitCount += 7
      guard bitCount >= 8 else { continue }
      bitCount -= 8
      bytes[count] = UInt8(truncatingIfNeeded: bits >> UInt16(bitCount))
      count += 1
    }
  }
}
