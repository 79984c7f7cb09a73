/// Makes keys out of the bytes that a terminal sends (xterm's control sequences, SGR mouse mode).
public struct KeyParser: Sendable {
  /// Bytes of a key that has not come whole.
  private var pending: [UInt8] = []

  /// More than any key's sequence has; what is longer is none.
  private static let limit = 32
  private static let escape: UInt8 = 0x1B

  /// Knows of no key yet.
  public init() {}

  /// Whether what came last may be the beginning of a key, or a key by itself; see ``flush()``.
  public var isUndecided: Bool { !pending.isEmpty }

  /// Takes bytes.
  ///
  /// - Returns: The keys that are whole.
  public mutating func take(_ bytes: some Sequence<UInt8>) -> [Key] {
    pending.append(contentsOf: bytes)
    var keys: [Key] = []
    var start = 0
    while start < pending.count {
      switch Self.key(in: pending[start...]) {
      case .whole(let key, let length):
        if let key { keys.append(key) }
        start += length
      case .cut:
        if pending.count - start < Self.limit {
          pending.removeFirst(start)
          return keys
        }
        start += 1
      }
    }
    pending.removeAll()
    return keys
  }

  /// Takes what is undecided for what it is by itself, as nothing has followed in time.
  public mutating func flush() -> [Key] {
    defer { pending.removeAll() }
    return pending.first == Self.escape && pending.count <= 2 ? [.escape] : []
  }

  private enum Finding {
    /// A key, or nil for one that means nothing, and how many bytes it has.
    case whole(Key?, Int)
    /// More has to come.
    case cut
  }

  private static func key(in bytes: ArraySlice<UInt8>) -> Finding {
    let first = bytes[bytes.startIndex]
    switch first {
    case escape: return sequence(in: bytes)
    case 0x0D, 0x0A: return .whole(.enter, 1)
    case 0x09: return .whole(.tab, 1)
    case 0x08, 0x7F: return .whole(.backspace, 1)
    case 0x00: return .whole(nil, 1)
    case 0x01...0x1A: return .whole(.control(first + 0x40), 1)
    case 0x1C...0x1F: return .whole(nil, 1)
    case 0x20...0x7E: return .whole(.character(Unicode.Scalar(first)), 1)
    default: return character(in: bytes)
    }
  }

  /// A character beyond ASCII.
  private static func character(in bytes: ArraySlice<UInt8>) -> Finding {
    var decoder = UTF8()
    var iterator = bytes.prefix(4).makeIterator()
    let expected = bytes[bytes.startIndex] >= 0xF0 ? 4 : bytes[bytes.startIndex] >= 0xE0 ? 3 : 2
    if bytes.count < expected, bytes.dropFirst().allSatisfy({ $0 & 0xC0 == 0x80 }),
      bytes[bytes.startIndex] >= 0xC2
    {
      return .cut
    }
    guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return .whole(nil, 1) }
    // C1 control characters are no keys.
    return .whole(scalar.value < 0xA0 ? nil : .character(scalar), UTF8.width(scalar))
  }

  private static func sequence(in bytes: ArraySlice<UInt8>) -> Finding {
    let start = bytes.startIndex
    guard bytes.count > 1 else { return .cut }
    switch bytes[start + 1] {
    case UInt8(ascii: "["): return controlSequence(in: bytes)
    case UInt8(ascii: "O"):
      guard bytes.count > 2 else { return .cut }
      return .whole(key(ending: bytes[start + 2], parameters: []), 3)
    default: return .whole(.escape, 1)
    }
  }

  /// CSI, parameters, a final byte.
  private static func controlSequence(in bytes: ArraySlice<UInt8>) -> Finding {
    let body = bytes.dropFirst(2)
    guard let final = body.firstIndex(where: { !(0x20...0x3F).contains($0) }) else { return .cut }
    let length = final - bytes.startIndex + 1
    // What is no final byte begins something else.
    guard (0x40...0x7E).contains(bytes[final]) else { return .whole(nil, length - 1) }
    let parameters = body[body.startIndex..<final]
    if parameters.first == UInt8(ascii: "<") {
      return .whole(mouse(numbers(in: parameters.dropFirst()), ending: bytes[final]), length)
    }
    return .whole(key(ending: bytes[final], parameters: numbers(in: parameters)), length)
  }

  private static func numbers(in bytes: ArraySlice<UInt8>) -> [Int] {
    bytes.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map { digits in
      digits.prefix(6).reduce(0) { sum, digit in
        (0x30...0x39).contains(digit) ? sum * 10 + Int(digit - 0x30) : sum
      }
    }
  }

  private static func key(ending final: UInt8, parameters: [Int]) -> Key? {
    switch final {
    case UInt8(ascii: "A"): return .up
    case UInt8(ascii: "B"): return .down
    case UInt8(ascii: "C"): return .right
    case UInt8(ascii: "D"): return .left
    case UInt8(ascii: "H"): return .home
    case UInt8(ascii: "F"): return .end
    case UInt8(ascii: "M"): return .enter
    case UInt8(ascii: "~"):
      switch parameters.first {
      case 1, 7: return .home
      case 3: return .delete
      case 4, 8: return .end
      case 5: return .pageUp
      case 6: return .pageDown
      default: return nil
      }
    default: return nil
    }
  }

  /// Button, column and row; 64 and 65 are the wheel, 32 a movement.
  private static func mouse(_ numbers: [Int], ending final: UInt8) -> Key? {
    guard numbers.count == 3, final == UInt8(ascii: "M"), numbers[1] > 0, numbers[2] > 0 else { return nil }
    switch numbers[0] & ~0x1C {
    case 0: return .click(row: numbers[2] - 1, column: numbers[1] - 1)
    case 64: return .wheel(-1)
    case 65: return .wheel(1)
    default: return nil
    }
  }
}
