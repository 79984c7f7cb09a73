/// Reads one value of RESP, or a command in a line, as its bytes come. Of nested values only their number is kept.
struct RedisReader {
  enum Outcome {
    /// The value goes on.
    case needsMore
    /// Its last byte was taken.
    case complete
    /// What is unread is no such value.
    case malformed
  }

  /// Type of the value: the byte that it begins with; that of a command in a line is 0.
  private(set) var type: UInt8 = 0
  /// The value, if it is a line or a string, or the first ones of its elements: as many as are looked at.
  private(set) var words: [[UInt8]] = []
  /// Number of its elements.
  private(set) var count: UInt64 = 0
  /// Whether all elements are strings, as those of a command are.
  private(set) var isOfStrings = true

  /// Elements that are missing at each level.
  private var left: [UInt64] = []
  /// Level of the value: attributes before it make it deeper.
  private var top = 0
  /// Bytes of the string that follows, which is looked at.
  private var string: Int?
  private var isPassing = false
  private var hasBegun = false

  private static let depthLimit = 1024
  private static let lineLimit = 64 << 10
  private static let stringLimit: Int64 = 1 << 32
  /// Longest string that is looked at.
  private static let wordLimit = 1024

  /// Takes what there is of the value.
  ///
  /// - Parameters:
  ///   - isCommand: Whether it may be a line of words.
  ///   - limit: Elements that are looked at.
  mutating func read(_ flow: ByteFlow, isCommand: Bool, limit: Int) -> Outcome {
    while true {
      if isPassing {
        guard flow.isPassed else { return .needsMore }
        isPassing = false
        if endElement() { return .complete }
        continue
      }
      if let length = string {
        guard flow.unread.count >= length + 2 else {
          flow.wait(for: length + 2)
          return .needsMore
        }
        guard flow.unread[length] == 0x0D, flow.unread[length + 1] == 0x0A else { return .malformed }
        words.append(Array(flow.unread.first(length)))
        flow.take(length + 2)
        string = nil
        if endElement() { return .complete }
        continue
      }
      guard !flow.unread.isEmpty else { return .needsMore }
      let bytes = flow.unread
      guard let newline = bytes[min(flow.searched, bytes.count)...].firstIndex(of: 0x0A) else {
        flow.searched = bytes.count
        return bytes.count > Self.lineLimit ? .malformed : .needsMore
      }
      let hasReturn = newline > 0 && bytes[newline - 1] == 0x0D
      let line = UnsafeRawBufferPointer(rebasing: bytes[..<(hasReturn ? newline - 1 : newline)])
      if !hasBegun, isCommand, bytes[0] != UInt8(ascii: "*") {
        words = line.split(separator: 0x20).prefix(limit).map { Array($0.prefix(Self.wordLimit)) }
        flow.take(newline + 1)
        return .complete
      }
      guard hasReturn, line.count > 0 else { return .malformed }
      hasBegun = true
      guard let isComplete = begin(line, flow, newline + 1, limit) else { return .malformed }
      if isComplete { return .complete }
    }
  }

  /// Takes the line that a value begins with.
  ///
  /// - Returns: Whether the whole value has ended; nil if it is none.
  private mutating func begin(
    _ line: UnsafeRawBufferPointer, _ flow: ByteFlow, _ taken: Int, _ limit: Int
  ) -> Bool? {
    let kind = line[0]
    let isTop = left.count == top
    if isTop { type = kind }
    if left.count == top + 1, kind != UInt8(ascii: "$") { isOfStrings = false }
    let isLookedAt = left.count <= top + 1 && words.count < limit
    switch kind {
    case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "_"), UInt8(ascii: "#"),
      UInt8(ascii: ","), UInt8(ascii: "("):
      if isLookedAt { words.append(Array(line.from(1).first(Self.wordLimit))) }
      flow.take(taken)
      return endElement()
    case UInt8(ascii: "$"), UInt8(ascii: "!"), UInt8(ascii: "="), UInt8(ascii: ";"):
      return beginString(kind, line.from(1), flow, taken, isLookedAt)
    case UInt8(ascii: "*"), UInt8(ascii: "%"), UInt8(ascii: "~"), UInt8(ascii: ">"), UInt8(ascii: "|"):
      return beginAggregate(kind, line.from(1), flow, taken, isTop)
    case UInt8(ascii: "."):
      guard left.last ?? 0 > Self.openEnd else { return nil }
      flow.take(taken)
      left.removeLast()
      return endElement()
    default: return nil
    }
  }

  /// Above it, a number of elements is not known before the last one.
  private static let openEnd: UInt64 = 1 << 62

  private mutating func beginString(
    _ kind: UInt8, _ number: UnsafeRawBufferPointer, _ flow: ByteFlow, _ taken: Int, _ isLookedAt: Bool
  ) -> Bool? {
    if kind == UInt8(ascii: "$"), number.isWord("?") {
      flow.take(taken)
      return push(.max)
    }
    guard let length = Self.number(number), length >= -1, length <= Self.stringLimit else { return nil }
    flow.take(taken)
    if kind == UInt8(ascii: ";"), length == 0 {
      guard left.last ?? 0 > Self.openEnd else { return nil }
      left.removeLast()
      return endElement()
    }
    guard length >= 0 else {
      if left.count == top + 1 { isOfStrings = false }
      return endElement()
    }
    if isLookedAt, length <= Self.wordLimit {
      string = Int(length)
      return false
    }
    // A place in the words, as those behind it are known by theirs.
    if isLookedAt { words.append([]) }
    isPassing = true
    flow.pass(UInt64(length) + 2)
    return false
  }

  private mutating func beginAggregate(
    _ kind: UInt8, _ number: UnsafeRawBufferPointer, _ flow: ByteFlow, _ taken: Int, _ isTop: Bool
  ) -> Bool? {
    if number.isWord("?") {
      flow.take(taken)
      return push(.max)
    }
    guard let count = Self.number(number), count >= -1, count <= Self.stringLimit else { return nil }
    flow.take(taken)
    let isPairs = kind == UInt8(ascii: "%") || kind == UInt8(ascii: "|")
    let elements = UInt64(max(count, 0)) * (isPairs ? 2 : 1)
    if kind == UInt8(ascii: "|") {
      // The value that it is an attribute of stands behind it.
      if isTop { top += 1 }
      return push(elements + 1)
    }
    if isTop { self.count = elements }
    return elements == 0 ? endElement() : push(elements)
  }

  private mutating func push(_ count: UInt64) -> Bool? {
    guard left.count < Self.depthLimit else { return nil }
    left.append(count)
    return false
  }

  /// - Returns: Whether the whole value has ended.
  private mutating func endElement() -> Bool {
    while let last = left.last {
      if last > 1 {
        left[left.count - 1] = last - 1
        return false
      }
      left.removeLast()
    }
    return true
  }

  private static func number(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    bytes.count < 20 ? Int64(String(decoding: bytes, as: UTF8.self)) : nil
  }
}
