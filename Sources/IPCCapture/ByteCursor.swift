/// Place in bytes from which numbers and texts are read; never beyond their end, whatever they say.
struct ByteCursor {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Number of bytes that are still to be read.
  var remaining: Int { bytes.count - position }

  /// The next `count` bytes.
  mutating func take(_ count: Int) throws(Malformed) -> UnsafeRawBufferPointer {
    guard count >= 0, count <= remaining else { throw Malformed("something is longer than what holds it") }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
  }

  mutating func byte() throws(Malformed) -> UInt8 { try take(1)[0] }

  /// An integer in the byte order of memory.
  mutating func integer<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type) throws(Malformed)
    -> Number
  {
    try take(MemoryLayout<Number>.size).loadUnaligned(as: Number.self)
  }

  /// See ``OutputBuffer/appendVarint(_:)``.
  mutating func varint() throws(Malformed) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      let byte = try byte()
      // Of the tenth byte, only the lowest bit is left.
      if shift == 63, byte > 1 { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw Malformed("a number has more than 64 bits")
  }

  /// See ``OutputBuffer/appendSignedVarint(_:)``.
  mutating func signedVarint() throws(Malformed) -> Int64 {
    let value = try varint()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  /// Bytes behind their number.
  mutating func counted() throws(Malformed) -> UnsafeBufferPointer<UInt8> {
    let count = try varint()
    guard count <= UInt64(remaining) else { throw Malformed("a text is longer than what holds it") }
    return try take(Int(count)).assumingMemoryBound(to: UInt8.self)
  }
}
