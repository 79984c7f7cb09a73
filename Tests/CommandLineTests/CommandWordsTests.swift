import ArgumentParser
import CommandDescription
import IPCFiltering
import IPCFormats
import IPCModel
import Testing

@testable import ipcdump

@Suite("The words of a command line")
struct CommandWordsTests {
  private func separated(_ words: [String]) throws -> [String] { try CommandWords(words).separated().all }

  static let attached: [([String], [String])] = [
    (["-c5"], ["-c=5"]), (["-fjson"], ["-f=json"]), (["-p123"], ["-p=123"]),
    (["-tpipe,signal"], ["-t=pipe,signal"]),
    (["-xc5"], ["-x", "-c=5"]), (["-xqLfjson"], ["-xqL", "-f=json"]), (["-w-"], ["-w=-"]),
    (["-xf=csv"], ["-x", "-f=csv"]),
    (["-o/tmp/a=b"], ["-o=/tmp/a=b"]), (["-p0x1f"], ["-p=0x1f"]), (["-c-1"], ["-c=-1"]),
    (["-Pkworker/0:1"], ["-P=kworker/0:1"]),
    (["report", "-opage", "f"], ["report", "-o=page", "f"]), (["trace", "-c5"], ["trace", "-c=5"]),
  ]

  @Test(arguments: attached)
  func `a value may be attached to a short option, also behind flags`(_ words: [String], _ expected: [String])
    throws
  {
    #expect(try separated(words) == expected)
  }

  static let untouched = [
    [], ["-x"], ["-xLqvv"], ["-c", "5"], ["-c=5"], ["-xf", "json"], ["--format=json"], ["-"],
    ["-t", "-c5x", "-"].dropLast(2),
    ["-zc5"], ["-tt"], ["-ttt"], ["--", "sh", "-c5", "-fjson"], ["-x", "--", "-c5"], ["report", "-c5"],
    ["--c5"], ["---"],
  ].map { Array($0) }

  @Test(arguments: untouched)
  func `all other words stay, and the command's always`(_ words: [String]) throws {
    #expect(try separated(words) == words)
  }

  @Test func `the parser takes what comes of them`() throws {
    let words = try separated(["-xc5", "-fjson", "-tpipe", "-p1,2", "-ofile", "--", "sh", "-c5"])
    let options = try #require(try IPCDump.parseAsRoot(words) as? TraceCommand)
    #expect(options.output.showsContents && options.output.count == 5 && options.output.format == .json)
    #expect(options.output.file == "file" && options.traced.command == ["sh", "-c5"])
    let selection = options.filter.selection(ofCommand: false)
    #expect(selection.kinds == [.pipe] && selection.criteria == [.pids([1, 2], of: .either)])
  }

  @Test func `every short option has one long name`() throws {
    let long = [
      "-t": "--type", "-p": "--pid", "-s": "--src-pid", "-d": "--dst-pid", "-P": "--comm", "-S": "--src-comm",
      "-D": "--dst-comm", "-f": "--format", "-x": "--hex", "-X": "--ascii", "-B": "--max-bytes",
      "-c": "--count",
      "-o": "--output", "-L": "--hide-losses", "-q": "--quiet", "-v": "--verbose", "-w": "--write",
      "-r": "--read",
      "-C": "--file-size", "-G": "--rotate-seconds", "-W": "--file-count", "-h": "--help",
    ]
    let description = try CompletionScript.command()
    let reports = description.subcommand(named: "report")
    for name in description.optionNames + reports.optionNames where !name.hasPrefix("--") {
      let option = description.option(named: name) ?? reports.option(named: name)
      #expect(option?.names == [name, long[name] ?? "a long name for \(name)"])
    }
  }

  @Test func `a long name does what the short one does`() throws {
    let short = try TraceCommand.parse([
      "-t", "pipe", "-s", "1", "-D", "a", "-f", "json", "-x", "-B", "9", "-w", "f", "-C", "1", "-W", "2",
    ])
    let long = try TraceCommand.parse([
      "--type", "pipe", "--src-pid=1", "--dst-comm", "a", "--format", "json", "--hex", "--max-bytes", "9",
      "--write", "f",
      "--file-size", "1", "--file-count=2",
    ])
    #expect(short.filter.selection(ofCommand: false) == long.filter.selection(ofCommand: false))
    #expect(long.output.format == .json && long.output.contents == [.hexDump] && long.output.shownBytes == 9)
    #expect(long.capture.output == "f" && long.capture.megabytes == 1 && long.capture.fileCount == 2)
  }
}
