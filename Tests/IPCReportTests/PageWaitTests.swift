import Foundation
import IPCModel
import IPCReport
import Testing

@Suite(
  "The waits of the report's page",
  .enabled(if: ChildProgram.isInstalled("chromium"), "chromium is not installed"))
struct PageWaitTests {
  /// A process that waits for itself and two that wait behind it, two that wait for each other, and a leak.
  private static let json = #"""
    {"time":"2026-11-20T16:04:07.5+01:00","waits":[
    {"pid":7421,"tid":7421,"comm":"client","waiting_ns":12300000000,"call":"read","mode":"any","on":[{"type":"unix-stream","channel":"/run/x.sock","fd":3,"by":[{"pid":7400,"comm":"server","fd":5,"does":"write"}],"external":false}]},
    {"pid":7400,"tid":7400,"comm":"server","waiting_ns":12100000000,"call":"write","mode":"any","on":[{"type":"pipe","channel":"[77]","fd":1,"by":[{"pid":7390,"comm":"logger","fd":0,"does":"read"}],"external":false}]},
    {"pid":7390,"tid":7390,"comm":"logger","waiting_ns":12100000000,"call":"read","mode":"any","on":[{"type":"pipe","channel":"[78]","fd":4,"by":[{"pid":7390,"comm":"logger","fd":5,"does":"write"}],"external":false}]},
    {"pid":601,"tid":601,"comm":"a<b>","call":"flock","mode":"all","on":[{"type":"lock","channel":"/l1","by":[{"pid":602,"comm":"b","does":"unlock"}],"external":false}]},
    {"pid":602,"tid":602,"comm":"b","call":"flock","mode":"all","on":[{"type":"lock","channel":"/l2","by":[{"pid":601,"comm":"a<b>","does":"unlock"}],"external":false}]},
    {"pid":4321,"tid":4321,"comm":"sh","call":"read","mode":"any","on":[{"type":"pipe","channel":"[91]","fd":4,"by":[{"pid":501,"comm":"daemon","fd":1,"does":"write"}],"external":false}]}],
    "deadlocks":[{"pids":[7390],"threads":[7390],"kind":"self","reason":"r","blocked":[7400,7421]},{"pids":[601,602],"threads":[601,602],"kind":"cycle","reason":"r","blocked":[]}],
    "leaks":[{"channel":"[91]","reader":{"pid":4321,"comm":"sh","fd":4},"holders":[{"pid":501,"comm":"daemon","fd":1}]}],"unknown":[],"unseen_processes":0}
    """#
  private static let sentences = """
    DEADLOCK of 7390(logger): it will never read pipe [78] to the end
    LEAK of pipe [91]: 4321(sh) waits for its end

    """

  private func page(saying sentences: String = sentences, _ json: String) -> Page {
    Page.calls().page { $0.take(waits: Array(sentences.utf8), json: Array(json.utf8)) }
  }

  @Test(arguments: [1280, 1920]) func `are a graph, deadlocks red and leaks marked`(width: Int) throws {
    struct Shown: Decodable {
      var note: String, nodes: [String], dead: [String], stuck: [String], leaky: [String], edges: [String],
        red: [String], leaks: [String], sentences: [String], colors: [Bool], outside: Int, upon: Int
    }
    let shown: Shown = try page(Self.json).evaluate(
      """
      const names = (selector) => texts(`#waits ${selector} .name`);
      const titles = (selector) => texts(`#waits ${selector} > title`).map((text) => text.split("\\n")[0]);
      const stroke = (selector) => getComputedStyle(all(selector)[0]).stroke;
      const rect = (e) => e.getBoundingClientRect();
      const boxes = all("#waits .node rect").map(rect), host = rect(document.getElementById("waits"));
      const probe = document.createElement("i");
      probe.style.color = "var(--loss)"; document.body.append(probe);
      const red = getComputedStyle(probe).color;
      return {
        note: texts("#waits-note")[0], nodes: names(".node"), dead: names(".dead"), stuck: names(".stuck:not(.dead)"), leaky: names(".leaky"),
        edges: titles(".wait-edge"), red: titles(".wait-edge.stuck"), leaks: titles(".wait-edge.leak"), sentences: texts("#verdicts li"),
        colors: [stroke("#waits .dead rect") === red, stroke("#waits .wait-edge.stuck .line") === red, stroke("#waits .wait-edge:not(.stuck) .line") === red],
        outside: boxes.filter((b) => b.left < host.left || b.right > host.right || b.top < host.top || b.bottom > host.bottom).length,
        upon: boxes.filter((a, i) => boxes.some((b, j) => i < j && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)).length,
      };
      """, width: width)
    #expect(shown.note == "7 processes, at 16:04:07")
    #expect(Set(shown.nodes).count == 7 && shown.nodes.contains("a<b> 601"))
    #expect(Set(shown.dead) == ["logger 7390", "a<b> 601", "b 602"])
    #expect(Set(shown.stuck) == ["server 7400", "client 7421"])
    #expect(Set(shown.leaky) == ["sh 4321", "daemon 501"])
    #expect(shown.edges.count == 7)
    #expect(
      Set(shown.red) == [
        "logger 7390 waits for logger 7390", "a<b> 601 waits for b 602", "b 602 waits for a<b> 601",
      ])
    #expect(shown.leaks == ["sh 4321 waits for daemon 501"])
    #expect(
      shown.sentences == [
        "DEADLOCK of 7390(logger): it will never read pipe [78] to the end",
        "LEAK of pipe [91]: 4321(sh) waits for its end",
      ])
    #expect(shown.colors == [true, true, false])
    #expect(shown.outside == 0 && shown.upon == 0)
  }

  @Test func `filter the page by a process that was traced`() throws {
    let shown: [String] = try page(Self.json).evaluate(
      """
      const node = (name) => all("#waits .node").find((node) => node.textContent.startsWith(name));
      node("client").dispatchEvent(new MouseEvent("click", { bubbles: true })); await settle();
      const before = count("#active .chip");
      node("sh").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true })); await settle();
      return [String(before), ...texts("#active .words")];
      """)
    #expect(shown == ["0", "sh 4321"])
  }

  @Test(arguments: [
    "{", "[]", #"{"waits":3,"deadlocks":[null,{"pids":"x"}],"leaks":[{}]}"#, "</script><img src=x>",
  ])
  func `do no harm if a capture has nonsense there`(json: String) throws {
    let shown: [Int] = try page(saying: "", json).evaluate(
      "return [count('#events .row'), count('img'), document.body.dataset.state === 'ready' ? 1 : 0];")
    #expect(shown == [8, 0, 1])
  }
}
