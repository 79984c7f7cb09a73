import Foundation

/// Makes one page out of `page.html` and what it refers to, and writes it as static strings:
/// `embed-page OUTPUT.swift FOLDER`.
///
/// A line that is `<link rel="stylesheet" href="FILE">` or `<script src="FILE"></script>` is replaced by the file's text.
/// The page is cut at `{{…}}`, where the report fills in what only it knows.
@main
enum EmbedPage {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else {
      FileHandle.standardError.write(Data("usage: embed-page OUTPUT FOLDER\n".utf8))
      exit(64)
    }
    let folder = URL(filePath: arguments[2])
    func text(_ name: Substring) throws -> String {
      try String(contentsOf: folder.appending(path: String(name)), encoding: .utf8)
    }
    var page = ""
    for line in try text("page.html").split(separator: "\n", omittingEmptySubsequences: false) {
      if let match = line.wholeMatch(of: /\s*<link rel="stylesheet" href="([\w.]+)">/) {
        page += "<style nonce=\"{{nonce}}\">\n\(try text(match.1))</style>\n"
      } else if let match = line.wholeMatch(of: /\s*<script src="([\w.]+)"><\/script>/) {
        page += "<script nonce=\"{{nonce}}\">\n\(try text(match.1))</script>\n"
      } else {
        page += "\(line)\n"
      }
    }
    var source = """
      /// The report's page.
      let embeddedPage: [PagePart] = [

      """
    var rest = page[...]
    while let match = rest.firstMatch(of: /\{\{(\w+)\}\}/) {
      source += "  .text(\(literal(rest[..<match.range.lowerBound]))),\n  .\(match.1),\n"
      rest = rest[match.range.upperBound...]
    }
    source += "  .text(\(literal(rest))),\n]\n"
    try Data(source.utf8).write(to: URL(filePath: arguments[1]))
  }

  /// A raw string literal of several lines, so that no character of the text has to be escaped.
  private static func literal(_ text: Substring) -> String { "###\"\"\"\n\(text)\n\"\"\"###" }
}
