import ArgumentParser
import IPCFiltering
import IPCModel
import IPCSession
import Testing

@testable import ipcdump

@Suite("The options of a flight recorder")
struct RecorderOptionTests {
  static let refused: [([String], String)] = [
    (["--keep", "60s"], "add -w and a file"),
    (["-w", "a", "--trigger", "exit"], "add --keep"),
    (["-w", "a", "--trigger-cooldown", "1s"], "add --keep"),
    (["-w", "-", "--keep", "60s"], "give -w a file"),
    (["-w", "a", "-r", "b", "--keep", "60s"], "leave it or -r out"),
    (["-w", "a", "--keep", "60s", "-C", "1"], "leave out -C and -G"),
    (["-w", "a", "--keep", "60s", "-G", "1", "-W", "1"], "leave out -C and -G"),
    (["-w", "a", "--keep", "60s", "--streams"], "make streams of a file with -r"),
    (["-w", "a", "--keep", "60s", "-W", "0"], "positive"),
    (["-w", "a", "--keep", "60s,30s"], "one time"),
    (["-w", "a", "--keep", "1M", "--keep", "2M"], "one time"),
    (["-w", "a", "--keep", "60"], "write 60s, 5m, 256M or 1G"), (["-w", "a", "--keep", "60x"], "write 60s"),
    (["-w", "a", "--keep", ""], "write 60s"), (["-w", "a", "--keep", "1k"], "from 1M to 64G"),
    (["-w", "a", "--keep", "65G"], "from 1M to 64G"), (["-w", "a", "--keep", "25h"], "24h is the most"),
    (["-w", "a", "--keep", "60s", "--trigger", "exti"], "did you mean exit?"),
    (["-w", "a", "--keep", "60s", "--trigger", "nosuch > 1"], "and no expression: column 1"),
    (["-w", "a", "--keep", "60s", "--trigger", "duration > 2s"], "add --messages or --calls"),
    (["-w", "a", "--keep", "60s", "--messages", "--trigger", "duration > 2s"], "add --calls"),
    (["-w", "a", "--keep", "60s", "--trigger", "method == x"], "add --messages or --calls"),
    (["-w", "a", "--keep", "60s", "--trigger-cooldown", "soon"], "soon"),
  ]

  @Test(arguments: refused)
  func `that do not go together are refused, with a way out`(_ arguments: [String], _ words: String) {
    #expect(
      TraceCommand.complaint(arguments)?.contains(words) == true,
      "\(TraceCommand.complaint(arguments) ?? "taken")")
  }

  private func settings(_ arguments: [String]) throws -> (duration: UInt64?, bytes: Int, coolDown: UInt64) {
    let options = try TraceCommand.parse(["-w", "a"] + arguments).recorder
    let settings = try #require(options.settings(Selection(kinds: [.pipe]), isQuiet: false))
    return (settings.duration, settings.bytes, settings.coolDown)
  }

  @Test func `say how much is kept`() throws {
    #expect(try settings(["--keep", "60s"]) == (60_000_000_000, 256 << 20, 10_000_000_000))
    #expect(try settings(["--keep", "5m", "-W", "3"]) == (300_000_000_000, 256 << 20, 10_000_000_000))
    #expect(try settings(["--keep", "8M", "--trigger-cooldown", "1m"]) == (nil, 8 << 20, 60_000_000_000))
    #expect(try settings(["--keep", "90s,2G"]) == (90_000_000_000, 2 << 30, 10_000_000_000))
    #expect(try settings(["--keep", "2G", "--keep", "500ms"]) == (500_000_000, 2 << 30, 10_000_000_000))
    #expect(try TraceCommand.parse([]).recorder.settings(Selection(kinds: [.pipe]), isQuiet: false) == nil)
  }

  @Test func `say what the triggers are`() throws {
    let arguments = ["--keep", "1M", "--trigger", "exit", "--trigger", "count > 1M", "--trigger", "stuck"]
    let options = try TraceCommand.parse(["-w", "a"] + arguments).recorder
    var selection = Selection(kinds: [.pipe])
    let whole = try #require(options.settings(selection, isQuiet: true))
    #expect(whole.writesAtExits && whole.writesAtDeadlocks && !whole.writesAtLosses)
    #expect(whole.expressions.map(\.text) == ["count > 1M"] && whole.isOfHost && whole.isQuiet)
    selection.criteria = [.pids([1], of: .either)]
    #expect(try #require(options.settings(selection, isQuiet: false)).isOfHost == false)
  }

  @Test func `take expressions of calls with --calls`() throws {
    let arguments = ["-w", "a", "--keep", "60s", "--calls", "--trigger", "duration > 2s"]
    #expect(TraceCommand.complaint(arguments) == nil)
  }
}
