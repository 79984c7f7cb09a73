/// In which order the bytes of a number stand.
enum ByteOrder: Sendable {
  case little, big
}

/// Reads the values of a frame one behind the other; what lies beyond its end is nil, never read.
struct FrameCursor {
  let bytes: UnsafeRawBufferPointer
  let order: ByteOrder
  /// Where the next value begins.
  private(set) var offset: Int

  init(_ bytes: UnsafeRawBufferPointer, _ order: ByteOrder = .big, at offset: Int = 0) {
    self.bytes = bytes
    self.order = order
    self.offset = offset
  }

  /// Bytes that are left.
  var left: Int { max(0, bytes.count - offset) }

  mutating func uint8() -> UInt8? { take(1).map { $0[0] } }

  mutating func uint16() -> UInt16? { take(2).map { $0.uint16(at: 0, order) } }

  mutating func uint32() -> UInt32? { take(4).map { $0.uint32(at: 0, order) } }

  /// Takes so many bytes.
  mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
    guard count >= 0, count <= left, offset <= bytes.count else { return nil }
    defer { offset += count }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + count)])
  }

  /// Takes the bytes before the next zero, and the zero.
  mutating func cString() -> UnsafeRawBufferPointer? {
    guard let end = bytes[min(offset, bytes.count)...].firstIndex(of: 0) else { return nil }
    defer { offset = end + 1 }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<end])
  }

  /// Goes on at the next multiple of a power of two.
  mutating func align(_ size: Int) { offset = (offset + size - 1) & ~(size - 1) }
}

extension UnsafeRawBufferPointer {
  /// The number of two bytes, which must be there.
  func uint16(at offset: Int, _ order: ByteOrder) -> UInt16 {
    let value = loadUnaligned(fromByteOffset: offset, as: UInt16.self)
    return order == .big ? UInt16(bigEndian: value) : UInt16(littleEndian: value)
  }

  /// The number of four bytes, which must be there.
  func uint32(at offset: Int, _ order: ByteOrder) -> UInt32 {
    let value = loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    return order == .big ? UInt32(bigEndian: value) : UInt32(littleEndian: value)
  }

  /// The number of three bytes, which must be there.
  func uint24(at offset: Int, _ order: ByteOrder) -> UInt32 {
    let bytes = (UInt32(self[offset]), UInt32(self[offset + 1]), UInt32(self[offset + 2]))
    return order == .big ? bytes.0 << 16 | bytes.1 << 8 | bytes.2 : bytes.2 << 16 | bytes.1 << 8 | bytes.0
  }

  /// A part of them, from an offset on; empty if there is nothing.
  func from(_ offset: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: self[Swift.min(offset, count)...])
  }

  /// At most so many, the first ones.
  func first(_ limit: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: prefix(Swift.max(0, limit)))
  }

  /// Whether these bytes may be the beginning of a word, or begin with it.
  func agrees(with word: StaticString) -> Bool {
    word.withUTF8Buffer { word in zip(self, word).allSatisfy { $0 == $1 } }
  }

  /// Whether they begin with a word, as far as that can be said.
  func recognition(of word: StaticString) -> Recognition {
    agrees(with: word) ? count < word.utf8CodeUnitCount ? .undecided : .certain : .no
  }
}

/// Words of output that are made of numbers and other words.
func words(_ first: some Sequence<UInt8>, _ second: some Collection<UInt8>) -> [UInt8] {
  second.isEmpty ? Array(first) : Array(first) + [0x20] + second
}

/// A number as output has it.
func digits(_ number: some BinaryInteger) -> [UInt8] { Array(String(number).utf8) }
