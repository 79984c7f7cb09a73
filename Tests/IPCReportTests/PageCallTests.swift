import Foundation
import IPCFormats
import IPCModel
import IPCReport
import Testing

@Suite(
  "The calls of the report's page",
  .enabled(if: ChildProgram.isInstalled("chromium"), "chromium is not installed"))
struct PageCallTests {
  /// Presses a key, and waits until what that does is shown.
  private static let press = """
    const press = async (key, target = document) => {
      target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })); await settle();
    };
    const search = async (words) => {
      document.getElementById("search").value = words;
      document.getElementById("search").dispatchEvent(new Event("input")); await settle();
    };

    """

  @Test(arguments: [1280, 1920]) func `stand below their clients and servers, errors marked`(width: Int)
    throws
  {
    struct Shown: Decodable {
      var rows: [String], failed: [String], note: String, facts: String, bars: [[Double]], wide: [String]
    }
    let shown: Shown = try Page.calls().page().evaluate(
      """
      const rect = (e) => e.getBoundingClientRect();
      const bars = all("#calls .wait").map((bar) => {
        const [inner, outer] = [rect(bar), rect(bar.parentElement)];
        return [inner.left - outer.left, inner.right - outer.left].map((x) => Math.round(1000 * x / outer.width) / 1000);
      });
      const wide = all("#calls .row:not(.pair) .cell").filter((cell) => rect(cell).right > rect(document.getElementById("calls")).right).map((e) => e.textContent);
      return {
        rows: texts("#calls .row"), failed: texts("#calls .row.failed .call"), note: texts("#calls-note")[0], facts: texts("#facts-line")[0],
        bars, wide,
      };
      """, width: width)
    #expect(
      shown.rows == [
        "▾sh 4321 → cat 43223 calls, 1 error", "tools/call searchok1.00 ms",
        "resources/read file:///x-32002 Resource not found5.00 ms", "tools/listunanswered–",
        "▾worker-1 10001 → cat 43221 call", "pingok101 µs",
      ])
    #expect(shown.failed == ["resources/read file:///x"])
    #expect(shown.note == "4 calls, 1 error")
    #expect(shown.facts.contains(" · 8 events · 4 calls · "))
    #expect(shown.wide == [])
    // From 1.999 ms to 12.1 ms, with a hundredth at each end.
    #expect(shown.bars.count == 4)
    #expect(shown.bars.allSatisfy { $0[0] < $0[1] && $0[0] >= 0 && $0[1] <= 1.001 }, "\(shown.bars)")
    let starts = shown.bars.map { $0[0] }
    let isRight = starts[0] < 0.02 && abs(starts[1] - 0.398) < 0.02 && starts[3] > starts[1]
    #expect(isRight, "\(starts)")
  }

  @Test func `show what was asked and answered, indented`() throws {
    struct Shown: Decodable {
      var title: String, facts: [String], heads: [String], contents: [String], hex: String
    }
    let shown: Shown = try Page.calls().page().evaluate(
      """
      click("#calls .row", 1); await settle();
      const shown = { title: texts("#details-title")[0], facts: texts("#details dd"), heads: texts("#details h3"), contents: texts(".contents") };
      click("#view-hex"); await settle();
      return { ...shown, hex: texts(".contents")[0] };
      """)
    #expect(shown.title == "Call")
    #expect(
      shown.facts == [
        "json-rpc tools/call", "search", "1", "ok", "sh 4321", "cat 4322", "2026-11-20 16:04:05.001999000",
        "1.001000 ms", "999.000 µs", "pipe [43211]", "105 > 89",
        "1 event of the request, 1 event of the answer, only these",
      ])
    #expect(shown.heads == ["Request, 105 bytes", "Response, 89 bytes"])
    #expect(
      shown.contents[0] == """
        {
          "jsonrpc": "2.0",
          "id": 1,
          "method": "tools/call",
          "params": {
            "name": "search",
            "arguments": {
              "query": "needle"
            }
          }
        }

        """)
    #expect(shown.contents[1].contains("\n        \"text\": \"found <b>it</b>\"\n"))
    #expect(shown.hex.hasPrefix("00000000  7b 22 6a 73 6f 6e"))
  }

  @Test func `lead to their transfers and back`() throws {
    struct Shown: Decodable {
      var marked: [String], selected: String, back: [String], only: [String], calls: [String], title: String
    }
    let shown: Shown = try Page.calls().page().evaluate(
      Self.press + """
        click("#calls .row", 2); await settle();
        const marked = texts("#events .of-call .preview"), selected = texts("#events [aria-selected=true] .preview")[0];
        await press("g");
        const title = texts("#details-title")[0];
        await press("n");
        const back = [...texts("#details dd").slice(-1), ...texts("#details .choice").slice(-2)];
        click("#details .choice", all("#details .choice").length - 2); await settle();
        const calls = texts("#calls [aria-selected=true] .call");
        click("#details .choice", all("#details .choice").length - 1); await settle();
        return { marked, selected, back, only: [...texts("#events .row .preview"), ...texts("#active .words"), ...texts("#status")], calls, title };
        """)
    #expect(shown.marked.count == 3)
    #expect(
      shown.marked[0].hasPrefix(#"{"jsonrpc":"2.0","id":2,"metho"#) && shown.selected == shown.marked[0])
    #expect(shown.title == "Event")
    #expect(
      shown.back == [
        "resources/read file:///x (request) tools/list (request) ", "resources/read file:///x", "tools/list",
      ])
    #expect(shown.calls == ["resources/read file:///x"])
    #expect(shown.only.count == 5 && shown.only[3] == "resources/read file:///x")
    #expect(shown.only.last == "3 of 8 events, 1 of 4 calls")
  }

  @Test func `are narrowed by search, type, process, time and method, and kept in the address`() throws {
    let addresses: KeyValuePairs = [
      "q=needle": "1 1", "q=NEEDLE": "1 1", "q=not+found": "1 1", "q=unanswered": "1 0", "q=ping": "1 1",
      "q=%3Cb%3Eit": "1 1", "q=4322": "4 8", "q=needle+ping": "0 0", "type=pipe": "4 7", "type=signal": "0 1",
      "process=10001": "1 2", "span=0,1500000": "1 2", "flow=0.1.0": "3 3", "transfers=1": "1 3",
      "method=0.1.1.2": "1 2", "method=9.9.9.9": "4 8", "conversation=0": "3 3", "": "4 8",
    ]
    let words = addresses.map { "\"\($0.key)\"" }.joined(separator: ",")
    let counts: [String] = try Page.calls().page().evaluate(
      """
      const counts = [];
      for (const address of [\(words)]) {
        location.hash = address; await settle();
        counts.push(`${count("#calls .row:not(.pair)")} ${count("#events .row")}`);
      }
      return counts;
      """)
    #expect(counts == addresses.map(\.value))
  }

  @Test func `are gone through by keys`() throws {
    let seen: [String] = try Page.calls().page().evaluate(
      Self.press + """
        const seen = [];
        const chosen = () => texts("#details dd")[0];
        await press("j"); seen.push(chosen()); await press("j"); seen.push(chosen());
        await press("j"); await press("j"); seen.push(chosen()); await press("k"); seen.push(chosen());
        const grid = document.getElementById("calls");
        await press("Home", grid); await press("Enter", grid); seen.push(String(count("#calls .row")));
        await press("k"); seen.push(String(count("#calls .row")));
        seen.push(location.hash.includes("call=") ? "address" : "");
        const address = location.hash;
        await press("Escape"); location.hash = ""; await settle(); location.hash = address; await settle(); seen.push(chosen());
        await press("m"); seen.push(texts("#methods .row")[0], location.hash.includes("tab=methods") ? "tab" : "");
        return seen;
        """)
    #expect(
      seen == [
        "json-rpc tools/call", "json-rpc resources/read", "json-rpc ping", "json-rpc tools/list", "3", "6",
        "address", "json-rpc resources/read",
        "sh 4321cat 4322json-rpc resources/read115.00 ms5.00 ms5.00 ms160 B5.00 ms", "tab",
      ])
  }

  @Test func `are left out of a page without any`() throws {
    let shown: [Int] = try Page.small().evaluate(
      "return [count('#calls-panel'), count('#flow-tabs'), count('#methods'), count('#waits-panel')];")
    #expect(shown == [0, 0, 0, 0])
  }

  @Test func `tell what the page has no room for`() throws {
    var limits = ReportLimits()
    limits.calls = 2
    limits.contentOfEvent = 20
    struct Shown: Decodable { var notice: [String], rows: Int, methods: Int, heads: [String] }
    let shown: Shown = try Page.calls(limits).page().evaluate(
      """
      click("#calls .row", 1); await settle(); click("#tab-methods");
      return { notice: texts("#notice"), rows: count("#calls .row:not(.pair)"), methods: count("#methods .row"), heads: texts("#details h3") };
      """)
    #expect(shown.notice == ["2 later calls only in the table of methods: a page holds 2."])
    #expect(shown.rows == 2 && shown.methods == 4)
    #expect(
      shown.heads == ["Request, the first 20 of 105 bytes", "Response, the first 20 of 89 bytes"])
  }
}
