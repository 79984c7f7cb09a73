import ByteOutput
import IPCFormats

/// How contents are shown.
enum ContentView: CaseIterable {
  case none, text, hex
}

/// What was said, in lines of a screen.
struct DialogueLines {
  /// A line.
  struct Line {
    let text: String
    let style: Style
    /// Whether it begins an entry.
    let isHead: Bool
  }

  /// Lines of contents of an entry.
  private static let contentLines = 64

  /// One entry.
  static func lines(
    of entry: Dialogue.Entry, contents: ContentView, at time: inout TimestampWriter
  ) -> [Line] {
    var buffer = OutputBuffer(capacity: 64)
    time.append(entry.time, to: &buffer)
    let style: Style = entry.isFailure ? .caution : Style(entry.isForward ? .cyan : .green)
    let head = "\(buffer.text.prefix(12)) \(entry.isForward ? "→" : "←") \(entry.text)"
    var lines = [Line(text: head, style: style, isHead: true)]
    if contents == .none { return lines }
    if entry.answer != nil { lines.append(Line(text: "  request:", style: .dim, isHead: false)) }
    lines += self.lines(of: entry.content, contents)
    if entry.answer != nil { lines.append(Line(text: "  response:", style: .dim, isHead: false)) }
    lines += self.lines(of: entry.answer, contents)
    return lines
  }

  private static func lines(of bytes: [UInt8]?, _ view: ContentView) -> [Line] {
    guard let bytes, !bytes.isEmpty else { return [] }
    var buffer = OutputBuffer(capacity: 256)
    bytes.withUnsafeBytes { bytes in
      if view == .hex {
        buffer.appendHexDump(bytes)
      } else {
        IndentedJSON.lines(of: bytes).withUnsafeBytes { buffer.appendTextLines($0) }
      }
    }
    let all = buffer.text.split(separator: "\n")
    let shown = all.prefix(contentLines).map { line in
      Line(text: "    " + line.drop { $0 == "\t" }, style: .plain, isHead: false)
    }
    return all.count > contentLines
      ? shown + [Line(text: "    \(all.count - contentLines) more lines", style: .dim, isHead: false)] : shown
  }
}
