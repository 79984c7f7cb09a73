/// Scans a JSON text (RFC 8259) as its bytes come, without building anything: it checks the grammar, finds the end, and
/// notes the few values that messages are told by.
///
/// A text that is an array of objects is a batch: each of its objects is a message of its own.
struct JSONScanner {
  /// What was met.
  enum Outcome: Equatable {
    /// All bytes were taken; the text goes on.
    case needsMore
    /// An object of a batch has ended.
    case element
    /// The text has ended.
    case complete
    /// The next byte cannot be of the text.
    case malformed
  }

  private enum State: UInt8 {
    case value, firstKey, key, colon, afterValue, firstItem
    case string, escape, unicode, number, literal
  }

  /// Values of the object that is scanned, or has just ended.
  let values = JSONValues()
  /// Whether the text is an array of objects.
  private(set) var isBatch = false
  /// Whether nothing of a text has come but white space.
  private(set) var isBlank = true

  private var state = State.value
  private var depth = 0
  /// A bit each level: whether it is an array.
  private var arrays: [UInt64] = [0]
  /// What is looked at in the outermost levels.
  private var nodes = InlineArray<6, JSONNode>(repeating: .other)
  private var node = JSONNode.root
  private var field: JSONField?
  private var isKey = false
  private var key = InlineArray<16, UInt8>(repeating: 0)
  private var keyLength = 0
  private var unicode: UInt32 = 0
  private var unicodeLeft = 0
  private var highSurrogate: UInt32 = 0
  private var literal: StaticString = ""
  private var literalLength = 0

  /// Levels that a text may have: what is deeper is not made by programs.
  private static let depthLimit = 1 << 20

  /// Begins another text.
  mutating func reset() {
    values.removeAll()
    (isBatch, isBlank, state, depth, node, field) = (false, true, .value, 0, .root, nil)
    highSurrogate = 0
    if arrays.count > 64 { arrays = [0] }
  }

  /// Scans bytes up to the end of an object that is a message.
  ///
  /// - Parameter offset: Where to begin; behind it, where the scan has ended: behind the end of the object or text, or at the
  ///   byte that is malformed.
  mutating func scan(_ bytes: UnsafeRawBufferPointer, from offset: inout Int) -> Outcome {
    if isBlank, offset < bytes.count, bytes[offset] == UInt8(ascii: "{"), scanWhole(bytes, &offset) {
      return .complete
    }
    while offset < bytes.count {
      // What bytes have in common that stand beside each other is taken in one go.
      switch state {
      case .string:
        takeRun(bytes, &offset, to: bytes.endOfPlainText(from: offset))
        if offset == bytes.count { return .needsMore }
      case .number:
        takeRun(bytes, &offset, to: bytes.endOfNumber(from: offset))
        if offset == bytes.count { return .needsMore }
        endValue()
      case .firstKey, .key: if takeKey(bytes, &offset) { continue }
      default: break
      }
      let outcome = step(bytes[offset])
      switch outcome {
      case .needsMore: offset += 1
      case .element, .complete:
        offset += 1
        return outcome
      case .malformed: return .malformed
      }
    }
    return .needsMore
  }

  /// Takes an object that is whole.
  ///
  /// - Returns: Whether it is; else nothing has been taken.
  private mutating func scanWhole(_ bytes: UnsafeRawBufferPointer, _ offset: inout Int) -> Bool {
    guard let end = WholeJSONScan.end(of: bytes, from: offset, values: values) else {
      values.removeAll()
      return false
    }
    offset = end
    (isBlank, state) = (false, .afterValue)
    return true
  }

  /// Takes the characters of a key or value that stand for themselves.
  @inline(__always)
  private mutating func takeRun(_ bytes: UnsafeRawBufferPointer, _ offset: inout Int, to end: Int) {
    if end > offset, isKey || field != nil { note(UnsafeRawBufferPointer(rebasing: bytes[offset..<end])) }
    offset = end
  }

  private mutating func note(_ run: UnsafeRawBufferPointer) {
    if isKey {
      // A key of more than 16 bytes is none of those that are looked at.
      for byte in run.prefix(17) { note(byte) }
    } else if let field {
      values.append(run, to: field)
    }
  }

