import ArgumentParser
import Testing

@testable import ipcdump

@Suite("Options of the summary")
struct SummaryOptionTests {
  @Test func `are off by default`() throws {
    #expect(try TraceCommand.parse([]).summary.isWanted == false)
  }

  @Test(arguments: [(nil, 20), ("0", nil), ("1", 1), ("4294967295", 4_294_967_295)] as [(String?, Int?)])
  func `tell apart as many edges as are asked for`(_ count: String?, _ shown: Int?) throws {
    let options = try TraceCommand.parse(["--summary"] + (count.map { ["--top", $0] } ?? []))
    #expect(options.summary.shownEdges == shown)
  }

  @Test func `go together with a file for the events, whatever it holds`() {
    for more in [["-x"], ["-f", "csv"], ["-f", "json", "-X"]] {
      #expect(throws: Never.self) { try TraceCommand.parse(["--summary", "-o", "file"] + more) }
    }
  }

  @Test func `say what does not go together`() throws {
    #expect(try #require(TraceCommand.complaint(["--top", "3"])).contains("--summary"))
    #expect(try #require(TraceCommand.complaint(["--summary", "--text"])).contains("-o"))
    #expect(try #require(TraceCommand.complaint(["--summary", "-f", "csv"])).contains("-f json"))
    #expect(TraceCommand.complaint(["--summary", "--top", "4294967296"]) != nil)
  }
}
