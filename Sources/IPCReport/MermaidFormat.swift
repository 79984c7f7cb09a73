import ByteOutput
import IPCFormats
import IPCModel
import IPCTraffic

/// Graph of who talks to whom for pages that draw mermaid, such as a README, written at the end.
public struct MermaidFormat: EventFormat {
  /// Most edges and bytes that mermaid draws unless the page allows it more (`maxEdges` 500, `maxTextSize` 50,000).
  private static let edgeLimit = 500
  private static let textLimit = 49_000
  /// Most characters of a name that are shown.
  private static let nameLimit = 60

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

  /// Appends the graph: as many edges as mermaid draws, those with most bytes first.
  public mutating func appendFooter(to output: inout OutputBuffer) {
    let report = graph.report(top: Self.edgeLimit)
    let edges = report.conversations
    var text = "flowchart LR\n"
    var known: Set<Int32> = []
    var shown = 0
    for edge in edges {
      let ends =
        edge.source.pid == edge.destination.pid
        ? [edge.source.pid] : [edge.source.pid, edge.destination.pid]
      let new = ends.filter { !known.contains($0) }
      let lines = new.map(node).joined() + line(of: edge, number: shown)
      guard text.utf8.count + lines.utf8.count <= Self.textLimit else { break }
      text += lines
      known.formUnion(new)
      shown += 1
    }
    let omitted = edges[shown...].reduce(into: report.others) { $0.add($1) }
    for remark in TrafficGraph.remarks(omitted: omitted, lost: report.lost) { text += "  %% \(remark)\n" }
    output.append(text: text)
  }

  private func node(_ pid: Int32) -> String {
    let name = Self.escaped(graph.name(of: pid))
    return "  \(Conversation.node(pid))([\"\(name)\(pid >= 0 ? "<br/>\(pid)" : "")\"])\n"
  }

  private func line(of edge: Conversation, number: Int) -> String {
    let name = Self.escaped(edge.channelText)
    let label = "\(edge.kind.row.name)\(name.isEmpty ? "" : " \(name)")<br/>\(edge.amount)"
    return """
        \(edge.nodes.source) -->|"\(label)"| \(edge.nodes.destination)
        linkStyle \(number) stroke:\(edge.kind.row.color.shades.graph),stroke-width:\(edge.penWidth)px

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
