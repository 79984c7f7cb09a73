/// Texts of the looked-at values of one message, in one place that is used again.
final class JSONValues {
  /// What a value is.
  enum Form: UInt8 {
    case absent, string, number, bool, null, container
  }

  private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var filled = 0
  private var forms = InlineArray<32, Form>(repeating: .absent)
  private var ends = InlineArray<32, (UInt32, UInt32)>(repeating: (0, 0))
  private var repeated = RepeatedTexts()

  /// Most bytes of a value that are kept.
  static let limit = 1024

  deinit { memory.deallocate() }

  /// Forgets all values.
  func removeAll() {
    filled = 0
    for index in forms.indices { forms[index] = .absent }
  }

  func form(of field: JSONField) -> Form { forms[Int(field.rawValue)] }

  func has(_ field: JSONField) -> Bool { form(of: field) != .absent }

  /// The text of a value: a string's characters, anything else as it is written.
  func text(_ field: JSONField) -> [UInt8]? { withText(of: field) { Array($0) } }

  func string(_ field: JSONField) -> [UInt8]? { form(of: field) == .string ? text(field) : nil }

  /// A string that many messages have alike.
  func repeatedString(_ field: JSONField) -> [UInt8]? {
    form(of: field) == .string ? withText(of: field) { repeated.text($0) } : nil
  }

  /// A number that is written as every program writes it, without a sign, a fraction or an exponent.
  func ordinal(_ field: JSONField) -> UInt64? {
    guard form(of: field) == .number else { return nil }
    return withText(of: field) { digits in
      // Of 18 digits, all numbers fit.
      guard digits.count <= 18, digits.count == 1 || digits[0] != UInt8(ascii: "0") else { return nil }
      var number: UInt64 = 0
      for digit in digits {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
        number = number * 10 + UInt64(digit - UInt8(ascii: "0"))
      }
      return number
    } ?? nil
  }

  /// Whether a value's text is a word.
  func isWord(_ field: JSONField, _ word: StaticString) -> Bool {
    withText(of: field) { $0.isWord(word) } ?? false
  }

  func isTrue(_ field: JSONField) -> Bool {
    form(of: field) == .bool && withText(of: field) { $0.first == UInt8(ascii: "t") } ?? false
  }

  @inline(__always)
  private func withText<Result>(of field: JSONField, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
    guard form(of: field) != .absent, form(of: field) != .container else { return nil }
    let (start, end) = ends[Int(field.rawValue)]
    return body(UnsafeRawBufferPointer(rebasing: memory[Int(start)..<Int(end)]))
  }

  // MARK: - What comes

  /// Begins the value of a field; what is appended from now on is its text. A field that has one already keeps the last
  /// one, as readers of JSON do; but of several texts the first counts.
  func begin(_ field: JSONField, _ form: Form) {
    let start = UInt32(truncatingIfNeeded: filled)
    forms[Int(field.rawValue)] = form
    ends[Int(field.rawValue)] = (start, start)
  }

  func append(_ byte: UInt8, to field: JSONField) {
    withUnsafeBytes(of: byte) { append($0, to: field) }
  }

  /// Appends bytes to a value's text, as many as are kept of it.
  func append(_ run: UnsafeRawBufferPointer, to field: JSONField) {
    let index = Int(field.rawValue)
    let count = min(run.count, Self.limit - (filled - Int(ends[index].0)))
    if count > 0, let source = run.baseAddress {
      if memory.count - filled < count { grow(by: count) }
      memory.baseAddress?.advanced(by: filled).copyMemory(from: source, byteCount: count)
      filled += count
    }
    ends[index].1 = UInt32(truncatingIfNeeded: filled)
  }

  private func grow(by count: Int) {
    let larger = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(256, 2 * (filled + count)), alignment: 1)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<filled]))
    memory.deallocate()
    memory = larger
  }
}
