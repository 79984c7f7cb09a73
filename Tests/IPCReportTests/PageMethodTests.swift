import Foundation
import IPCFormats
import IPCModel
import IPCReport
import TestSupport
import Testing

@Suite(
  "The methods of the report's page",
  .enabled(if: ChildProgram.isInstalled("chromium"), "chromium is not installed"))
struct PageMethodTests {
  /// Calls of three methods, whose durations are of all sizes.
  private func many() -> Page {
    let dialogue = Page.Dialogue()
    var random = SeededRandom(seed: 11)
    for id in 0..<600 {
      let client = Scene.process(id % 2)
      let duration = UInt64(1) << UInt64.random(in: 1...33, using: &random)
      dialogue.send(Page.request(id, ["get", "put", "list"][id % 3]), client, Scene.cat)
      let answer =
        id % 7 == 0
        ? #"{"jsonrpc":"2.0","id":\#(id),"error":{"code":-1,"message":"no"}}"# + "\n" : Page.result(id)
      dialogue.send(
        answer, Scene.cat, client, after: duration + UInt64.random(in: 0..<duration, using: &random))
    }
    return dialogue.page()
  }

  @Test func `are the same for all calls as --calls --summary has them, and for those that are chosen`()
    throws
  {
    struct Shown: Decodable { var all: [String], chosen: [String], one: [String], heads: [String] }
    let shown: Shown = try many().evaluate(
      """
      click("#tab-methods");
      const all = texts("#methods .row");
      // Every call passes this.
      location.hash = "tab=methods&process=4322"; await settle();
      const chosen = texts("#methods .row");
      location.hash = "tab=methods&process=10001&q=put"; await settle();
      return { all, chosen, one: texts("#methods .row .method"), heads: texts("#methods .grid-head .cell") };
      """, width: 1920)
    #expect(
      shown.heads == [
        "Client", "Server", "Method", "Calls", "Errors", "Median", "p99", "Max", "Bytes", "Total",
      ])
    #expect(shown.all.count == 6)
    #expect(shown.all == shown.chosen)
    #expect(shown.one == ["json-rpc put"])
  }

  @Test func `are sorted by a click, and filter the page`() throws {
    let shown: [String] = try many().evaluate(
      """
      click("#tab-methods");
      const shown = [];
      click("#methods .sort", 2); shown.push(texts("#methods .row .method").join());
      click("#methods .sort", 4); shown.push(...new Set(texts("#methods .row .errors")));
      click("#methods .sort", 2); click("#methods .row"); await settle();
      shown.push(texts("#status")[0], texts("#active .words")[0], location.hash.includes("method=") ? "address" : "");
      click("#methods .row"); await settle(); shown.push(String(count("#active .chip")));
      return shown;
      """)
    #expect(
      shown[0]
        == (["get", "get", "list", "list", "put", "put"].map { "json-rpc \($0)" }).joined(separator: ","))
    #expect(shown[1...].first { $0.contains("of") } == "200 of 1\u{202f}200 events, 100 of 600 calls")
    #expect(shown.suffix(2) == ["address", "0"])
    let errors = shown[1...].prefix { Int($0) != nil }.compactMap { Int($0) }
    #expect(errors == errors.sorted(by: >) && !errors.isEmpty)
  }
}
