/// Reader of RFC 4180 that stops at anything the standard does not allow.
public struct CSVReader {
  /// What the standard does not allow.
  public enum Failure: Error, Equatable {
    /// A quote in a field that does not begin with one.
    case bareQuote
    /// Something between a quoted field and the comma behind it.
    case textAfterQuote
    /// A line feed without a carriage return.
    case bareLineEnd
    /// The last line is not ended.
    case noLineEnd
  }

  /// The fields of every line.
  public static func rows(of text: String) throws(Failure) -> [[String]] {
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
