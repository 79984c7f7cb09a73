import ByteOutput

extension OutputBuffer {
  /// Appends an integer in the byte order that its memory has.
  @inline(__always)
  mutating func append(integer value: some FixedWidthInteger) {
    withUnsafeBytes(of: value) { append($0) }
  }

  /// Appends a number in groups of 7 bits, the lowest first; all but the last have the highest bit set (LEB128).
  mutating func appendVarint(_ value: UInt64) {
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

  /// Appends what another buffer holds.
  mutating func append(contentsOf other: borrowing OutputBuffer) {
    other.withBytes { append($0) }
  }

  /// Appends zeros behind `length` bytes, up to the next multiple of 4.
  mutating func appendPadding(after length: Int) {
    let count = padded(length) - length
    append(upTo: 3) { place in
      for index in 0..<count { place[index] = 0 }
      return count
    }
  }

  /// Sets an integer for which there was room left, in the byte order that its memory has.
  @inline(__always)
  mutating func set(integer value: some FixedWidthInteger, at position: Int) {
    withUnsafeBytes(of: value) { replaceBytes(at: position, with: $0) }
  }

  /// Begins a block: what is appended up to the call of ``endBlock(at:)`` is in it.
  ///
  /// - Returns: Where it begins.
  mutating func beginBlock(_ type: UInt32) -> Int {
    append(integer: type)
    // Its length, which is known at its end.
    append(integer: UInt32(0))
    return count - 8
  }

  /// Ends the block that begins at a position.
  mutating func endBlock(at start: Int) {
    appendPadding(after: count - start)
    let length = UInt32(count - start + 4)
    append(integer: length)
    set(integer: length, at: start + 4)
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
