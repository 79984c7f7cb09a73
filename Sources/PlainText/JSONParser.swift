/// Reads a JSON text (RFC 8259).
struct JSONParser {
  /// Why a text is none.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private var rest: Substring.UnicodeScalarView
  private var depth = 0
  private static let depthLimit = 200

  private init(_ text: String) { rest = Substring(text).unicodeScalars }

  /// The value that a text is.
  static func value(of text: String) throws -> JSONValue {
    var parser = JSONParser(text)
    let value = try parser.value()
    parser.skipSpace()
    guard parser.rest.isEmpty else { throw parser.failure("the end") }
    return value
  }

  private mutating func value() throws -> JSONValue {
    skipSpace()
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else { throw Failure(description: "more than \(Self.depthLimit) levels") }
    switch rest.first {
    case "{":
      var members: [String: JSONValue] = [:]
      try list("{", "}") { parser in
        let key = try parser.string()
        try parser.take(":")
        members[key] = try parser.value()
      }
      return .object(members)
    case "[":
      var values: [JSONValue] = []
      try list("[", "]") { values.append(try $0.value()) }
      return .array(values)
    case "\"": return .string(try string())
    case "t": return try word("true", .bool(true))
    case "f": return try word("false", .bool(false))
    case "n": return try word("null", .null)
    default: return .number(try number())
    }
  }

  private mutating func list(
    _ opening: Unicode.Scalar, _ closing: Unicode.Scalar, _ element: (inout JSONParser) throws -> Void
  ) throws {
    try take(opening)
    skipSpace()
    if rest.first != closing {
      repeat { try element(&self) } while skip(",")
    }
    try take(closing)
  }

  private mutating func string() throws -> String {
    try take("\"")
    var string = String.UnicodeScalarView()
    while let scalar = rest.popFirst() {
      if scalar == "\"" { return String(string) }
      guard scalar.value >= 0x20 else { throw failure("a printable character") }
      string.append(scalar == "\\" ? try escaped() : scalar)
    }
    throw failure("the end of a string")
  }

  private mutating func escaped() throws -> Unicode.Scalar {
    switch rest.popFirst() {
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "u":
      let unit = try hexadecimal()
      if let scalar = Unicode.Scalar(unit) { return scalar }
      // Two halves of a character beyond the first 65,536.
      guard unit < 0xDC00, rest.popFirst() == "\\", rest.popFirst() == "u" else {
        throw failure("a character")
      }
      let low = try hexadecimal()
      guard 0xDC00..<0xE000 ~= low,
        let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
      else { throw failure("a character") }
      return scalar
    case let scalar? where "\"\\/".unicodeScalars.contains(scalar): return scalar
    default: throw failure("an escape sequence")
    }
  }

  private mutating func hexadecimal() throws -> UInt32 {
    let digits = rest.prefix(4)
    guard digits.count == 4, let value = UInt32(String(digits), radix: 16) else {
      throw failure("four digits")
    }
    rest.removeFirst(4)
    return value
  }

  private mutating func number() throws -> String {
    let digits = rest.prefix { "+-.0123456789eE".unicodeScalars.contains($0) }
    guard Double(String(digits)) != nil else { throw failure("a value") }
    rest.removeFirst(digits.count)
    return String(digits)
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws -> JSONValue {
    guard rest.starts(with: word.unicodeScalars) else { throw failure("a value") }
    rest.removeFirst(word.unicodeScalars.count)
    return value
  }

  private mutating func take(_ scalar: Unicode.Scalar) throws {
    guard skip(scalar) else { throw failure("\"\(scalar)\"") }
  }

  private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
    skipSpace()
    guard rest.first == scalar else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func skipSpace() { rest = rest.drop { " \t\r\n".unicodeScalars.contains($0) } }

  private func failure(_ expected: String) -> Failure {
    let found = rest.isEmpty ? "the text ends" : "there is \"\(String(rest.prefix(20)))\""
    return Failure(description: "\(expected) is expected where \(found)")
  }
}
