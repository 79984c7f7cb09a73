import ByteOutput
import Foundation
import IPCFormats
import IPCModel
import TestSupport
import Testing

@Suite("JSON output")
struct JSONFormatTests {
  private let prefix =
    #"{"src_pid":4321,"src_comm":"sh","dst_pid":4322,"dst_comm":"cat","type":"pipe","#
    + #""time":"2026-11-20T15:04:05.123456789+00:00","#
    + #""meta":{"pipe_name":"<anonymous>","pipe_inode":123,"count":6}"#
  private let threads = #","src_tid":4321,"dst_tid":4323"#

  private func parse(_ line: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }

  @Test func `tells a transfer in one object a line`() {
    var scene = Scene()
    let line = scene.show(scene.pipe(), as: JSONFormat.self)
    #expect(line == prefix + threads + "}\n")
  }

  @Test func `tells a thread's name behind all, where it is not the process's`() throws {
    var scene = Scene()
    let event = scene.pipe(from: Scene.logger, to: Scene.logger, traits: .undelivered)
    let line = scene.show(event, as: JSONFormat.self)
    #expect(line.hasPrefix(#"{"src_pid":1234,"src_comm":"rsyslogd","dst_pid":1234,"dst_comm":"rsyslogd","#))
    let threads = #""src_thread":"in:imuxsock","dst_thread":"in:imuxsock""#
    #expect(line.hasSuffix(#","src_tid":1236,"dst_tid":1236,"delivered":false,"# + threads + "}\n"))
    let half = try parse(scene.show(scene.pipe(to: Scene.logger), as: JSONFormat.self))
    #expect(half["src_thread"] == nil && half["dst_thread"] as? String == "in:imuxsock")
  }

