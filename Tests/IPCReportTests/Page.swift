import ByteOutput
import Foundation
import IPCFormats
import IPCModel
import IPCReport
import TestSupport
import Testing

/// A page, and the browser that shows it.
struct Page {
  var html: String

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
  ///   - width: Width of the window, in pixels.
  ///   - script: Body of an asynchronous function; what it returns is given back. It has `count(selector)`,
  ///     `texts(selector)`, `click(selector, index)`, and `settle()`, which waits until what was done is shown.
  func evaluate<Result: Decodable>(_ script: String, at address: String = "", width: Int = 1440) throws
    -> Result
  {
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
      "chromium", Self.options(folder, width) + ["--dump-dom", "file://\(file.path)#\(address)"])
    let match = try #require(dom.firstMatch(of: /<pre id="verdict">([^<]*)</), "\(dom.suffix(1000))")
    let verdict = try #require(Data(base64Encoded: String(match.1)), "\(match.1)")
    return try JSONDecoder().decode(Result.self, from: verdict)
  }

  /// Root has no sandbox; nothing is read or written beside the folder.
  private static func options(_ folder: TemporaryFolder, _ width: Int) -> [String] {
    [
      "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--window-size=\(width),1300",
      "--user-data-dir=\(folder.url("profile").path)", "--virtual-time-budget=30000",
    ]
  }
}

extension Page {
  static func report(_ limits: ReportLimits = ReportLimits()) -> Report {
    Report(title: "trace.pcapng", program: "ipcdump test", clock: Scene.clock, limits: limits)
  }

  /// Two pipes, a signal and a connection, with contents.
  static func small() -> Page {
    var scene = Scene()
    var report = report()
    var slow = scene.tcp(4_000_000, Scene.sh, Scene.wc, ports: (40_000, 80), count: 5000)
    slow.setDelay(written: 3_998_500, read: 4_000_000)
    let events: [(Event, String?)] = [
      (scene.pipe(1000), "hello\n"),
      (scene.pipe(2_001_000, Scene.cat, Scene.wc, count: 14), "needle in hay\n"),
      (scene.signal(3_000_000), nil),
      (slow, "GET / HTTP/1.1"),
      (scene.tcp(5_000_000, Scene.wc, Scene.sh, ports: (80, 40_000)), "\u{1b}[2J<b>"),
      (scene.pipe(6_000_000, Scene.sh, .unknown, traits: .undelivered), nil),
    ]
    for (event, content) in events {
      if let content {
        Array(content.utf8).withUnsafeBytes { report.take(event, content: $0, texts: scene.texts) }
      } else {
        report.take(event, content: nil, texts: scene.texts)
      }
    }
    return Page(report)
  }
}