  /// Takes a key with its quotes, and the colon behind it, if it has come whole and without escapes, as nearly all have.
  private mutating func takeKey(_ bytes: UnsafeRawBufferPointer, _ offset: inout Int) -> Bool {
    guard bytes[offset] == UInt8(ascii: "\"") else { return false }
    let end = bytes.endOfPlainText(from: offset + 1)
    guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else { return false }
    endKey(UnsafeRawBufferPointer(rebasing: bytes[(offset + 1)..<end]))
    offset = end + 1
    if offset < bytes.count, bytes[offset] == UInt8(ascii: ":") { (state, offset) = (.value, offset + 1) }
    return true
  }

  @inline(__always)
  private mutating func note(_ byte: UInt8) {
    if isKey {
      if keyLength < 16 { key[keyLength] = byte }
      keyLength += 1
    } else if let field {
      values.append(byte, to: field)
    }
  }

  private mutating func step(_ byte: UInt8) -> Outcome {
    switch state {
    case .string: return stringStep(byte)
    case .escape: return escapeStep(byte)
    case .unicode: return unicodeStep(byte)
    case .literal:
      let next = literal.withUTF8Buffer { $0[literalLength] }
      guard byte == next else { return .malformed }
      note(byte)
      literalLength += 1
      if literalLength == literal.utf8CodeUnitCount { endValue() }
      return .needsMore
    default: break
    }
    if byte == 0x20 || (byte >= 0x09 && byte <= 0x0D && byte != 0x0B && byte != 0x0C) { return .needsMore }
    switch state {
    case .value: return begin(byte)
    case .firstItem: return byte == UInt8(ascii: "]") ? endContainer(isArray: true) : begin(byte)
    case .firstKey where byte == UInt8(ascii: "}"): return endContainer(isArray: false)
    case .firstKey, .key:
      guard byte == UInt8(ascii: "\"") else { return .malformed }
      (state, isKey, keyLength) = (.string, true, 0)
      return .needsMore
    case .colon:
      guard byte == UInt8(ascii: ":") else { return .malformed }
      state = .value
      return .needsMore
    case .afterValue: return afterValue(byte)
    // The digits of a number have been taken before.
    case .string, .escape, .unicode, .number, .literal: return .malformed
    }
  }

  private mutating func afterValue(_ byte: UInt8) -> Outcome {
    switch byte {
    case UInt8(ascii: ","):
      if isInArray {
        state = .value
        (field, node) = (nil, elementNode(isFirst: false))
      } else {
        state = .key
      }
      return .needsMore
    case UInt8(ascii: "}"): return endContainer(isArray: false)
    case UInt8(ascii: "]"): return endContainer(isArray: true)
    default: return .malformed
    }
  }

  // MARK: - Values

  private mutating func begin(_ byte: UInt8) -> Outcome {
    // Programs tell messages by objects; a number alone is a line of something else.
    let isMessage = depth == 0 || (depth == 1 && isBatch)
    if isMessage, byte != UInt8(ascii: "{"), depth > 0 || byte != UInt8(ascii: "[") { return .malformed }
    isBlank = false
    switch byte {
    case UInt8(ascii: "{"): return beginContainer(isArray: false)
    case UInt8(ascii: "["): return beginContainer(isArray: true)
    case UInt8(ascii: "\""):
      (state, isKey) = (.string, false)
      beginScalar(.string)
    case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
      literal = byte == UInt8(ascii: "t") ? "true" : byte == UInt8(ascii: "f") ? "false" : "null"
      (state, isKey, literalLength) = (.literal, false, 1)
      beginScalar(byte == UInt8(ascii: "n") ? .null : .bool)
      note(byte)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      (state, isKey) = (.number, false)
      beginScalar(.number)
      note(byte)
    default: return .malformed
    }
    return .needsMore
  }

  private mutating func beginScalar(_ form: JSONValues.Form) {
    guard let field else { return }
    if field == .firstText, values.has(.firstText) {
      self.field = nil
    } else {
      values.begin(field, form)
    }
  }

