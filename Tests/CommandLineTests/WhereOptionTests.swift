import ArgumentParser
import IPCModel
import Testing

@testable import IPCFiltering
@testable import ipcdump

@Suite("--where")
struct WhereOptionTests {
  private static func options(_ words: String...) throws -> FilterOptions { try FilterOptions.parse(words) }

  private static func complaint(_ words: String...) -> String {
    do {
      _ = try FilterOptions.parse(words)
      return ""
    } catch {
      return FilterOptions.message(for: error)
    }
  }

  @Test func `is met beside the short options, and narrows what the kernel lets through`() throws {
    let selection = try Self.options(
      "-t", "pipe,k", "--where", "type == pipe or port == 80", "--where", "pid == 7"
    ).selection(ofCommand: false)
    #expect(selection.kinds == [.pipe])
    #expect(selection.criteria.count == 2)
    #expect(KernelScope(selection) == .pids([7]))
  }

  @Test func `captures contents if it looks into them`() throws {
    #expect(try Self.options("--where", "content contains x").needsContents)
    #expect(try !Self.options("--where", "count > 3").needsContents)
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
