import ArgumentParser
import IPCFormats
import IPCModel
import Testing

@testable import IPCFiltering
@testable import ipcdump

@Suite("--where")
struct WhereOptionTests {
  private static func options(_ words: String...) throws -> FilterOptions { try FilterOptions.parse(words) }

  private static func complaint(_ words: String...) -> String { FilterOptions.complaint(words) ?? "" }

  @Test func `is met beside the short options, and narrows what the kernel lets through`() throws {
    let selection = try Self.options(
      "-t", "pipe,k", "--where", "type == pipe or port == 80", "--where", "pid == 7"
    ).selection(ofCommand: false)
    #expect(selection.kinds == [.pipe])
    #expect(selection.criteria.count == 2)
    #expect(KernelScope(selection).processes == .pids([7]))
  }

  @Test func `captures contents if it looks into them`() throws {
    #expect(try Self.options("--where", "content contains x").needsContents)
    #expect(try !Self.options("--where", "count > 3").needsContents)
  }

  @Test func `is refused if it asks for what is not shown`() {
    func complaint(_ words: String...) -> String { TraceCommand.complaint(words) ?? "" }
    #expect(
      complaint("--where", "method == x").hasSuffix(
        "--where asks for 'method', which only messages and calls have; add --messages or --calls"))
    #expect(
      complaint("--messages", "--where", "duration > 1s").hasSuffix(
        "--where asks for 'duration', which only calls have; add --calls"))
    #expect(complaint("--calls", "--where", "method ~ 'tools/.*' and duration > 50ms") == "")
    #expect(throws: (any Error).self) { try ReportCommand.parse(["a", "--where", "method == x"]) }
  }

  @Test func `chooses users, cgroups and containers, whose numbers are looked up later`() throws {
    func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
    let selection = try Self.options(
      "--uid", "nobody", "--uid", "0", "--cgroup", "/a", "--container", "web"
    ).selection(ofCommand: false)
    #expect(
      selection.criteria == [
        .group(.users([bytes("nobody"), bytes("0")]), scope: .all),
        .group(.cgroups([bytes("/a")]), scope: .all),
        .group(.containers([bytes("web")]), scope: .all),
      ])
    #expect(selection.wantsExecutables)
    #expect(
      try TraceCommand.parse(["--container", "web", "--with", "fd"]).endDetails == [.descriptor, .container])
  }

  @Test func `has a help of its own, in 80 columns, with every field`() {
    #expect(WhereHelp.isRequested(by: ["--help", "where"]) && WhereHelp.isRequested(by: ["-h", "where"]))
    #expect(
      !WhereHelp.isRequested(by: ["--where", "pid"]) && !WhereHelp.isRequested(by: ["--", "--help", "where"]))
    let words = Set(WhereHelp.text.split { $0 == " " || $0.isNewline }.map(String.init))
    #expect(words.isSuperset(of: WhereExpression.fieldNames))
    #expect(WhereHelp.text.split(separator: "\n").allSatisfy { $0.count <= 89 })
  }

  @Test func `is refused in one sentence that names the column`() {
    #expect(
      Self.complaint("--where", "pid == 1 and prt == 80").contains(
        "--where: column 14: 'prt' is no field; did you mean 'port'?"))
    #expect(
      Self.complaint("-t", "pipe", "--where", "port == 80").contains(
        "--where lets nothing through of the types that -t and it name"))
  }
}
