import ArgumentParser
import IPCModel
import Testing

@testable import ipcdump

@Suite("An interface of Wireshark")
struct ExtcapTests {
  private static func answer(_ words: String...) throws -> [Substring] {
    guard case .answer(let text) = try Extcap.request(by: words) else { return [] }
    return text.split(separator: "\n")
  }

  @Test func `is listed by its name`() throws {
    let lines = try Self.answer("--extcap-interfaces", "--extcap-version=4.0")
    #expect(lines.last == "interface {value=ipcdump}{display=IPC on this host}")
    #expect(lines.first == "extcap {version=0.1.0}")
  }

  @Test func `has the link types of captures`() throws {
    let lines = try Self.answer("--extcap-dlts", "--extcap-interface", "ipcdump")
    #expect(lines.map { $0.prefix(16) } == ["dlt {number=101}", "dlt {number=252}"])
  }

  @Test func `asks for types, those of all ticked, and for a filter`() throws {
    let lines = try Self.answer("--extcap-interface", "ipcdump", "--extcap-config")
    let types = lines.filter { $0.hasPrefix("value {arg=0}") }
    #expect(types.count == Kind.all.count)
    #expect(types.count { $0.contains("{default=true}") } == Kind.usual.count)
    let calls = lines.filter { $0.hasPrefix("arg ") }.map {
      String($0.split(separator: "{call=")[1].prefix { $0 != "}" })
    }
    #expect(
      calls == ["--type", "--where", "--pid", "--follow", "--comm", "--streams", "--max-bytes"])
  }

  @Test func `is captured from by a trace into the FIFO, which takes what the dialogue says`() throws {
    let words = [
      "--capture", "--extcap-interface", "ipcdump", "--fifo", "/tmp/f", "--extcap-capture-filter",
      "port == 80",
      "--type", "pipe,loopback-tcp", "--where", "",
      "--pid", "12,13", "--follow", "--streams", "--max-bytes=0",
    ]
    let trace = [
      "--quiet", "--write=/tmp/f", "--where=port == 80", "--type=pipe,loopback-tcp", "--pid=12,13",
      "--max-bytes=0", "--follow", "--streams",
    ]
    #expect(try Extcap.request(by: words) == .trace(trace))
    #expect(throws: Never.self) { try TraceCommand.parse(trace) }
  }

  @Test func `says what is wrong with a filter while it is typed`() throws {
    let words = ["--extcap-interface", "ipcdump", "--extcap-capture-filter"]
    #expect(try Extcap.request(by: words + ["port == 80"]) == .answer(""))
    guard case .answer(let complaint) = try Extcap.request(by: words + ["prot == 80"]) else {
      Issue.record("no answer")
      return
    }
    #expect(complaint.contains("port"), "\(complaint)")
  }

  @Test func `of another name is refused, and so is what asks nothing`() {
    for words in [
      ["--extcap-interface", "eth0", "--extcap-dlts"], ["--extcap-dlts"], ["--extcap-interface", "ipcdump"],
      ["--extcap-interface", "ipcdump", "--capture"],
    ] {
      #expect(throws: Failure.self) { try Extcap.request(by: words) }
    }
  }

  @Test func `is not what a trace or a traced command asks for`() throws {
    #expect(try Extcap.request(by: ["-t", "pipe", "--", "x", "--extcap-interfaces"]) == nil)
    #expect(try Extcap.request(by: [String]()) == nil)
  }
}
