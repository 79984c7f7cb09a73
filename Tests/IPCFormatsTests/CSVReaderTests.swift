import TestSupport
import Testing

@Suite("The CSV reader of these tests")
struct CSVReaderTests {
  @Test func `reads quoted and plain fields`() throws {
    let rows = try CSVReader.rows(of: "a,\"b \"\"c\"\",\r\nd\",\r\n,e\r\n")
    #expect(rows == [["a", "b \"c\",\r\nd", ""], ["", "e"]])
  }

  @Test(arguments: [
    ("a\"b\r\n", CSVReader.Failure.bareQuote), ("\"a\"b\r\n", .textAfterQuote), ("a\n", .bareLineEnd),
    ("a,b", .noLineEnd), ("\"a\r\n", .noLineEnd),
  ])
  func `refuses what RFC 4180 does not allow`(text: String, failure: CSVReader.Failure) {
    #expect(throws: failure) { try CSVReader.rows(of: text) }
  }
}
