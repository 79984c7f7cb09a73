import ArgumentParser
import IPCFiltering
import IPCModel
import Testing

@testable import ipcdump

@Suite("Options of messages")
struct MessageOptionTests {
  static let refused: [([String], String)] = [
    (["-f", "otlp"], "add --calls"), (["--messages", "-f", "otlp"], "add --calls"),
    (["--calls", "-f", "dot"], "dot shows transfers"),
    (["--calls", "--message-memory", "1k"], "at least 64k"),
    (["--messages", "--dissect", "80=smb"], "'smb' has no messages"),
    (["--calls", "--with", "protocol"], "leave --with protocol out"),
  ]

  @Test(arguments: refused)
  func `say what does not go together`(_ arguments: [String], _ part: String) throws {
    #expect(try #require(TraceCommand.complaint(arguments)).contains(part))
  }

  @Test(arguments: [
    ["--messages"], ["--calls", "-f", "otlp"], ["--calls", "-B", "10"],
    ["--calls", "--dissect", "8080=http"],
    ["--calls", "--dissect", "pipe=mcp"], ["--calls", "--summary", "--top", "3"], ["--redact", "-x"],
    ["--messages", "--calls", "-w", "a", "--print", "-f", "csv"], ["--with", "protocol"],
  ])
  func `go together with others`(_ arguments: [String]) throws {
    #expect(TraceCommand.complaint(arguments) == nil)
  }

  @Test func `let both directions of a selection be seen`() throws {
    var selection = Selection(kinds: [.pipe])
    selection.criteria = [.commandTree, .pids([1], of: .source), .comms([Comm("a")], of: .destination)]
    #expect(
      selection.ofBothDirections.criteria
        == [.commandTree, .pids([1], of: .either), .comms([Comm("a")], of: .either)])
  }
}
