import ByteOutput

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

/// Bytes that are not what they should be.
struct Malformed: Error {
  /// What is wrong with them, to be put behind a place and a colon.
  let reason: String

  init(_ reason: String) { self.reason = reason }
}

// MARK: - Writing

extension OutputBuffer {
  /// Appends words, each in the byte order that its memory has: at once, where each alone would look for its room.
  @inline(__always)
  mutating func append<let count: Int>(words: InlineArray<count, UInt32>) {
    withUnsafeBytes(of: words) { append($0) }
  }

  /// Appends an integer in the byte order that its memory has.
  @inline(__always)
  mutating func append(integer value: some FixedWidthInteger & BitwiseCopyable) {
    let size = MemoryLayout.size(ofValue: value)
    append(upTo: size) { place in
      UnsafeMutableRawPointer(place).storeBytes(of: value, as: type(of: value))
      return size
    }
  }

  /// Appends a number in groups of 7 bits, the lowest first; all but the last have the highest bit set (LEB128).
  @inline(__always)
  mutating func appendVarint(_ value: UInt64) {
    if value < 0x80 { append(UInt8(truncatingIfNeeded: value)) } else { appendLongVarint(value) }
  }

  private mutating func appendLongVarint(_ value: UInt64) {
    // 64 bits are 10 groups.
    append(upTo: 10) { place in
      var rest = value
      var length = 1
      while rest >= 0x80 {
        place[length - 1] = UInt8(truncatingIfNeeded: rest) | 0x80
        rest >>= 7
        length += 1
      }
      place[length - 1] = UInt8(truncatingIfNeeded: rest)
      return length
    }
  }

  /// Appends a signed number so that it is short if it is near to zero: 0, −1, 1, −2 and so on.
  mutating func appendSignedVarint(_ value: Int64) {
    appendVarint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
  }

  /// Appends bytes behind their number.
  mutating func appendCounted(_ bytes: UnsafeBufferPointer<UInt8>) {
    appendVarint(UInt64(bytes.count))
    append(bytes)
  }
}
