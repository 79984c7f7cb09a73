/// Scans a JSON object that has come in one piece, as nearly all messages have: the same as ``JSONScanner`` does, without
/// keeping after each byte what is needed to go on with the next one.
///
/// It knows the plain cases only. Whatever else there is, such as escapes in a value that is looked at, is left to
/// ``JSONScanner``, and so is what is damaged.
struct WholeJSONScan {
  private let bytes: UnsafeRawBufferPointer
  private let values: JSONValues
  private var offset: Int
  private var depth = 0
  /// A bit each level, the innermost one lowest: whether it is an array.
  private var arrays: UInt64 = 0
  /// What is looked at in the outermost levels.
  private var nodes = InlineArray<6, JSONNode>(repeating: .other)
  private var node = JSONNode.root
  private var field: JSONField?

  /// Levels that are told apart; what is deeper is rare.
  private static let depthLimit = 64

  /// Scans an object.
  ///
  /// - Parameters:
  ///   - start: Where it begins: at its bracket.
  ///   - values: Takes the values that are looked at; empty before, and undefined if nil is returned.
  /// - Returns: Where it ends; nil if it is not whole, or not plain.
  static func end(of bytes: UnsafeRawBufferPointer, from start: Int, values: JSONValues) -> Int? {
    var scan = WholeJSONScan(bytes, start, values)
    return scan.run()
  }

  private init(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ values: JSONValues) {
    self.bytes = bytes
    self.values = values
    offset = start
  }

  private mutating func run() -> Int? {
    while takeValue() {
      // Behind a value; one bracket may end several.
      while true {
        guard let byte = next() else { return nil }
        offset += 1
        let isInArray = arrays & 1 != 0
        if byte == UInt8(ascii: ",") {
          if isInArray {
            beginElement()
          } else if !takeKey() {
            return nil
          }
          break
        }
        guard byte == (isInArray ? UInt8(ascii: "]") : UInt8(ascii: "}")) else { return nil }
        if leave() { return offset }
      }
    }
    return nil
  }

  /// The next byte that is no white space, which is not taken.
  @inline(__always)
  private mutating func next() -> UInt8? {
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte > 0x20 { return byte }
      guard byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D else { return nil }
      offset += 1
    }
    return nil
  }

  // MARK: - Values

  /// Takes a value, of a container only what comes before its first value that is none.
  @inline(__always)
  private mutating func takeValue() -> Bool {
    while let byte = next() {
      switch byte {
      case UInt8(ascii: "\""): return takeText()
      case UInt8(ascii: "{"):
        guard enter(isArray: false), let first = next() else { return false }
        if first == UInt8(ascii: "}") { return true }
        guard takeKey() else { return false }
      case UInt8(ascii: "["):
        guard enter(isArray: true), let first = next() else { return false }
        if first == UInt8(ascii: "]") { return true }
        beginElement()
      case UInt8(ascii: "t"): return takeWord("true", .bool)
      case UInt8(ascii: "f"): return takeWord("false", .bool)
      case UInt8(ascii: "n"): return takeWord("null", .null)
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        let end = bytes.endOfNumber(from: offset)
        note(.number, upTo: end)
        offset = end
        return end < bytes.count
      default: return false
      }
    }
    return false
  }

  private mutating func takeWord(_ word: StaticString, _ form: JSONValues.Form) -> Bool {
    let end = offset + word.utf8CodeUnitCount
    guard end <= bytes.count, UnsafeRawBufferPointer(rebasing: bytes[offset..<end]).isWord(word) else {
      return false
    }
    note(form, upTo: end)
    offset = end
    return true
  }

  /// Notes the bytes up to an offset if they are the value of a field that is looked at.
  @inline(__always)
  private func note(_ form: JSONValues.Form, upTo end: Int) {
    guard let field, field != .firstText || !values.has(.firstText) else { return }
    values.begin(field, form)
    values.append(UnsafeRawBufferPointer(rebasing: bytes[offset..<end]), to: field)
  }

  @inline(__always)
  private mutating func takeText() -> Bool {
    offset += 1
    var end = bytes.endOfPlainText(from: offset)
    while end < bytes.count, bytes[end] == UInt8(ascii: "\\") {
      guard field == nil, end + 1 < bytes.count, Self.isEscape(bytes[end + 1]) else { return false }
      end = bytes.endOfPlainText(from: end + 2)
    }
    guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else { return false }
    note(.string, upTo: end)
    offset = end + 1
    return true
  }

  /// Whether a byte behind a backslash is all of an escape.
  private static func isEscape(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      true
    default: false
    }
  }

  // MARK: - Objects and arrays

  private mutating func enter(isArray: Bool) -> Bool {
    guard depth < Self.depthLimit else { return false }
    offset += 1
    if let field { values.begin(field, .container) }
    if depth < 6 {
      // Only what is looked at in an array is looked at as one.
      nodes[depth] = isArray == (node == .content) ? node : .other
    }
    depth += 1
    arrays = arrays << 1 | (isArray ? 1 : 0)
    return true
  }

  /// Leaves the innermost container.
  ///
  /// - Returns: Whether it was the outermost one.
  @inline(__always)
  private mutating func leave() -> Bool {
    depth -= 1
    arrays >>= 1
    return depth == 0
  }

  private mutating func beginElement() {
    field = nil
    node = depth <= 6 && nodes[depth - 1] == .content ? .contentItem : .other
  }

  /// Takes a key, and the colon behind it.
  @inline(__always)
  private mutating func takeKey() -> Bool {
    guard next() == UInt8(ascii: "\"") else { return false }
    let start = offset + 1
    let end = bytes.endOfPlainText(from: start)
    guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else { return false }
    (field, node) = (nil, .other)
    if depth <= 6, nodes[depth - 1] != .other {
      (field, node) = JSONNode.step(nodes[depth - 1], UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
    }
    offset = end + 1
    guard next() == UInt8(ascii: ":") else { return false }
    offset += 1
    return true
  }
}
