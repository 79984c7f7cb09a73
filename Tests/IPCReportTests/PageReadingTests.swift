import Foundation
import IPCFormats
import IPCModel
import IPCReport
import TestSupport
import Testing

@Suite(
  "How the report's page is read",
  .enabled(if: ChildProgram.isInstalled("chromium"), "chromium is not installed"))
struct PageReadingTests {
  /// A dialogue over one connection, another connection of the same processes, and a pipe between others.
  private func dialogue() -> Page {
    var scene = Scene()
    var report = Page.report()
    let (client, server) = (Scene.sh, Scene.cat)
    var answer = scene.tcp(3_000_000, server, client, ports: (80, 40_000), count: 900)
    answer.set(Kind.LoopbackSocket.sourceAddress, to: scene.texts.add("127.0.0.2"))
    answer.set(Kind.LoopbackSocket.destinationAddress, to: scene.texts.add("127.0.0.1"))
    let events: [(Event, String)] = [
      (scene.tcp(1_000_000, client, server, ports: (40_000, 80), count: 6), "hello\n"),
      (scene.tcp(2_000_000, client, server, ports: (40_000, 80), count: 6), "again\n"),
      (answer, "welcome <b>you</b>\n"),
      (scene.tcp(4_000_000, client, server, ports: (40_001, 80), count: 6), "other\n"),
      (scene.pipe(5_000_000, Scene.process(1), Scene.process(2), count: 5), "piped"),
      (scene.tcp(6_000_000, client, server, ports: (40_000, 80), count: 4), "bye\n"),
    ]
    for (event, content) in events {
      Array(content.utf8).withUnsafeBytes { report.take(event, content: $0, texts: scene.texts) }
    }
    report.take(scene.signal(7_000_000), content: nil, texts: scene.texts)
    return Page(report)
  }

  @Test func `marks what was looked for, in names, contents and their preview`() throws {
    struct Shown: Decodable {
      var preview: [String], text: [String], hex: [String], names: [String], none: Int
    }
    let shown: Shown = try Page.small().evaluate(
      """
      const search = async (words) => {
        document.getElementById("search").value = words;
        document.getElementById("search").dispatchEvent(new Event("input")); await settle();
      };
      await search("NEEDLE"); click("#events .row"); await settle();
      const preview = texts("#events .row .preview mark"), text = texts(".contents mark");
      click("#view-hex"); await settle();
      const hex = texts(".contents mark");
      await search("wc 4323");
      const names = texts("#events .row mark"); await search("");
      return { preview, text, hex, names, none: count("mark") };
      """)
    #expect(shown.preview == ["needle"])
    #expect(shown.text == ["needle"])
    #expect(shown.hex == ["6e", "65", "65", "64", "6c", "65"] + Array("needle").map(String.init))
    #expect(shown.names.prefix(2) == ["wc", "4323"])
    #expect(shown.none == 0)
  }

