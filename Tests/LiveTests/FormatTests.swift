import Foundation
import Testing

extension LiveTests {
  /// The same scenario in each format, against the same truth.
  @Suite(.serialized) struct FormatTests {
    /// The kinds' text lines without their times, which no truth knows.
    static func textLine(_ event: TracedEvent) -> String {
      let meta = event.meta
      let details =
        event.type == "pipe"
        ? "pipe_name \(meta.pipeName ?? ""), pipe_inode \(meta.pipeInode ?? 0), count \(meta.count ?? 0)"
        : "num \(meta.num ?? 0), name \(meta.name ?? ""), code \(meta.code ?? ""), "
          + (meta.value.map { "value \($0), " } ?? "")
          + "target \(meta.target ?? ""), result \(meta.result ?? "")"
      let ends = "\(event.srcPid)(\(event.srcComm)) > \(event.dstPid)(\(event.dstComm))"
      return "\(event.type) \(ends): \(details)"
    }

    static let scenarios = ["mesh", "pipe-rename", "fifo", "signal-kill", "signal-sigqueue"]

    @Test(arguments: scenarios, [[], ["-f", "text"]])
    func `text has one line an event, as the original's`(_ scenario: String, _ format: [String]) async throws
    {
      let session = try Session()
      let trace = try await session.ipcdump(
        format + ["-o", session.file("lines")] + session.actorCommand([scenario]))
      #expect(trace.status == 0, "\(trace.diagnostics)")
      let lines = try session.folder.text("lines").split(separator: "\n")
      var told: [String] = []
      for line in lines {
        let match = try #require(line.wholeMatch(of: /\d\d:\d\d:\d\d\.\d{9} (.*)/), "\(line)")
        told.append(String(match.1))
      }
      #expect(told.sorted() == (try session.truth().events.map(Self.textLine).sorted()))
    }

    @Test func `text shows the bytes as an indented canonical hex dump`() async throws {
      let session = try Session()
      let command = ["--", "sh", "-c", "echo 'hello, canonical world' | cat"]
      let trace = try await session.ipcdump(["-x", "-o", session.file("lines")] + command)
      #expect(trace.status == 0, "\(trace.diagnostics)")
      let text = try session.folder.text("lines")
      let lines = text.split(separator: "\n").map(String.init)
      try #require(lines.count >= 3, "\(text)")
      #expect(lines[0].contains("(sh) > ") && lines[0].contains("count 23"), "\(text)")
      let dump = lines[1...].map { $0.drop { $0 == " " || $0 == "\t" } }
      #expect(zip(lines[1...], dump).allSatisfy { $0 != $1 }, "the dump is not indented:\n\(text)")
      let first = "00000000  68 65 6c 6c 6f 2c 20 63  61 6e 6f 6e 69 63 61 6c  |hello, canonical|"
      #expect(dump[0] == first, "\(text)")
      #expect(dump[1].hasPrefix("00000010  20 77 6f 72 6c 64 0a "), "\(text)")
      #expect(dump[1].hasSuffix("  | world.|"), "\(text)")
    }

