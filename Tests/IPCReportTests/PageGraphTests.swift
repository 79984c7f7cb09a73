import Foundation
import IPCFormats
import IPCModel
import IPCReport
import Testing

@Suite(
  "The graph of the report's page",
  .enabled(if: ChildProgram.isInstalled("chromium"), "chromium is not installed"))
struct PageGraphTests {
  /// 24 clients that ask a server, 20 workers in a ring, a pipeline of ten others, and 12 that are alone.
  private func many() -> Page {
    var scene = Scene()
    var report = Page.report()
    func process(_ pid: Int32, _ name: String) -> Endpoint { Endpoint(pid: pid, tid: pid, comm: Comm(name)) }
    let server = process(4_000_000, "database-server")
    var time: UInt64 = 0
    func take(_ source: Endpoint, _ destination: Endpoint, count: UInt64) {
      time += 1000
      report.take(scene.pipe(time, source, destination, count: count), content: nil, texts: scene.texts)
    }
    for index in 0..<24 {
      let client = process(4_100_000 + Int32(index), "client")
      take(client, server, count: 1000)
      take(server, client, count: 9000)
    }
    for index in 0..<20 {
      let next = (index + 1) % 20
      take(
        process(4_000_500 + Int32(index), "worker-\(index)"),
        process(4_000_500 + Int32(next), "worker-\(next)"),
        count: 50)
    }
    for index in 0..<9 {
      take(
        process(500 + Int32(index), "stage \("abcdefghij".prefix(index + 1))"),
        process(501 + Int32(index), "stage \("abcdefghij".prefix(index + 2))"), count: 5)
    }
    for index in 0..<12 {
      let alone = process(900 + Int32(index), "alone" + String(repeating: "x", count: index))
      take(alone, alone, count: 1)
    }
    return Page(report)
  }

  /// What is wrong with what is drawn: labels that are too small or wider than their boxes, boxes that lie upon each other.
  private static let faults = """
    const rect = (e) => e.getBoundingClientRect();
    const faults = (least = 11) => {
      const nodes = all("#graph .node"), found = [], [host] = all("#graph").map(rect);
      const boxes = nodes.map((node) => rect([...node.querySelectorAll(":scope > rect")].at(-1)));
      nodes.forEach((node, i) => {
        for (const text of node.querySelectorAll(":scope > text")) {
          const [inner, outer] = [rect(text), boxes[i]];
          if (inner.height < least) found.push(`small ${text.textContent} ${inner.height}`);
          if (inner.left < outer.left || inner.right > outer.right || inner.bottom > outer.bottom + 1) found.push(`wide ${text.textContent}`);
        }
        if (boxes[i].left < host.left - 1 || boxes[i].right > host.right + 1 || boxes[i].top < host.top - 1 || boxes[i].bottom > host.bottom + 1) {
          found.push(`outside ${node.textContent}`);
        }
        nodes.forEach((other, j) => {
          const isFrame = (one, k, l) => one.matches(".open") && boxes[k].left <= boxes[l].left && boxes[k].right >= boxes[l].right
            && boxes[k].top <= boxes[l].top && boxes[k].bottom >= boxes[l].bottom;
          if (j <= i || isFrame(node, i, j) || isFrame(other, j, i)) return;
          const [a, b] = [boxes[i], boxes[j]];
          if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) {
            found.push(`upon each other ${node.textContent} ${other.textContent}`);
          }
        });
      });
      return found;
    };
    const group = (name) => all("#graph .node").find((node) => node.querySelector(".name")?.textContent === name);
    const toggle = async (name) => {
      document.querySelector(`#graph .toggle[data-group="${group(name).dataset.group}"]`).dispatchEvent(new MouseEvent("click", { bubbles: true })); await settle();
    };

    """

