import ByteOutput
import IPCFormats
import IPCModel
import IPCTraffic

/// Graph of who talks to whom in the language of graphviz, written at the end.
public struct DotFormat: EventFormat {
  private var graph = TrafficGraph()

  /// Clock of the trace; a graph shows no time.
  public var clock: WallClock

  /// Creates a format.
  public init(_ options: FormatOptions) { clock = options.clock }

  /// Adds a transfer to the graph.
  public mutating func append(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable,
    to output: inout OutputBuffer
  ) {
    graph.take(event, texts: texts)
  }

  /// Counts a loss, which the graph mentions.
  public mutating func append(_ loss: Loss, to output: inout OutputBuffer) { graph.take(loss) }

  /// Appends the graph.
  public mutating func appendFooter(to output: inout OutputBuffer) {
    let report = graph.report(top: nil)
    let edges = report.conversations
    output.append(
      """
      digraph ipcdump {
        graph [rankdir=LR, fontname="Helvetica", fontsize=10, nodesep=0.3, ranksep=1.2];
        node [shape=box, style="rounded,filled", color="#9aa3b2", fillcolor="#f4f6f9", fontname="Helvetica", fontsize=11];
        edge [fontname="Helvetica", fontsize=9, arrowsize=0.7];

      """)
    for pid in Set(edges.flatMap { [$0.source.pid, $0.destination.pid] }).sorted() {
      append("  \(Conversation.node(pid)) [label=\"", to: &output)
      append(Self.escaped(graph.name(of: pid)), to: &output)
      append(pid >= 0 ? "\\n\(pid)\"];\n" : "\", style=\"rounded,dashed\"];\n", to: &output)
    }
    for edge in edges { append(edge, to: &output) }
    let remarks = TrafficGraph.remarks(omitted: report.others, lost: report.lost)
    if !remarks.isEmpty { append("  label=\"\(remarks.joined(separator: "; "))\";\n", to: &output) }
    output.append("}\n")
  }

  private func append(_ edge: Conversation, to output: inout OutputBuffer) {
    let color = edge.kind.row.color.shades.graph
    let name = edge.channelText
    append("  \(edge.nodes.source) -> \(edge.nodes.destination) [label=\"", to: &output)
    append(edge.kind.row.name.description, to: &output)
    append(name.isEmpty ? "" : " \(Self.escaped(name))", to: &output)
    append("\\n\(edge.amount)\", color=\"\(color)\", fontcolor=\"\(color)\"", to: &output)
    append(", penwidth=\(edge.penWidth)];\n", to: &output)
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
