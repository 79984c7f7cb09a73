import IPCModel

/// What a field is compared with.
struct WhereLiteral: Sendable {
  /// As it was written, without quotation marks.
  let text: [UInt8]
  /// The number that it is, its unit counted in; nil if it is none.
  let number: Int64?
  /// The kinds that it names; empty if it names none.
  let kinds: Set<Kind>
  /// What is put together from transfers, by its `type`.
  enum MessageWord: String, Sendable, CaseIterable { case message, call }

  /// Whether it names messages or calls in the place of a kind.
  var messageWord: MessageWord? { MessageWord(rawValue: String(decoding: text, as: UTF8.self)) }

  /// Whether it has `*`, `?` or `[` that stand for other characters.
  let isGlob: Bool

  /// Reads a literal for a field.
  init(_ text: String, isQuoted: Bool) {
    self.text = Array(text.utf8)
    number = Self.number(text)
    kinds = Set(Kind.all.filter { $0.row.name.description == text || $0.row.aliases.contains(text) })
    isGlob = self.text.contains { Self.wildcards.contains($0) }
  }

  /// Signs that stand for others, or take that from them.
  static let wildcards = Set("*?[\\".utf8)

  /// Factors by unit: bytes in powers of 1024, as `-B` takes them; times in nanoseconds.
  private static let units: [String: Double] = [
    "": 1, "k": 1024, "K": 1024, "M": 1_048_576, "G": 1_073_741_824, "kB": 1024, "KiB": 1024, "MB": 1_048_576,
    "MiB": 1_048_576, "GB": 1_073_741_824, "GiB": 1_073_741_824, "B": 1, "ns": 1, "us": 1e3, "µs": 1e3,
    "ms": 1e6,
    "s": 1e9, "m": 60e9, "min": 60e9, "h": 3600e9,
  ]

  private static func number(_ text: String) -> Int64? {
    if text.hasPrefix("0x") { return Int64(text.dropFirst(2), radix: 16) }
    if let whole = Int64(text) { return whole }
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-") }
    guard let value = Double(digits), let factor = units[String(text.dropFirst(digits.count))] else {
      return nil
    }
    return Int64(exactly: (value * factor).rounded())
  }
}

/// Comparison of texts with a pattern in which `*` stands for any bytes, `?` for one, `[a-z]` for one of some, and `\`
/// takes their meaning from them (glob(7), but for `*` and `/`: a prefix of a path is `"/run/*"`).
enum Glob {
  /// Whether a text is of the pattern.
  static func matches(_ pattern: [UInt8], _ text: UnsafeRawBufferPointer) -> Bool {
    var (place, position) = (0, 0)
    // The last star, and how far the text had gone: where nothing else fits, it takes one byte more.
    var star: (place: Int, position: Int)?
    while position < text.count {
      if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
        star = (place, position)
        place += 1
      } else if let next = step(pattern, place, text[position]) {
        place = next
        position += 1
      } else if let last = star {
        star = (last.place, last.position + 1)
        place = last.place + 1
        position = last.position + 1
      } else {
        return false
      }
    }
    return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
  }

  /// Behind the sign that takes a byte; nil if it does not.
  private static func step(_ pattern: [UInt8], _ place: Int, _ byte: UInt8) -> Int? {
    guard place < pattern.count else { return nil }
    switch pattern[place] {
    case UInt8(ascii: "?"): return place + 1
    case UInt8(ascii: "\\") where place + 1 < pattern.count:
      return pattern[place + 1] == byte ? place + 2 : nil
    case UInt8(ascii: "["):
      guard let set = set(pattern, place) else { return byte == UInt8(ascii: "[") ? place + 1 : nil }
      return set.contains(byte) ? set.end : nil
    default: return pattern[place] == byte ? place + 1 : nil
    }
  }

  private struct ByteSet {
    var ranges: [ClosedRange<UInt8>] = []
    var isNegated = false
    var end = 0

    func contains(_ byte: UInt8) -> Bool { ranges.contains { $0.contains(byte) } != isNegated }
  }

  /// The bytes between `[` and `]`; nil if nothing closes it.
  private static func set(_ pattern: [UInt8], _ opening: Int) -> ByteSet? {
    var set = ByteSet()
    var place = opening + 1
    if place < pattern.count, pattern[place] == UInt8(ascii: "!") || pattern[place] == UInt8(ascii: "^") {
      set.isNegated = true
      place += 1
    }
    var isFirst = true
    while place < pattern.count, isFirst || pattern[place] != UInt8(ascii: "]") {
      isFirst = false
      let low = pattern[place]
      let isRange =
        place + 2 < pattern.count && pattern[place + 1] == UInt8(ascii: "-")
        && pattern[place + 2] != UInt8(ascii: "]")
      let high = isRange ? pattern[place + 2] : low
      if low <= high { set.ranges.append(low...high) }
      place += isRange ? 3 : 1
    }
    guard place < pattern.count else { return nil }
    set.end = place + 1
    return set
  }
}
