/// A table whose first column is text and whose others are figures.
struct MarkdownTable: CustomStringConvertible {
  var head: [String]
  var rows: [[String]] = []

  init(head: [String]) { self.head = head }

  var description: String {
    let rule = head.indices.map { $0 == 0 ? "---" : "---:" }
    return ([head, rule] + rows).map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
  }
}
