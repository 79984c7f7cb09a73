/// A JSON text as a tree (RFC 8259). Its texts are Foundation's, byte for byte, without Foundation, which is a third of a
/// binary that is linked statically.
enum JSONValue: Equatable {
  case null
  case bool(Bool)
  /// As it is written.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// Appends the text: keys in order, a member a line, two spaces a level.
  ///
  /// - Parameters:
  ///   - text: What it is appended to.
  ///   - level: How many values are around this one.
  ///   - escapesSlashes: Whether a slash is written `\/`.
  func write(to text: inout String, level: Int = 0, escapesSlashes: Bool) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .number(let number): text += number
    case .string(let string): Self.write(string, to: &text, escapesSlashes)
    case .array(let values):
      Self.writeLines("[", values, "]", to: &text, level) { value, text in
        value.write(to: &text, level: level + 1, escapesSlashes: escapesSlashes)
      }
    case .object(let members):
      let sorted = members.sorted { $0.key < $1.key }
      Self.writeLines("{", sorted, "}", to: &text, level) { member, text in
        Self.write(member.key, to: &text, escapesSlashes)
        text += " : "
        member.value.write(to: &text, level: level + 1, escapesSlashes: escapesSlashes)
      }
    }
  }

  private static func writeLines<Element>(
    _ opening: String, _ elements: [Element], _ closing: String, to text: inout String, _ level: Int,
    _ write: (Element, inout String) -> Void
  ) {
    text += opening
    for (index, element) in elements.enumerated() {
      text += index == 0 ? "\n" : ",\n"
      text += String(repeating: "  ", count: level + 1)
      write(element, &text)
    }
    // An empty one has an empty line.
    text += elements.isEmpty ? "\n\n" : "\n"
    text += String(repeating: "  ", count: level) + closing
  }

  private static func write(_ string: String, to text: inout String, _ escapesSlashes: Bool) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "/": text += escapesSlashes ? "\\/" : "/"
      case "\u{8}": text += "\\b"
      case "\u{C}": text += "\\f"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
