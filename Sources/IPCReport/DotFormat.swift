import ByteOutput
import IPCFormats
import IPCModel

/// Graph of who talks to whom in the language of graphviz, written at the end.
public struct DotFormat: EventFormat {
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

  /// Appends the graph.
  public mutating func appendFooter(to output: inout OutputBuffer) {
    let rows = talks.sorted()
    output.append(
      """
      digraph ipcdump {
        graph [rankdir=LR, fontname="Helvetica", fontsize=10, nodesep=0.3, ranksep=1.2];
        node [shape=box, style="rounded,filled", color="#9aa3b2", fillcolor="#f4f6f9", fontname="Helvetica", fontsize=11];
        edge [fontname="Helvetica", fontsize=9, arrowsize=0.7];

      """)
    for pid in Set(rows.flatMap { [$0.key.source, $0.key.destination] }).sorted() {
      append("  \(Talk.node(pid)) [label=\"", to: &output)
      append(Self.escaped(terminalText(of: talks.comm(of: pid))), to: &output)
      append(pid >= 0 ? "\\n\(pid)\"];\n" : "\", style=\"rounded,dashed\"];\n", to: &output)
    }
    for row in rows { append(row, to: &output) }
    appendRemarks(to: &output)
    output.append("}\n")
  }

  private func append(_ row: Talk, to output: inout OutputBuffer) {
    let name = talks.withName(of: row) { terminalText($0) }
    let kind = row.key.kind
    let color = kind.row.color.shades.graph
    append("  \(Talk.node(row.key.source)) -> \(Talk.node(row.key.destination)) [label=\"", to: &output)
    append(kind.row.name.description, to: &output)
    append(name.isEmpty ? "" : " \(Self.escaped(name))", to: &output)
    append("\\n\(row.amount)\", color=\"\(color)\", fontcolor=\"\(color)\"", to: &output)
    append(", penwidth=\(penWidth(ofBytes: row.bytes))];\n", to: &output)
  }

  private func appendRemarks(to output: inout OutputBuffer) {
    let remarks = talks.remarks(omitted: talks.others)
    guard !remarks.isEmpty else { return }
    append("  label=\"\(remarks.joined(separator: "; "))\";\n", to: &output)
  }

  /// Text within a quoted label, where graphviz knows escape sequences (`\N`) and entities of HTML.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "&": result += "&amp;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  private func append(_ text: String, to output: inout OutputBuffer) { output.append(text: text) }
}
