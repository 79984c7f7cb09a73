import Foundation
import IPCFormats
import IPCModel
import IPCReport
import Testing

@Suite("Graphs for graphviz")
struct DotFormatTests {
  @Test func `add transfers up by ends, type and channel`() {
    var scene = Scene()
    let events = [
      scene.pipe(), scene.pipe(2000, count: 2000), scene.pipe(2500, Scene.cat, Scene.wc, named: "/run/fifo"),
      scene.signal(),
      scene.tcp(ports: (40_000, 80)), scene.tcp(4000, Scene.cat, Scene.sh, ports: (80, 40_000)),
      scene.pipe(3000, .unknown, Scene.cat),
    ]
    let graph = scene.show(
      events, losses: [Loss(kind: .pipe, count: 3, bytes: 0, time: 1)], as: DotFormat.self)
    let lines = graph.split(separator: "\n").filter { !$0.contains(#/^  (graph|node|edge) /#) }
    #expect(
      lines == [
        "digraph ipcdump {",
        #"  unknown [label="<unknown>", style="rounded,dashed"];"#,
        #"  p4321 [label="sh\n4321"];"#,
        #"  p4322 [label="cat\n4322"];"#,
        #"  p4323 [label="wc\n4323"];"#,
        ##"  p4321 -> p4322 [label="pipe [123]\n1.9 KiB, 2 events", color="#0072b2", fontcolor="#0072b2", penwidth=2.5];"##,
        ##"  unknown -> p4322 [label="pipe [123]\n6 B, 1 event", color="#0072b2", fontcolor="#0072b2", penwidth=1.0];"##,
        ##"  p4321 -> p4322 [label="loopback-tcp 127.0.0.2:80\n6 B, 1 event", color="#d98b00", fontcolor="#d98b00", penwidth=1.0];"##,
        ##"  p4322 -> p4321 [label="loopback-tcp 127.0.0.1:80\n6 B, 1 event", color="#d98b00", fontcolor="#d98b00", penwidth=1.0];"##,
        ##"  p4322 -> p4323 [label="pipe /run/fifo\n6 B, 1 event", color="#0072b2", fontcolor="#0072b2", penwidth=1.0];"##,
        ##"  p4321 -> p4322 [label="signal SIGTERM\n1 event", color="#c2410c", fontcolor="#c2410c", penwidth=1.0];"##,
        #"  label="3 records lost";"#,
        "}",
      ])
  }

  @Test func `tell what exceeds the edges that are told apart`() {
    var scene = Scene()
    var events = (0..<65_536).map { scene.pipe(1, Scene.process($0), Scene.cat) }
    events += [scene.pipe(2, Scene.process(70_000), Scene.cat), scene.pipe(3, Scene.process(0), Scene.cat)]
    let graph = scene.show(events, as: DotFormat.self)
    #expect(graph.contains("  label=\"16384 events (96 KiB) of further edges left out\";\n"))
    #expect(graph.contains("12 B, 2 events"))
  }

  @Test(.enabled(if: ChildProgram.isInstalled("dot"), "graphviz is not installed"))
  func `show hostile names as they are`() throws {
    var scene = Scene()
    let events = nastyTexts.enumerated().map { index, text in
      scene.pipe(
        1, Endpoint(pid: Int32(index), tid: Int32(index), comm: Comm(bytes: text)), Scene.cat, named: text)
    }
    let drawn = try ChildProgram.run("dot", ["-Tsvg"], input: scene.show(events, as: DotFormat.self))
    let texts: [String] = drawn.matches(of: /<text [^>]*>([^<]*)<\/text>/).map { match in
      String(match.1).replacing("&#45;", with: "-").replacing("&#160;", with: " ").replacing(
        "&lt;", with: "<"
      )
      .replacing("&gt;", with: ">").replacing("&quot;", with: "\"").replacing("&amp;", with: "&")
    }
    for name in [
      #"pipe a"b<script>\n"#, "pipe <script>alert(1)</script>", "pipe </script><!--", #"pipe two\nlines\r\n"#,
      #"pipe \x1b[2J\x07"#, #"pipe \\N \\G \\n & &lt; #35;"#, #"pipe `**markdown**` |"]) --> end"#,
      #"pipe \u{202e}gnp.exe\u{2066}"#, "pipe grüße 日本 🐟", #"pipe f\xff\xfeo"#, "pipe", #"a"b<script>\n"#,
    ] {
      #expect(texts.contains(name), "\(name) in \(texts)")
    }
  }
}