    /// What reaches `cat`, and how each option shows it.
    static let readable = [
      ("-X", [#"GET / HTTP/1.1\r\n"#, #"\x1b[2Jgr\xc3\xbc\xc3\x9fe\tx\n"#, #"$\x20"#]),
      ("--text", ["GET / HTTP/1.1", "\\x1b[2Jgrüße\tx", #"$ \"#]),
    ]

    @Test(arguments: readable)
    func `text shows the bytes so that they can be read, and steer no terminal`(
      _ option: String, _ expected: [String]
    ) async throws {
      let session = try Session()
      let script = #"printf 'GET / HTTP/1.1\r\n\033[2Jgr\303\274\303\237e\tx\n$ ' | cat"#
      let options = [option, "--time=none", "-o", session.file("lines")]
      let trace = try await session.ipcdump(options + ["--", "sh", "-c", script])
      #expect(trace.status == 0, "\(trace.diagnostics)")
      let text = try session.folder.text("lines")
      let lines = text.split(separator: "\n").map(String.init)
      #expect(
        lines.first?.hasPrefix("pipe ") == true && lines.first?.hasSuffix("count 32") == true, "\(text)")
      #expect(Array(lines.dropFirst()) == expected.map { "\t" + $0 }, "\(text)")
    }

    @Test(arguments: scenarios)
    func `CSV has a header and agrees with what happened`(_ scenario: String) async throws {
      let session = try Session()
      let trace = try await session.ipcdump(
        ["-f", "csv", "-o", session.file("lines")] + session.actorCommand([scenario]))
      #expect(trace.status == 0, "\(trace.diagnostics)")
      let records = csvRecords(try session.folder.text("lines"))
      let header = try #require(records.first)
      for name in ["src_pid", "src_comm", "dst_pid", "dst_comm", "type", "time"] {
        try #require(header.contains(name), "no column \(name) in \(header)")
      }
      #expect(records.allSatisfy { $0.count == header.count }, "records differ in length")
      let told = records.dropFirst().map { record in
        let row = Dictionary(uniqueKeysWithValues: zip(header, record))
        return ["type", "src_pid", "src_comm", "dst_pid", "dst_comm"].compactMap { row[$0] }
      }
      let truth = try session.truth().events.map { event in
        [event.type, "\(event.srcPid)", event.srcComm, "\(event.dstPid)", event.dstComm]
      }
      func sorted(_ rows: [[String]]) -> [String] { rows.map { $0.joined(separator: " ") }.sorted() }
      #expect(sorted(told) == sorted(truth))
    }

    @Test func `JSON has the original's keys first`() async throws {
      let session = try Session()
      _ = try await session.trace(shell: "echo hello | cat")
      let line = try session.folder.text("events")
      #expect(line.prefixMatch(of: /\{"src_pid":\d+,"src_comm":"sh","dst_pid":\d+,/) != nil, "\(line)")
      let rest = /"dst_comm":"cat","type":"pipe","time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}[+-]\d\d:\d\d",/
      #expect(line.contains(rest), "\(line)")
      #expect(line.contains(/"meta":\{"pipe_name":"<anonymous>","pipe_inode":\d+,"count":6/), "\(line)")
      #expect(line.contains(#""bytes":"aGVsbG8K""#), "\(line)")
    }

    @Test(arguments: ["text", "json", "csv"])
    func `names from untrusted processes break no line`(_ format: String) async throws {
      let session = try Session()
      // printf writes in the renamed shell itself; a comm may hold anything but a zero byte.
      let script = #"printf 'a,"\n\033[2J\377' > /proc/self/comm; printf x | cat"#
      let options = ["-f", format, "-o", session.file("lines")]
      let trace = try await session.ipcdump(options + ["--", "sh", "-c", script])
      #expect(trace.status == 0, "\(trace.diagnostics)")
      let text = try session.folder.text("lines")
      #expect(String(validating: try session.folder.contents("lines"), as: UTF8.self) != nil)
      switch format {
      case "json":
        let events = try EventLines(session.folder.contents("lines")).events
        #expect(events.map(\.dstComm) == ["cat"])
        #expect(events.first?.srcComm.hasPrefix("a,\"") == true, "\(text)")
      case "csv":
        let records = csvRecords(text)
        #expect(records.count == 2 && records.allSatisfy { $0.count == records[0].count }, "\(text)")
      default:
        #expect(text.split(separator: "\n").count == 1 && text.contains("(cat)"), "\(text)")
      }
    }
  }
}

/// The records of RFC 4180 text: quoted fields may hold commas, line ends and doubled quotes.
func csvRecords(_ text: String) -> [[String]] {
  var records: [[String]] = []
  var record: [String] = []
  var field = ""
  var isQuoted = false
  var characters = Substring(text).unicodeScalars
  while let character = characters.popFirst() {
    switch character {
    case "\"" where isQuoted && characters.first == "\"":
      field.unicodeScalars.append(character)
      characters.removeFirst()
    case "\"": isQuoted.toggle()
    case "," where !isQuoted:
      record.append(field)
      field = ""
    case "\r" where !isQuoted: continue
    case "\n" where !isQuoted:
      records.append(record + [field])
      record = []
      field = ""
    default: field.unicodeScalars.append(character)
    }
  }
  return records
}
