import ArgumentParser
import Foundation
import IPCModel
import PlainText
import Testing

@testable import ipcdump

/// What somebody reads who has typed something wrong.
@Suite("Wrong usage")
struct UsageMessageTests {
  /// The sentence for a command line; nil if it is taken.
  private func sentence(_ words: [String]) throws -> String? {
    let words = CommandWords(words)
    do {
      _ = try IPCDump.parseAsRoot(words.separated().all)
      return nil
    } catch let failure as Failure {
      throw failure
    } catch {
      return UsageMessage(words).failure(error).sentence
    }
  }

  static let words: [(String, String)] = [
    ("sh", "'sh' is no option; did you mean -- sh"), ("-c5 sh -c ls", "did you mean -- sh -c ls"),
    ("/bin/sh x'y", #"did you mean -- /bin/sh 'x'\''y'"#), ("-x -t pipe sh -j2", "did you mean -- sh -j2"),
    ("nosuchprogram a", "stands behind --, as in ipcdump -- nosuchprogram a"),
    ("pipe", "did you mean -t pipe?"), ("unix", "-t unix"), ("summary", "did you mean --summary"),
    ("json", "-f json"),
    ("tcp", "did you mean -t loopback-tcp?"), ("port 80", "-t loopback, and a port"),
    ("port 80", "80"),
    ("tcp dst port 443", "-t loopback-tcp"),
    ("tcp dst port 443", "dst_port == 443"), ("host 127.0.0.1", "-t loopback"),
    ("-t pipe report f", "did you mean ipcdump report -t pipe f"),
    ("report a b", "one word too many for ipcdump report"),
    ("-x -- ls", ""), ("-c 5 x -- ls", "'x' is no option"),
    ("sh -c ls", "did you mean -- sh -c ls"), ("sh -p x", "-- sh -p x"), ("-", "did you mean -r -?"),
  ]

  @Test(arguments: words)
  func `a word that is no option is told what it could be`(_ line: String, _ expected: String) throws {
    let sentence = try sentence(line.split(separator: " ").map(String.init))
    if expected.isEmpty {
      #expect(sentence == nil)
    } else {
      #expect(sentence?.contains(expected) == true, "\(sentence ?? "taken")")
    }
  }

  @Test func `a pid, a running process and a capture are known`() throws {
    let pid = getpid()
    #expect(try sentence(["\(pid)"])?.contains("-p \(pid)") == true)
    let name = try String(contentsOfFile: "/proc/self/comm", encoding: .utf8).dropLast()
    #expect(try sentence([String(name)])?.contains("-P ") == true)
    let file = NSTemporaryDirectory() + "/capture-\(pid)"
    try Data([0x0A, 0x0D, 0x0D, 0x0A, 0, 0]).write(to: URL(filePath: file))
    defer { unlink(file) }
    #expect(try sentence([file])?.contains("-r \(file)") == true)
  }

  static let options: [([String], String)] = [
    (["--frmat", "json"], "there is no option --frmat; did you mean --format?"),
    (["--pids", "1"], "did you mean --pid?"), (["-z"], "there is no option -z (see ipcdump --help)"),
    (["--no-such-option"], "there is no option --no-such-option"), (["-xz"], "there is no option -z"),
    (["-tt"], "times are chosen with --time"), (["-ttt", "-x"], "times are chosen with --time"),
    (["-i", "lo"], "leave -i out"), (["-nn"], "leave -n out"), (["-A"], "--text"),
    (["report", "f", "-x"], "there is no option -x (see ipcdump report --help)"),
  ]

  @Test(arguments: options)
  func `an option that there is not is told the nearest`(_ words: [String], _ expected: String) throws {
    let sentence = try sentence(words)
    #expect(sentence?.contains(expected) == true, "\(sentence ?? "taken")")
  }

  static let values: [([String], String)] = [
    (["-p", "bash"], "-p bash: 'bash' is no process id; did you mean -P bash?"),
    (["-pbash"], "-p bash: 'bash' is no process id; did you mean -P bash?"),
    (["--src-pid", "1,two"], "--src-pid 1,two: 'two' is no process id; did you mean -S two?"),
    (["-d", "12(cat)"], "-d 12(cat): '12(cat)' is no process id; did you mean 12?"),
    (["-p", "12x"], "give positive numbers"),
    (["-f", "jsn"], "-f takes text, json, csv, dot, mermaid, chrome-trace, otlp; did you mean json?"),
    (["-f", "xml"], "-f xml: -f takes text, json"), (["-c", "x"], "-c x: 'x' is no whole number (see"),
    (["-x", "-B", "many"], "-B many: 'many' is no number of bytes"),
    (["-p"], "-p lacks what follows it: <pid,...> (see"),
    (["-xf"], "-f lacks what follows it: <format>"), (["--count"], "--count lacks what follows it: <count>"),
    (["-t", "pips"], "-t pips: 'pips' is no type; did you mean pipe? types are all, pipe"),
    (["--color", "blu"], "--color takes auto, always, never"), (["-x=5"], "-x takes no value (see"),
    (["--hook=raw"], "--hook takes auto, raw_tp, tracepoint"), (["---x"], "there is no option ---x"),
  ]

  @Test(arguments: values)
  func `a value that cannot be is told with its option, shortly`(_ words: [String], _ expected: String) throws
  {
    let sentence = try sentence(words)
    #expect(sentence?.contains(expected) == true, "\(sentence ?? "taken")")
  }

  @Test func `what is no type is told all types`() throws {
    let sentence = try #require(try sentence(["-t", "nosuch"]))
    for name in ["all"] + Kind.all.map(\.row.name.description) { #expect(sentence.contains(name)) }
  }

  @Test(
    arguments: [
      ("pips", "pipe"), ("unix-straem", "unix-stream"), ("PIPE", "pipe"), ("tcp", "loopback-tcp"),
      ("sig", "signal"),
      ("x", nil), ("carrier-pigeon", nil), ("", nil),
    ] as [(String, String?)])
  func `the nearest word is near`(_ word: String, _ nearest: String?) {
    #expect(Spelling.nearest(to: word, among: Kind.words) == nearest)
  }
}
