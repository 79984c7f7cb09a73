import ArgumentParser
import IPCCapture
import IPCModel
import IPCSession
import Testing

@testable import ipcdump

@Suite("The options of captures")
struct CaptureOptionTests {
  static let refused: [([String], String)] = [
    (["--print"], "add -w"), (["-C", "1"], "add -w"), (["-G", "1"], "add -w"),
    (["--dissect", "http"], "add one of them"),
    (["-w", "a", "-C", "0"], "positive"), (["-w", "a", "-G", "0"], "positive"),
    (["-w", "a", "-W", "3"], "-C, -G or --keep"),
    (["-w", "a", "-C", "1", "-G", "1", "-W", "3"], "-C, -G or --keep"),
    (["-w", "-", "-C", "1"], "standard output is one"), (["-w", "-", "-G", "1"], "standard output is one"),
    (["-w", "a", "-r", "a"], "the same file"), (["-r", "a", "--", "true"], "traced before"),
    (["-w", "a", "-o", "b"], "add --print"), (["-w", "-", "--print"], "both write"),
    (["-B", "1"], "leave -B out"),
    (["--streams"], "add -w"),
    (["--process-blocks"], "add -w"),
    (["-w", "a", "--streams", "--dissect", "wayland"], "decode as wayland in Wireshark"),
    (["-w", "a", "--dissect", "HT TP"], "no name of a protocol"),
    (["-w", "a", "--dissect", "80="], "no name"),
    (["-w", "a", "--dissect", "=http"], "no channel"),
    (["-w", "a", "--dissect", "lo="], "no name of a protocol"),
    (["-w", "a", "--dissect", "unxi=json"], "did you mean unix?"),
    (["-w", "a", "--dissect", "nosuch=json"], "no port, no type and no path"),
    (["-w", "a", "--dissect", "tcp=json"], "did you mean loopback-tcp?"),
    (["-w", "a", "--dissect", "htpp"], "did you mean http?"),
    (["-w", "a", "--dissect", "unix=jsn"], "did you mean json?"),
    (["-w", "a", "--dissect", "signal=json"], "no contents"),
    (["-w", "a", "--dissect", "99999=http"], "from 1 to 65535"),
    (["-w", "a", "--dissect", "0=http"], "from 1 to 65535"),
    (["-w", "a", "--dissect", "pipe=nosuchprotocol"], "no protocol is called 'nosuchprotocol'"),
  ]

  @Test(arguments: refused)
  func `that do not go together are refused, with a way out`(_ arguments: [String], _ words: String) {
    #expect(
      TraceCommand.complaint(arguments)?.contains(words) == true,
      "\(TraceCommand.complaint(arguments) ?? "taken")")
  }

  static let taken = [
    ["-w", "a"], ["-w", "-"], ["-w", "a", "--print", "-o", "b"], ["-w", "-", "--print", "-o", "b"],
    ["-r", "-"],
    ["-r", "a", "-w", "b", "-t", "pipe"], ["-r", "-", "-w", "-"], ["-w", "a", "-B", "10"],
    ["-w", "a", "-C", "1", "-W", "2"],
    ["-w", "a", "-G", "1", "-C", "1"], ["-w", "a", "--", "true"],
  ]

  @Test(arguments: taken)
  func `that go together are taken`(_ arguments: [String]) {
    #expect(TraceCommand.complaint(arguments) == nil)
  }

  @Test func `--dissect knows ports, types, paths and everything`() throws {
    let rules = try TraceCommand.parse([
      "-w", "a", "--dissect", "6379=resp", "--dissect", "pipe=data", "--dissect", "/run/a=b=http",
      "--dissect", "json",
    ]).capture.dissect
    #expect(
      rules == [
        DissectionRule(.port(6379), dissector: "resp"), DissectionRule(.kinds([.pipe]), dissector: "data"),
        DissectionRule(.named(Array("/run/a=b".utf8)), dissector: "http"),
        DissectionRule(.all, dissector: "json"),
      ])
  }

  @Test func `--dissect takes every word of -t, ipcdump's own names of protocols, and a user's`() throws {
    func rules(_ word: String) throws -> [DissectionRule] {
      try TraceCommand.parse(["-w", "a", "--dissect", word]).capture.dissect
    }
    for word in Kind.all.flatMap({ ["\($0.row.name)"] + $0.row.aliases }) where word != "k" {
      let kinds = Kind.named(word)
      guard kinds.contains(where: \.row.carriesBytes) else { continue }
      #expect(try rules("\(word)=json") == [DissectionRule(.kinds(Set(kinds)), dissector: "json")])
    }
    #expect(try rules("all=json") == [DissectionRule(.all, dissector: "json")])
    #expect(try rules("redis") == [DissectionRule(.all, dissector: "resp")])
    #expect(try rules("5432=postgres") == [DissectionRule(.port(5432), dissector: "pgsql")])
    #expect(try rules("@bus=dbus") == [DissectionRule(.named(Array("@bus".utf8)), dissector: "dbus")])
    #expect(try rules("./s=+mine") == [DissectionRule(.named(Array("./s".utf8)), dissector: "mine")])
  }

  @Test func `say what files there are`() throws {
    let large = try #require(
      try TraceCommand.parse(["-w", "a", "-C", "2", "-W", "3", "--dissect", "json"]).capture
        .fileSettings(byteLimit: 5))
    #expect(large.path == "a" && large.sizeLimit == 2_000_000 && large.duration == nil)
    #expect(large.fileCount == 3 && large.byteLimit == 5 && large.rules.count == 1)
    let timed = try #require(
      try TraceCommand.parse(["-w", "a", "-G", "4"]).capture.fileSettings(byteLimit: nil))
    #expect(timed.sizeLimit == nil && timed.duration == 4_000_000_000 && timed.fileCount == nil)
    #expect(try TraceCommand.parse([]).capture.fileSettings(byteLimit: nil) == nil)
  }
}
