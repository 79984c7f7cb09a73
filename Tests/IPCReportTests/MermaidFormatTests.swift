import IPCModel
import IPCReport
import Testing

@Suite("Graphs for mermaid")
struct MermaidFormatTests {
  @Test func `have nodes and edges with what went there`() {
    var scene = Scene()
    let graph = scene.show([scene.pipe(), scene.pipe(2, count: 94), scene.signal()], as: MermaidFormat.self)
    #expect(
      graph == """
        flowchart LR
          p4321(["sh<br/>4321"])
          p4322(["cat<br/>4322"])
          p4321 -->|"pipe #91;123#93;<br/>100 B, 2 events"| p4322
          linkStyle 0 stroke:#0072b2,stroke-width:2.0px
          p4321 -->|"signal SIGTERM<br/>1 event"| p4322
          linkStyle 1 stroke:#c2410c,stroke-width:1.0px

        """)
  }

  @Test func `let no name be anything but a name`() {
    var scene = Scene()
    let events = nastyTexts.enumerated().map { index, text in
      scene.pipe(
        1, Endpoint(pid: Int32(index), tid: Int32(index), comm: Comm(bytes: text)), Scene.cat, named: text)
    }
    let graph = scene.show(events, as: MermaidFormat.self)
    let rest = graph.split(separator: "\n").filter { line in
      line.wholeMatch(of: #/  p\d+\(\["([\w .\-\/:+,]|#\d+;)*<br\/>\d+"\]\)/#) == nil
        && line.wholeMatch(of: #/  p\d+ -->\|"pipe([\w .\-\/:+,]|#\d+;)*<br\/>6 B, 1 event"\| p4322/#) == nil
        && line.wholeMatch(of: #/  linkStyle \d+ stroke:#[0-9a-f]{6},stroke-width:1.0px/#) == nil
    }
    #expect(rest == ["flowchart LR"])
    #expect(graph.contains("a#34;b#60;script#62;#92;n"))
  }

  @Test(arguments: [0, 58]) func `keep within what a page draws, and tell the rest`(padding: Int) throws {
    var scene = Scene()
    let name = String(repeating: "<", count: padding)
    let events = (0..<2000).map { scene.pipe(1, Scene.process($0), Scene.cat, named: name, count: 10) }
    let graph = scene.show(events, as: MermaidFormat.self)
    let edges = graph.split(separator: "\n").count { $0.contains("-->") }
    #expect(graph.utf8.count <= 50_000)
    #expect(edges <= 500 && edges > 90)
    let told = try #require(graph.firstMatch(of: /%% (\d+) events \(.* KiB\) of further edges left out/))
    #expect(Int(told.1) == 2000 - edges)
  }
}
