import IPCFormats

extension OutputBuffer {
  /// Appends an integer in the byte order that its memory has.
  @inline(__always)
  mutating func append(integer value: some FixedWidthInteger) {
    withUnsafeBytes(of: value) { append($0) }
  }

  /// Appends a number in groups of 7 bits, the lowest first; all but the last have the highest bit set (LEB128).
  mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(truncatingIfNeeded: rest))
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

  /// Appends what another buffer holds.
  mutating func append(contentsOf other: borrowing OutputBuffer) {
    other.withBytes { append($0) }
  }

  /// Appends zeros behind `length` bytes, up to the next multiple of 4.
  mutating func appendPadding(after length: Int) {
    for _ in 0..<(padded(length) - length) { append(UInt8(0)) }
  }

  /// Appends an option of a block.
  mutating func appendOption(_ code: UInt16, _ value: UnsafeRawBufferPointer) {
    append(integer: code)
    append(integer: UInt16(value.count))
    append(value)
    appendPadding(after: value.count)
  }

  /// Appends an option that is a text.
  mutating func appendOption(_ code: UInt16, text: String) {
    var text = text
    text.withUTF8 { appendOption(code, UnsafeRawBufferPointer($0)) }
  }

  /// Appends an option of 64 bits.
  mutating func appendOption(_ code: UInt16, number: UInt64) {
    withUnsafeBytes(of: number) { appendOption(code, $0) }
  }

  /// Appends bytes of ipcdump's own as options, as many as they need.
  mutating func appendOwnOptions(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = rest.prefix(OptionCode.limit)
      append(integer: OptionCode.customBytes)
      append(integer: UInt16(part.count + 4))
      append(integer: OptionCode.enterprise)
      append(UnsafeRawBufferPointer(rebasing: part))
      appendPadding(after: part.count)
      rest = rest.dropFirst(part.count)
    }
  }

  /// Appends what ends the options of a block.
  mutating func appendEndOfOptions() {
    append(integer: UInt32(OptionCode.end))
  }
}

/// The next multiple of 4, to which pcapng pads everything.
func padded(_ length: Int) -> Int { (length + 3) & ~3 }
