import Foundation
import IPCFormats
import IPCModel
import IPCReport
import Testing

/// A page, and the browser that shows it.
struct Page {
  let html: String

  init(_ report: borrowing Report) {
    var bytes: [UInt8] = []
    report.write { buffer in
      buffer.withBytes { bytes.append(contentsOf: $0) }
      buffer.removeAll()
    }
    html = String(decoding: bytes, as: UTF8.self)
  }

  /// Number that lets the page's scripts run.
  var nonce: String {
    get throws { String(try #require(html.firstMatch(of: /'nonce-(\w+)'/)).1) }
  }

  /// Loads the page, does something in it, and gives what a function of its text came to, as JSON.
  ///
  /// - Parameters:
  ///   - address: What is behind `#` in the address.
  ///   - script: Body of an asynchronous function; what it returns is given back. It has `count(selector)`,
  ///     `texts(selector)`, `click(selector, index)`, and `settle()`, which waits until what was done is shown.
  func evaluate<Result: Decodable>(_ script: String, at address: String = "") throws -> Result {
    let folder = try TemporaryFolder()
    let probe = """
      <script nonce="\(try nonce)">
      const all = (selector) => [...document.querySelectorAll(selector)].filter((e) => !e.closest("[hidden]"));
      const count = (selector) => all(selector).length;
      const texts = (selector) => all(selector).map((e) => e.textContent);
      const click = (selector, index = 0) => all(selector)[index].dispatchEvent(new MouseEvent("click", { bubbles: true }));
      const settle = () => new Promise((done) => setTimeout(done, 400));
      (async () => {
        const verdict = document.createElement("pre");
        verdict.id = "verdict";
        try {
          await settle();
          verdict.textContent = btoa(unescape(encodeURIComponent(JSON.stringify(await (async () => { \(script) })()))));
        } catch (error) { verdict.textContent = `failed: ${error.stack}`; }
        document.body.replaceChildren(verdict);
      })();
      </script>
      </body>
      """
    let end = try #require(html.range(of: "</body>", options: .backwards))
    let file = folder.url("report.html")
    try Data(html.replacingCharacters(in: end, with: probe).utf8).write(to: file)
    let dom = try ChildProgram.run(
      "chromium", Self.options(folder) + ["--dump-dom", "file://\(file.path)#\(address)"])
    let match = try #require(dom.firstMatch(of: /<pre id="verdict">([^<]*)</), "\(dom.suffix(1000))")
    let verdict = try #require(Data(base64Encoded: String(match.1)), "\(match.1)")
    return try JSONDecoder().decode(Result.self, from: verdict)
  }

  /// Root has no sandbox; nothing is read or written beside the folder.
  private static func options(_ folder: TemporaryFolder) -> [String] {
    [
      "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--window-size=1440,1300",
      "--user-data-dir=\(folder.url("profile").path)", "--virtual-time-budget=30000",
    ]
  }
}