  @Test(arguments: [1280, 1920]) func `groups many processes, so that all can be read`(width: Int) throws {
    struct Shown: Decodable {
      var note: String, faults: [String], groups: [String], size: Int, inside: [String], open: [String],
        workers: [String]
    }
    let shown: Shown = try many().evaluate(
      Self.faults + """
        const shown = {
          note: texts("#graph-note")[0], faults: faults(), groups: texts("#graph .closed .name"), size: count("#graph .node"),
        };
        await toggle("client");
        const inside = texts("#graph .process .pid").filter((pid) => pid.startsWith("41"));
        const open = faults(8.9);
        await toggle("client"); await toggle("worker…"); click("#graph-fit");
        return { ...shown, inside, open, workers: faults(0) };
        """, width: width)
    #expect(shown.note.wholeMatch(of: /67 in \d+ groups/) != nil, "\(shown.note)")
    #expect(shown.faults == [])
    #expect(shown.groups.contains("client") && shown.groups.contains("worker…"))
    #expect(shown.size <= 40)
    #expect(shown.inside == (0..<24).map { String(4_100_000 + $0) })
    #expect(shown.open == [])
    #expect(shown.workers == [])
  }

  @Test func `filters by a group and by what goes between groups, and keeps that in the address`() throws {
    let counts: [Int] = try many().evaluate(
      Self.faults + """
        const counts = [];
        const rows = () => Number(document.getElementById("events").getAttribute("aria-rowcount")) - 1;
        const note = async () => { await settle(); counts.push(rows()); };
        const press = (node, name = "click") => node.dispatchEvent(new MouseEvent(name, { bubbles: true }));
        press(group("client")); await note();
        const address = location.hash;
        press(group("client")); await note();
        location.hash = address; await note();
        counts.push(count("#graph .node[aria-pressed=true]"));
        document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" })); await note();
        press(all("#graph .edge").find((edge) => edge.textContent.startsWith("database-server 4000000 → client"))); await note();
        const edge = location.hash;
        location.hash = ""; await note();
        location.hash = edge; await note();
        return [...counts, texts("#active .chip")[0] === "database-server 4000000 → client × 24, pipe×" ? 1 : 0];
        """)
    #expect(counts == [48, 89, 48, 1, 89, 24, 89, 24, 1])
  }

  @Test func `opens and closes groups by keys, and fits`() throws {
    struct Shown: Decodable { var counts: [Int], views: [String], label: String, expanded: [String?] }
    let shown: Shown = try many().evaluate(
      Self.faults + """
        const key = async (key) => { document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })); await settle(); };
        const svg = document.getElementById("graph"), counts = [], expanded = [], views = [];
        const note = () => { counts.push(count("#graph .process")); expanded.push(document.activeElement.getAttribute("aria-expanded")); };
        group("client").focus(); note();
        await key("e"); note();
        const label = document.activeElement.getAttribute("aria-label");
        await key("ArrowRight"); await key("e"); note();
        views.push(svg.getAttribute("viewBox"));
        click("#graph-in"); views.push(svg.getAttribute("viewBox"));
        click("#graph-fit"); views.push(svg.getAttribute("viewBox"));
        return { counts, views, label, expanded };
        """)
    #expect(shown.counts[1] == shown.counts[0] + 24 && shown.counts[2] == shown.counts[0])
    #expect(shown.expanded == ["false", "true", "false"])
    #expect(shown.label == "client (24 processes), 48 events, 234 KiB")
    #expect(shown.views[0] == shown.views[2] && shown.views[0] != shown.views[1])
  }

  @Test func `groups by executable where it is known, and shows command lines`() throws {
    var scene = Scene()
    var report = Page.report()
    for index in 0..<20 {
      let event = scene.pipe(UInt64(index), Scene.process(index), Scene.process((index + 1) % 20))
      report.take(event, content: nil, texts: scene.texts)
    }
    var page = Page(report)
    for index in 0..<20 {
      page.html = page.html.replacing(
        "[\(10_000 + index),\"worker-\(index)\"]",
        with:
          "[\(10_000 + index),\"worker-\(index)\",\"/usr/bin/\(index < 12 ? "python3" : "node")\",\"run <\(index)>\"]"
      )
    }
    let shown: [String] = try page.evaluate(
      """
      if (texts("#graph-groups")[0] === "Close groups") click("#graph-groups");
      const closed = texts("#graph .closed .name");
      click("#graph-groups");
      return [...closed, ...texts("#graph .open > .name"), ...texts("#graph .process .name").slice(0, 2)];
      """)
    #expect(shown == ["python3", "node", "python3", "node", "run <0>", "run <1>"])
  }
}
