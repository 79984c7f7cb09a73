extension StringProtocol {
  /// The parts between the places where a text is found, from the front; all of it if it is not found.
  ///
  /// The standard library's functions for this are those of regular expressions: 1.2 MB of a binary that is linked statically.
  package func parts(between text: String) -> [String] {
    let bytes = text.utf8
    var parts: [String] = []
    var start = utf8.startIndex
    var place = start
    while place != utf8.endIndex {
      guard !bytes.isEmpty, utf8[place...].starts(with: bytes) else {
        utf8.formIndex(after: &place)
        continue
      }
      parts.append(String(self[start..<place]))
      place = utf8.index(place, offsetBy: bytes.count)
      start = place
    }
    parts.append(String(self[start...]))
    return parts
  }

  /// Whether a text is in this one.
  package func holds(_ text: String) -> Bool { parts(between: text).count > 1 }

  /// This text with another one in each place of a text.
  package func with(_ replacement: String, for text: String) -> String {
    parts(between: text).joined(separator: replacement)
  }
}
