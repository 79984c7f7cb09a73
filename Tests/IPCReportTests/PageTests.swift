import Foundation
import IPCFormats
import IPCModel
import IPCReport
import TestSupport
import Testing

@Suite("The report's page", .enabled(if: ChildProgram.isInstalled("chromium"), "chromium is not installed"))
struct PageTests {
  @Test func `shows processes, channels, flows and events`() throws {
    struct Shown: Decodable {
      var title: String, nodes: [String], edges: Int, flows: [String], events: Int, first: String,
        kinds: [String]
      var facts: String, hasNotice: Bool
    }
    let shown: Shown = try Page.small().evaluate(
      """
      return {
        title: document.title, nodes: texts(".node .name"), edges: count(".edge"), flows: texts("#flows .row"),
        events: count("#events .row"), first: texts("#events .row")[0], kinds: texts("#kinds .chip"),
        facts: texts("#facts-line")[0], hasNotice: count("#notice") > 0,
      };
      """)
    #expect(shown.title == "trace.pcapng – ipcdump report")
    #expect(shown.nodes == ["sh", "cat", "wc", "unknown"])
    #expect(shown.edges == 6)
    #expect(
      shown.flows == [
        "sh 4321wc 4323loopback-tcp127.0.0.1:8014.9 KiB", "cat 4322wc 4323pipe[123]114 B",
      ].map { $0.replacing("127.0.0.1", with: "127.0.0.2") } + [
        "sh 4321cat 4322pipe[123]16 B", "wc 4323sh 4321loopback-tcp127.0.0.1:8016 B",
        "sh 4321<unknown>pipe[123]16 B", "sh 4321cat 4322signalSIGTERM1–",
      ])
    #expect(shown.events == 6)
    #expect(shown.first == "16:04:05.000001000pipesh 4321cat 4322[123]6 Bhello↵")
    #expect(shown.kinds == ["pipe3", "signal1", "loopback-tcp2"])
    #expect(shown.facts == "2026-11-20 16:04:05 · 5.999 ms · 6 events · 4.9 KiB · ipcdump test")
    #expect(!shown.hasNotice)
  }

  @Test func `shows contents of the chosen event, as text and as a hex dump`() throws {
    let facts: [[String]] = try Page.small().evaluate(
      """
      click("#events .row", 3); await settle();
      const text = texts(".contents")[0], facts = texts("#details dd");
      click("#view-hex"); await settle();
      return [[text, texts(".contents")[0]], facts, texts(".hint")];
      """)
    #expect(
      facts.first == [
        "GET / HTTP/1.1", "00000000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31        |GET / HTTP/1.1|",
      ])
    #expect(
      facts.dropFirst().first == [
        "2026-11-20 16:04:05.004000000", "3.999000 ms", "1.500 µs from write to read", "loopback-tcp",
        "sh 4321", "wc 4323 (thread 4324)",
        "5\u{202f}000",
        "40000", "80", "127.0.0.1", "127.0.0.2",
      ])
    #expect(facts.last == ["The first 14 bytes of 5\u{202f}000:"])
  }

  @Test func `rounds no number of 64 bits`() throws {
    let facts: [String] = try Page.small().evaluate("return texts('#details dd');", at: "event=2")
    #expect(facts.last == "18446744073709551615")
  }

  @Test func `narrows by search, process, type and time`() throws {
    let addresses: KeyValuePairs = [
      "q=needle": 1, "q=NEEDLE": 1, "q=4323": 3, "q=sigterm": 1, "q=needle+cat": 1, "q=needle+signal": 0,
      "q=process=4322": 0, "process=4322": 3, "hide=pipe": 3, "hide=pipe,signal": 2, "type=pipe": 3,
      "type=pipe,signal": 4, "type=none": 6, "q=40000": 2,
      "span=2000000,4500000": 3, "q=%0Aneedle": 1, "q=%1B[2J": 1, "q=1.1%1B[2J": 0, "flow=0.1.0": 1,
      "flow=9.9.9": 6, "": 6,
    ]
    let words = addresses.map { "\"\($0.key)\"" }.joined(separator: ",")
    let events: [Int] = try Page.small().evaluate(
      """
      const counts = [];
      for (const address of [\(words)]) { location.hash = address; await settle(); counts.push(count("#events .row")); }
      return counts;
      """)
    #expect(events == addresses.map(\.value))
  }

  @Test func `narrows by a click and goes back at Escape`() throws {
    let counts: [Int] = try Page.small().evaluate(
      """
      const counts = [];
      const note = async () => { await settle(); counts.push(count("#events .row")); };
      click(".node", 1); await note();
      click(".node", 1); await note();
      click(".edge"); await note();
      document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" })); await note();
      click("#flows .row"); await note();
      click("#active .chip"); await note();
      click("#kinds .chip"); await note();
      click("#kinds .chip", 1); await note();
      click("#kinds .chip"); await note();
      document.getElementById("search").value = "SIGTERM";
      document.getElementById("search").dispatchEvent(new Event("input")); await note();
      return counts;
      """)
    #expect(counts == [3, 6, 1, 6, 1, 6, 3, 4, 1, 1])
  }

  @Test func `goes from event to event by keys`() throws {
    let facts: [String] = try Page.small().evaluate(
      """
      const press = (key, target = document) => target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
      const type = () => texts("#details dd").find((text) => ["pipe", "signal", "loopback-tcp"].includes(text));
      const seen = [];
      press("n"); seen.push(type());
      press("n"); press("n"); seen.push(type());
      press("End", document.getElementById("events")); seen.push(texts("#events .row[aria-selected=true]")[0].slice(0, 18));
      press("ArrowUp", document.getElementById("events")); seen.push(type());
      press("p"); press("p"); seen.push(type());
      return seen;
      """)
    #expect(facts == ["pipe", "signal", "16:04:05.006000000", "loopback-tcp", "signal"])
  }

  @Test func `shows hostile names and runs none of them`() throws {
    var scene = Scene()
    var report = Page.report()
    for (index, text) in nastyTexts.enumerated() {
      let end = Endpoint(pid: Int32(100 + index), tid: 100, comm: Comm(bytes: text))
      let event = scene.pipe(UInt64(index), end, Scene.cat, named: text)
      text.withUnsafeBytes { report.take(event, content: $0, texts: scene.texts) }
    }
    report.warning = "<img src=x onerror=alert(1)>"
    struct Shown: Decodable {
      var names: [String], channels: [String], scripts: Int, images: Int, contents: String
    }
    let page = Page(report)
    // The page's own scripts and data, and nothing else.
    let nonce = try page.nonce
    let scripts = page.html.split(separator: "<script").dropFirst().filter { text in
      !text.hasPrefix(" nonce=\"\(nonce)\">") && !text.hasPrefix(" type=\"application/json\" id=\"facts\">")
        && !text.hasPrefix(" type=\"text/plain\" id=\"column-")
    }
    let shown: Shown = try page.evaluate(
      """
      const data = document.querySelectorAll("script:not([nonce]):not([type])").length;
      return {
        names: texts("#events .row .cell:nth-child(3)"), channels: texts("#events .row .cell:nth-child(5)"),
        scripts: data, images: count("img, b"), contents: texts(".contents")[0],
      };
      """, at: "event=1")
    #expect(scripts.isEmpty)
    #expect(shown.scripts == 0 && shown.images == 0)
    #expect(shown.contents == "<script>alert(1)</script>")
    #expect(shown.channels.prefix(3) == [#"a"b<script>\n"#, "<script>alert(1)</script>", "</script><!--"])
    #expect(shown.names.prefix(2) == [#"a"b<script>\n 100"#, "<script>alert(1 101"])
    #expect(shown.channels.dropFirst(7).first == #"\u{202e}gnp.exe\u{2066}"#)
    #expect(shown.channels.dropFirst(9).first == "grüße 日本 🐟")
    #expect(shown.channels.dropFirst(10).first == "f\u{fffd}\u{fffd}o")
  }

  @Test func `holds 100,000 events and draws only the rows in sight`() throws {
    var scene = Scene()
    var report = Page.report()
    var random = SeededRandom(seed: 7)
    let ends = (0..<60).map { Endpoint(pid: 1000 + $0, tid: 1000 + $0, comm: Comm("worker-\($0)")) }
    let content = Array("message number \n".utf8)
    let name = scene.texts.add("/run/bus")
    for index in 0..<100_000 {
      let pair = (Int.random(in: 0..<60, using: &random), Int.random(in: 0..<60, using: &random))
      let count = UInt64.random(in: 1...100_000, using: &random)
      let kind: Kind = index % 3 == 0 ? .pipe : .unixStream
      var event = Event(
        time: UInt64(index) * 10_000, kind: kind, source: ends[pair.0], destination: ends[pair.1],
        count: count)
      if kind == .pipe {
        event.set(Kind.Pipe.name, to: name)
        event.set(Kind.Pipe.inode, to: count)
      } else {
        event.set(Kind.UnixSocket.path, to: name)
        event.set(Kind.UnixSocket.count, to: count)
      }
      content.withUnsafeBytes { report.take(event, content: $0, texts: scene.texts) }
    }
    #expect(report.events == 100_000)
    struct Shown: Decodable {
      var facts: String, rows: Int, total: String, found: String, last: String, elements: Int
    }
    let shown: Shown = try Page(report).evaluate(
      """
      const facts = texts("#facts-line")[0], rows = count("#events .row"), total = document.getElementById("events").ariaRowCount
        ?? document.getElementById("events").getAttribute("aria-rowcount");
      const body = document.querySelector("#events .grid-body");
      document.getElementById("events").dispatchEvent(new KeyboardEvent("keydown", { key: "End" })); await settle();
      const last = texts("#events .row[aria-selected=true] .cell")[0];
      document.getElementById("search").value = "worker-59";
      document.getElementById("search").dispatchEvent(new Event("input")); await settle();
      return { facts, rows, total, last, found: texts("#status")[0], elements: document.querySelectorAll("*").length };
      """)
    #expect(shown.facts.contains(" · 100\u{202f}000 events · "))
    #expect(shown.rows < 40)
    #expect(shown.total == "100001")
    #expect(shown.last == "16:04:05.999990000")
    #expect(shown.elements < 30_000)
    let isOfOne = shown.found.contains(/^[23]\u{202f}\d{3} of 100\u{202f}000 events$/)
    #expect(isOfOne, "\(shown.found)")
  }

  @Test func `tells what it has no room for`() throws {
    var scene = Scene()
    var limits = ReportLimits()
    limits.events = 3
    limits.contents = 10
    limits.contentOfEvent = 8
    var report = Page.report(limits)
    for index in 0..<5 {
      let event = scene.pipe(UInt64(index), count: 20)
      [UInt8](repeating: 65, count: 20).withUnsafeBytes {
        report.take(event, content: $0, texts: scene.texts)
      }
    }
    report.take(Loss(kind: .pipe, count: 7, bytes: 0, time: 3))
    let shown: [String] = try Page(report).evaluate(
      "click('#events .row'); await settle(); return [texts('#notice')[0], ...texts('.contents'), ...texts('.hint')];"
    )
    #expect(
      shown == [
        "7 records lost while tracing, where the timeline has dashed lines. 2 later events left out: a page holds 3. "
          + "Contents of 2 events left out.", "AAAAAAAA", "The first 8 bytes of 20:",
      ])
  }
}
