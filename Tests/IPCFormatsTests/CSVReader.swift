/// Reader of RFC 4180 that stops at anything the standard does not allow.
struct CSVReader {
  enum Failure: Error, Equatable {
    case bareQuote
    case textAfterQuote
    case bareLineEnd
    case noLineEnd
  }

  static func rows(of text: String) throws(Failure) -> [[String]] {
    var rows: [[String]] = []
    var row: [String] = []
    var rest = text.unicodeScalars[...]
    while !rest.isEmpty {
      row.append(try field(from: &rest))
      switch rest.popFirst() {
      case ",": continue
      case "\r" where rest.popFirst() == "\n":
        rows.append(row)
        row = []
      case nil: throw .noLineEnd
      default: throw .textAfterQuote
      }
    }
    guard row.isEmpty else { throw .noLineEnd }
    return rows
  }

  private static func field(from rest: inout Substring.UnicodeScalarView) throws(Failure) -> String {
    var field = String.UnicodeScalarView()
    guard rest.first == "\"" else {
      while let next = rest.first, next != ",", next != "\r" {
        if next == "\"" { throw .bareQuote }
        if next == "\n" { throw .bareLineEnd }
        field.append(rest.removeFirst())
      }
      return String(field)
    }
    rest.removeFirst()
    while let next = rest.popFirst() {
      if next == "\"" {
        guard rest.first == "\"" else { return String(field) }
        rest.removeFirst()
      }
      field.append(next)
    }
    throw .noLineEnd
  }
}