  private mutating func endValue() {
    state = .afterValue
    field = nil
  }

  // MARK: - Objects and arrays

  private var isInArray: Bool { depth > 0 && arrays[(depth - 1) >> 6] & (1 << UInt64((depth - 1) & 63)) != 0 }

  private mutating func beginContainer(isArray: Bool) -> Outcome {
    if depth == 0, isArray { isBatch = true }
    if depth == Self.depthLimit { return .malformed }
    let word = depth >> 6
    if word == arrays.count { arrays.append(0) }
    let bit: UInt64 = 1 << UInt64(depth & 63)
    if isArray { arrays[word] |= bit } else { arrays[word] &= ~bit }
    if let field { values.begin(field, .container) }
    depth += 1
    if depth == 1, isArray {
      nodes[0] = .other
    } else if depth <= 6 {
      // Only what is looked at in an array is looked at as one.
      nodes[depth - 1] = isArray == (node == .content) ? node : .other
    }
    field = nil
    if isArray {
      state = .firstItem
      node = elementNode(isFirst: true)
    } else {
      state = .firstKey
    }
    return .needsMore
  }

  private func elementNode(isFirst: Bool) -> JSONNode {
    if isBatch, depth == 1 { return .root }
    return depth <= 6 && nodes[depth - 1] == .content ? .contentItem : .other
  }

  private mutating func endContainer(isArray: Bool) -> Outcome {
    guard depth > 0, isInArray == isArray else { return .malformed }
    depth -= 1
    endValue()
    if depth == 0 { return .complete }
    return depth == 1 && isBatch ? .element : .needsMore
  }

  /// Forgets the values of an object of a batch, to take the next one's.
  mutating func forgetElement() { values.removeAll() }

  // MARK: - Strings

  private mutating func stringStep(_ byte: UInt8) -> Outcome {
    switch byte {
    case UInt8(ascii: "\""): if isKey { endKey() } else { endValue() }
    case UInt8(ascii: "\\"): state = .escape
    // What is below 0x20 has to be escaped; above all, no message goes over the end of a line.
    case 0..<0x20: return .malformed
    default: note(byte)
    }
    return .needsMore
  }

  private mutating func endKey() {
    let (whole, length) = (key, min(keyLength, 16))
    whole.span.withUnsafeBytes { endKey(keyLength > 16 ? $0.first(0) : $0.first(length)) }
  }

  private mutating func endKey(_ key: UnsafeRawBufferPointer) {
    state = .colon
    isKey = false
    (field, node) = (nil, .other)
    if depth <= 6, nodes[depth - 1] != .other { (field, node) = JSONNode.step(nodes[depth - 1], key) }
  }

  private mutating func escapeStep(_ byte: UInt8) -> Outcome {
    state = .string
    switch byte {
    case UInt8(ascii: "u"): (state, unicode, unicodeLeft) = (.unicode, 0, 4)
    case UInt8(ascii: "n"): note(0x0A)
    case UInt8(ascii: "t"): note(0x09)
    case UInt8(ascii: "r"): note(0x0D)
    case UInt8(ascii: "b"): note(0x08)
    case UInt8(ascii: "f"): note(0x0C)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): note(byte)
    default: return .malformed
    }
    return .needsMore
  }

  private mutating func unicodeStep(_ byte: UInt8) -> Outcome {
    let digit: UInt8
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
    default: return .malformed
    }
    unicode = unicode << 4 | UInt32(digit)
    unicodeLeft -= 1
    guard unicodeLeft == 0 else { return .needsMore }
    state = .string
    var scalar = unicode
    switch unicode {
    case 0xD800..<0xDC00:
      highSurrogate = unicode
      return .needsMore
    case 0xDC00..<0xE000 where highSurrogate != 0:
      scalar = 0x10000 + (highSurrogate - 0xD800) << 10 + (unicode - 0xDC00)
    default: break
    }
    highSurrogate = 0
    for byte in (Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8 { note(byte) }
    return .needsMore
  }
}