  @Test func `previews contents around what was looked for, and shows what it cannot print as dots`() throws {
    var scene = Scene()
    var report = Page.report()
    let contents = [
      [UInt8](repeating: 0x78, count: 3000) + Array("grün needle\r\nmore".utf8),
      [0, 1, 0xff, 0x41, 0x1b, 0x0a],
      Array("\u{202e}<img src=x onerror=alert(1)>".utf8), [],
    ]
    for (index, content) in contents.enumerated() {
      content.withUnsafeBytes {
        report.take(scene.pipe(UInt64(index), count: UInt64(content.count)), content: $0, texts: scene.texts)
      }
    }
    report.take(
      scene.pipe(9, count: 4, traits: [.undelivered, .inferredSource]), content: nil, texts: scene.texts)
    let shown: [[String]] = try Page(report).evaluate(
      """
      const all = texts("#events .row .preview");
      location.hash = "q=needle"; await settle();
      return [all, texts("#events .row .preview"), texts("#events .row .flag"), [String(count("img"))]];
      """)
    #expect(
      shown == [
        [
          String(repeating: "x", count: 160) + "…", "···A·↵", "·<img src=x onerror=alert(1)>", "",
          "source inferrednever received",
        ], ["…grün needle↵more"], [], ["0"],
      ])
  }

  @Test func `follows a conversation in both directions`() throws {
    struct Shown: Decodable {
      var title: String, note: String, sides: [String], turns: [[String]], lacking: [String], back: [String],
        behind: Int, chip: String, address: String, after: [Int]
    }
    let shown: Shown = try dialogue().evaluate(
      """
      click("#events .row", 2); await settle(); click("#follow"); await settle();
      const dialog = document.getElementById("dialogue"), read = () => all(".turn").map((turn) =>
        [turn.className, ...[...turn.querySelectorAll(".contents")].map((e) => e.textContent)]);
      const turns = read(), lacking = texts(".lacking");
      click("#dialogue-sides button", 2); await settle();
      const back = read().map((turn) => turn[1]);
      const shown = {
        title: texts("#dialogue-title")[0], note: texts("#dialogue-note")[0], sides: texts("#dialogue-sides button"),
        turns, lacking, back, behind: count("#events .row"), chip: texts("#active .chip")[0], address: location.hash,
      };
      click(".turn-head"); await settle();
      const after = [Number(dialog.open), count("#events .row"), count("#events .row[aria-selected=true]")];
      document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" })); await settle();
      return { ...shown, after: [...after, count("#events .row"), location.hash.includes("follow") ? 1 : 0] };
      """)
    #expect(shown.title == "loopback-tcp 127.0.0.1:40000 ↔ 127.0.0.2:80")
    #expect(shown.note == "4 events, 3 turns")
    #expect(shown.sides == ["Both directions", "sh 4321 → cat 4322 · 16 B", "cat 4322 → sh 4321 · 900 B"])
    #expect(
      shown.turns == [
        ["turn side-0", "hello\nagain\n"], ["turn side-1 current", "welcome <b>you</b>\n"],
        ["turn side-0", "bye\n"],
      ])
    #expect(shown.lacking == ["881 B not in this page"])
    #expect(shown.back == ["welcome <b>you</b>\n"])
    #expect(shown.behind == 4)
    #expect(shown.chip == "loopback-tcp 127.0.0.1:40000 ↔ 127.0.0.2:80×")
    #expect(shown.address.contains("conversation=0") && shown.address.contains("follow=1"))
    #expect(shown.after == [0, 4, 1, 7, 0])
  }

  @Test func `follows by an address and by a key, and nothing where there is no conversation`() throws {
    let shown: [[String]] = try dialogue().evaluate(
      """
      const open = () => String(document.getElementById("dialogue").open);
      const first = [open(), ...texts(".turn .contents")];
      location.hash = "event=6"; await settle();
      document.dispatchEvent(new KeyboardEvent("keydown", { key: "f" })); await settle();
      const signal = [open(), String(count("#follow"))];
      location.hash = "event=4"; await settle();
      document.dispatchEvent(new KeyboardEvent("keydown", { key: "f" })); await settle();
      return [first, signal, [open(), ...texts("#dialogue-title"), ...texts(".turn .contents"), String(count("#dialogue-sides button"))]];
      """, at: "event=3&follow=1")
    #expect(
      shown == [["true", "other\n"], ["false", "0"], ["true", "pipe 123", "piped", "0"]])
  }

  @Test func `shows only the types that are chosen, in the bar or in an event`() throws {
    let counts: [Int] = try dialogue().evaluate(
      """
      const counts = [];
      const chip = async (name, shiftKey = false) => {
        all("#kinds .chip").find((chip) => chip.textContent.startsWith(name)).dispatchEvent(new MouseEvent("click", { shiftKey }));
        await settle(); counts.push(count("#events .row"));
      };
      await chip("loopback-tcp"); await chip("pipe"); await chip("loopback-tcp"); await chip("pipe");
      await chip("signal", true); await chip("pipe");
      location.hash = "event=4"; await settle();
      click("#details .choice"); await settle(); counts.push(count("#events .row"));
      click("#details .choice"); await settle(); counts.push(count("#events .row"));
      click("#details .choice", 1); await settle(); counts.push(count("#events .row"));
      return [...counts, count("#kinds [aria-pressed=true]")];
      """)
    #expect(counts == [5, 6, 1, 7, 6, 5, 1, 7, 1, 0])
  }

  @Test func `hides the lanes of who is idle in the part of the time that is looked at`() throws {
    struct Shown: Decodable { var notes: [String], heights: [Int] }
    let shown: Shown = try dialogue().evaluate(
      """
      const notes = [], heights = [];
      const read = async () => {
        await settle();
        notes.push(texts("#timeline-note")[0]); heights.push(parseInt(document.getElementById("lanes-size").style.height));
      };
      await read();
      location.hash = "span=3500000,4500000"; await read();
      click("#zoom-fit"); await read();
      location.hash = "span=3900000,5100000"; await read();
      document.getElementById("lanes").dispatchEvent(new KeyboardEvent("keydown", { key: "-" })); await read();
      return { notes, heights };
      """)
    let idle = "2 of 4 processes, the others are idle here"
    #expect(shown.notes == ["", idle, "", "", ""])
    #expect(shown.heights[1] == shown.heights[0] - 2 * 24)
    #expect(shown.heights[0] == shown.heights[2])
  }

  @Test(arguments: [1280, 1920]) func `cuts off no pid`(width: Int) throws {
    var scene = Scene()
    var report = Page.report()
    for index in 0..<40 {
      let ends = [0, 1].map {
        Endpoint(
          pid: Int32(4_194_000 + 2 * index + $0), tid: Int32(4_194_000 + 2 * index + $0),
          comm: Comm("MWWMWWMWWMWWMWW"))
      }
      let event = scene.tcp(UInt64(index) * 1000, ends[0], ends[1], ports: (40_000, 80), count: 1_000_000)
      report.take(event, content: nil, texts: scene.texts)
    }
    struct Shown: Decodable { var width: Int, pids: Int, cut: [String] }
    let shown: Shown = try Page(report).evaluate(
      """
      click("#events .row"); await settle();
      const pids = all(".row .pid"), isCut = (pid) => {
        const [inner, outer] = [pid, pid.closest(".cell")].map((e) => e.getBoundingClientRect());
        let next = pid.closest(".cell").nextElementSibling;
        while (!next.offsetWidth) next = next.nextElementSibling;
        return pid.scrollWidth > pid.clientWidth + 1 || inner.right > outer.right + 0.5 || inner.left < outer.left
          || inner.right > next.getBoundingClientRect().left || inner.width < 40;
      };
      return { width: innerWidth, pids: pids.length, cut: pids.filter(isCut).map((pid) => pid.closest(".grid").id) };
      """, width: width)
    #expect(shown.width == width)
    #expect(shown.pids >= 2 * (10 + 10))
    #expect(shown.cut == [])
  }
}
