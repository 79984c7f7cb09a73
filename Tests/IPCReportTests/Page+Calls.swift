import IPCFormats
import IPCModel
import IPCProtocols
import IPCReport

extension Page {
  /// Events that are put into a page together with the calls that they carry, as `ipcdump report` does.
  ///
  /// A class, because both learn of an event.
  final class Dialogue {
    var scene = Scene()
    private(set) var report: Report
    private var reader: MessageReader?
    private var time: UInt64 = 1_000_000

    init(_ limits: ReportLimits = ReportLimits()) {
      report = Page.report(limits)
      var settings = MessageSettings()
      settings.keepsContents = true
      reader = MessageReader(
        settings, message: { _ in }, call: { [unowned self] call in self.report.take(call) })
    }

    /// Bytes through a pipe of their own for each direction.
    func send(_ text: String, _ source: Endpoint, _ destination: Endpoint, after span: UInt64 = 1_000_000) {
      time += span
      let inode = UInt64(min(source.pid, destination.pid)) * 10 + (source.pid < destination.pid ? 1 : 2)
      var event = scene.pipe(time, source, destination, inode: inode, count: UInt64(text.utf8.count))
      event.setDelay(written: time - 1000, read: time)
      let number = UInt64(report.events)
      Array(text.utf8).withUnsafeBytes { bytes in
        report.take(event, content: bytes, texts: scene.texts)
        reader?.take(event, content: bytes, texts: scene.texts, numbered: number..<UInt64(report.events))
      }
    }

    /// An event that is no part of a call.
    func signal() {
      time += 1_000_000
      report.take(scene.signal(time), content: nil, texts: scene.texts)
    }

    func page(_ change: (inout Report) -> Void = { _ in }) -> Page {
      reader?.finish()
      reader = nil
      change(&report)
      return Page(report)
    }
  }

  static func request(_ id: Int, _ method: String, _ parameters: String = "{}") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(parameters)}"# + "\n"
  }

  static func result(_ id: Int, _ result: String = "{}") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"result":\#(result)}"# + "\n"
  }

  /// Three calls of two clients at one server, one of which fails and one of which comes in two transfers, a call that
  /// nobody answers, and a signal.
  static func calls(_ limits: ReportLimits = ReportLimits()) -> Dialogue {
    let dialogue = Dialogue(limits)
    let (client, other, server) = (Scene.sh, Scene.process(1), Scene.cat)
    dialogue.send(
      request(1, "tools/call", #"{"name":"search","arguments":{"query":"needle"}}"#), client, server)
    dialogue.send(result(1, #"{"content":[{"type":"text","text":"found <b>it</b>"}]}"#), server, client)
    dialogue.signal()
    let long = request(2, "resources/read", #"{"uri":"file:///x"}"#)
    dialogue.send(String(long.prefix(30)), client, server)
    dialogue.send(String(long.dropFirst(30)) + request(3, "tools/list"), client, server)
    dialogue.send(
      #"{"jsonrpc":"2.0","id":2,"error":{"code":-32002,"message":"Resource not found"}}"# + "\n", server,
      client,
      after: 5_000_000)
    dialogue.send(request(7, "ping"), other, server)
    dialogue.send(result(7), server, other, after: 100_000)
    return dialogue
  }
}
