import ByteOutput
import IPCFormats
import IPCModel

/// Graph of who talks to whom for pages that draw mermaid, such as a README, written at the end.
public struct MermaidFormat: EventFormat {
  /// Most edges and bytes that mermaid draws unless the page allows it more (`maxEdges` 500, `maxTextSize` 50,000).
  private static let edgeLimit = 500
  private static let textLimit = 49_000
  /// Most characters of a name that are shown.
  private static let nameLimit = 60

  private var talks = TalkTable()

  /// Clock that times are told by; a graph tells none.
  public var clock: WallClock

  /// Creates a format.
  public init(_ options: FormatOptions) { clock = options.clock }

  /// Adds a transfer to the graph.
  public mutating func append(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable,
    to output: inout OutputBuffer
  ) {
    talks.add(event, texts: texts, by: &output)
  }

  /// Counts a loss, which the graph tells.
  public mutating func append(_ loss: Loss, to output: inout OutputBuffer) { talks.add(loss) }

  /// Appends the graph: as many edges as mermaid draws, those with most bytes first.
  public mutating func appendFooter(to output: inout OutputBuffer) {
    let rows = talks.sorted()
    var text = "flowchart LR\n"
    var known: Set<Int32> = []
    var shown = 0
    for row in rows.prefix(Self.edgeLimit) {
      let ends =
        row.key.source == row.key.destination
        ? [row.key.source] : [row.key.source, row.key.destination]
      let new = ends.filter { !known.contains($0) }
      let lines = new.map(node).joined() + edge(row, number: shown)
      guard text.utf8.count + lines.utf8.count <= Self.textLimit else { break }
      text += lines
      known.formUnion(new)
      shown += 1
    }
    let omitted = rows[shown...].reduce(into: talks.others) {
      $0.events += $1.events
      $0.bytes &+= $1.bytes
    }
    for remark in talks.remarks(omitted: omitted) { text += "  %% \(remark)\n" }
    output.append(text: text)
  }

  private func node(_ pid: Int32) -> String {
    let name = Self.escaped(terminalText(of: talks.comm(of: pid)))
    return "  \(Talk.node(pid))([\"\(name)\(pid >= 0 ? "<br/>\(pid)" : "")\"])\n"
  }

  private func edge(_ row: Talk, number: Int) -> String {
    let kind = row.key.kind
    let name = talks.withName(of: row) { Self.escaped(terminalText($0)) }
    let label = "\(kind.row.name)\(name.isEmpty ? "" : " \(name)")<br/>\(row.amount)"
    let ends = (Talk.node(row.key.source), Talk.node(row.key.destination))
    let width = penWidth(ofBytes: row.bytes)
    return """
        \(ends.0) -->|"\(label)"| \(ends.1)
        linkStyle \(number) stroke:\(kind.row.color.shades.graph),stroke-width:\(width)px

      """
  }

  /// Text within quotes, where mermaid knows HTML, markdown and codes such as `#60;`: all but plain letters, digits
  /// and a few marks becomes a code.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars.prefix(nameLimit) {
      switch character {
      case "a"..."z", "A"..."Z", "0"..."9", " ", ".", "-", "/", ":", "+", ",":
        result.unicodeScalars.append(character)
      default: result += "#\(character.value);"
      }
    }
    return text.unicodeScalars.count > nameLimit ? result + "#8230;" : result
  }
}