  @Test func `tells behind all what else was asked for of both ends`() {
    var scene = Scene()
    let line = scene.show(scene.described(), as: JSONFormat.self, options: Scene.options(details: .all))
    #expect(
      line == prefix + threads
        + #","src_fd":1,"dst_fd":0,"src_exe":"/usr/bin/dash","dst_exe":"/usr/bin/cat","#
        + #""src_args":"sh -c echo \"a\", > b","src_cwd":"/tmp","src_user":"root","#
        + #""dst_container":"0123456789ab","dst_ns_pid":7}"#
        + "\n")
    let none = scene.show(scene.described(), as: JSONFormat.self)
    #expect(none == prefix + threads + "}\n")
  }

  @Test func `carries contents in base64 after the fields`() {
    var scene = Scene()
    let event = scene.pipe()
    let line = scene.show(event, as: JSONFormat.self, content: Array("hello\n".utf8))
    #expect(line == prefix + #","bytes":"aGVsbG8K""# + threads + "}\n")
    let empty = scene.show(event, as: JSONFormat.self, content: [])
    #expect(empty == prefix + #","bytes":"""# + threads + #","truncated":true}"# + "\n")
  }

  @Test func `tells what has become of an end without bytes even if contents are asked for`() {
    var scene = Scene()
    let line = scene.show(scene.closed(), as: JSONFormat.self, content: [])
    #expect(
      line.contains(
        #""meta":{"pipe_name":"<anonymous>","pipe_inode":123,"op":"close","how":"write"},"src_tid""#))
  }

  @Test func `tells a signal without bytes even if contents are asked for`() {
    var scene = Scene()
    let line = scene.show(scene.signal(), as: JSONFormat.self, content: [])
    #expect(
      line == #"{"src_pid":4321,"src_comm":"sh","dst_pid":4322,"dst_comm":"cat","type":"signal","#
        + #""time":"2026-11-20T15:04:05.123456789+00:00","#
        + #""meta":{"num":37,"name":"SIGRTMIN+3","code":"SI_QUEUE","value":-7}"# + threads + "}\n")
  }

  @Test func `has an empty object where no field is known`() {
    let scene = Scene()
    let event = Event(time: Scene.time, kind: .pipe, source: .unknown, destination: .unknown, count: 6)
    let line = scene.show(event, as: JSONFormat.self)
    #expect(
      line == #"{"src_pid":-1,"src_comm":"<unknown>","dst_pid":-1,"dst_comm":"<unknown>","type":"pipe","#
        + #""time":"2026-11-20T15:04:05.123456789+00:00","meta":{},"src_tid":-1,"dst_tid":-1}"# + "\n")
  }

  @Test(
    arguments: [
      ([.inferredSource], #","inferred":["src"]"#),
      ([.inferredDestination], #","inferred":["dst"]"#),
      ([.inferredSource, .inferredDestination], #","inferred":["src","dst"]"#),
      ([.undelivered], #","delivered":false"#),
      ([.incomplete], #","truncated":true"#),
      (
        [.inferredDestination, .undelivered, .incomplete],
        #","truncated":true,"inferred":["dst"],"delivered":false"#
      ),
      ([.inScope], ""),
    ] as [(Event.Traits, String)])
  func `tells what is uncertain`(traits: Event.Traits, expected: String) {
    var scene = Scene()
    let line = scene.show(scene.pipe(traits: traits), as: JSONFormat.self)
    #expect(line == prefix + threads + expected + "}\n")
  }

  @Test(arguments: [
    (0, "", true), (2, "aGU=", true), (6, "aGVsbG8K", false), (100, "aGVsbG8K", false), (-1, "", true),
  ])
  func `carries no more than the limit and says so`(limit: Int, base64: String, isTruncated: Bool) {
    var scene = Scene()
    let options = Scene.options(byteLimit: limit)
    let line = scene.show(
      scene.pipe(), as: JSONFormat.self, content: Array("hello\n".utf8), options: options)
    let mark = isTruncated ? #","truncated":true"# : ""
    #expect(line == prefix + #","bytes":""# + base64 + "\"" + threads + mark + "}\n")
  }

  @Test(arguments: nastyTexts)
  func `parses back whatever a process calls itself`(text: [UInt8]) throws {
    var scene = Scene()
    let comm = Comm(String(decoding: text, as: UTF8.self).prefix(4))
    let source = Endpoint(pid: 1, tid: 1, comm: comm)
    let line = scene.show(scene.pipe(named: text, from: source), as: JSONFormat.self)
    #expect(line.utf8.count { $0 == UInt8(ascii: "\n") } == 1)
    #expect(line.hasSuffix("}\n"))
    let object = try parse(line)
    let meta = try #require(object["meta"] as? [String: Any])
    #expect(meta["pipe_name"] as? String == String(decoding: text, as: UTF8.self))
    let name = String(decoding: (0..<comm.count).map { comm[$0] }, as: UTF8.self)
    #expect(object["src_comm"] as? String == name)
    #expect(object.count == 9)
  }

  @Test func `says why bytes are missing, and has no key for them`() {
    var scene = Scene()
    let meta = #","meta":{"pipe_name":"<anonymous>","pipe_inode":123,"count":6,"bytes_missing":"spliced"}"#
    let line = scene.show(scene.incomplete(because: "spliced"), as: JSONFormat.self)
    #expect(line.contains(meta + threads + "}"))
  }

  @Test func `carries the first part of bytes whose rest is missing`() throws {
    var scene = Scene()
    let event = scene.incomplete(because: "unreadable", traits: .incomplete)
    let object = try parse(scene.show(event, as: JSONFormat.self, content: Array("he".utf8)))
    #expect((object["meta"] as? [String: Any])?["bytes_missing"] as? String == "unreadable")
    #expect(object["bytes"] as? String == "aGU=")
    #expect(object["truncated"] as? Bool == true)
  }

  @Test func `tells what is typed into a terminal`() {
    var scene = Scene()
    let line = scene.show(scene.typing(), as: JSONFormat.self, content: Array("ls\r".utf8))
    #expect(line.contains(#""type":"pty","#))
    #expect(line.contains(#""meta":{"tty_name":"pts/3","dst_sid":4300,"count":3,"direction":"input"},"#))
    #expect(line.contains(#""bytes":"bHMN""#))
  }

  @Test(arguments: ContentStyle.allCases)
  func `carries contents in one way only`(style: ContentStyle) {
    var scene = Scene()
    let options = Scene.options(contents: style)
    let line = scene.show(scene.pipe(), as: JSONFormat.self, content: Array("hello\n".utf8), options: options)
    #expect(line == prefix + #","bytes":"aGVsbG8K""# + threads + "}\n")
  }

  @Test func `keeps all 64 bits of numbers`() throws {
    var scene = Scene()
    let pipe = scene.show(scene.pipe(inode: .max, count: .max), as: JSONFormat.self)
    let meta = try #require(try parse(pipe)["meta"] as? [String: Any])
    #expect((meta["pipe_inode"] as? NSNumber)?.uint64Value == .max)
    #expect(pipe.contains(#""count":18446744073709551615}"#))
    let signal = scene.show(scene.signal(value: .min), as: JSONFormat.self)
    #expect(signal.contains(#""value":-9223372036854775808}"#))
  }

  @Test func `tells local time with its offset, whatever the style of text`() {
    var scene = Scene()
    let options = Scene.options(time: .none, zone: TimeZoneOffset(secondsEast: -12_600), color: true)
    let line = scene.show(scene.pipe(), as: JSONFormat.self, options: options)
    #expect(line.contains(#""time":"2026-11-20T11:34:05.123456789-03:30","#))
    #expect(!line.contains("\u{1b}"))
  }

  @Test(
    arguments: [
      (.pipe, #"{"lost_type":"pipe","count":17,"bytes":8704,"#),
      (nil, #"{"lost_type":"all","count":17,"bytes":8704,"#),
    ] as [(Kind?, String)])
  func `tells a loss in one object`(kind: Kind?, expected: String) {
    let line = show(lossOf: 17, kind, bytes: 8_704, as: JSONFormat.self)
    #expect(line == expected + #""time":"2026-11-20T15:04:05.123456789+00:00"}"# + "\n")
  }
}
