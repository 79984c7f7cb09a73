import Foundation
import Testing

@testable import PlainText

@Suite("JSON without Foundation")
struct JSONTests {
  private struct Row: Codable, Equatable {
    enum Colour: String, Codable { case red, green }

    var name: String?
    var counts: [Int]
    var colours: [Colour] = []
    var isLast = false
    var big = UInt64.max
    var share = 0.5
    var nested: [String: [String: Int?]] = [:]
  }

  private static let rows = [
    Row(counts: []),
    Row(name: "", counts: [0, -1, .min, .max], colours: [.red, .green], isLast: true, share: 2),
    Row(name: "a/b \"c\" \\ \u{8}\u{C}\n\r\t\u{0}\u{1F}\u{7F} é \u{2028} 😀", counts: [1]),
    Row(name: "n", counts: [], nested: ["b": [:], "a": ["x": 1, "_": nil, "X": 2], "aa": [:]]),
  ]

  @Test func `is Foundation's text`() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    #expect(
      try PlainJSONEncoder.text(of: Self.rows, escapesSlashes: true)
        == String(decoding: try encoder.encode(Self.rows), as: UTF8.self))
    encoder.outputFormatting.insert(.withoutEscapingSlashes)
    #expect(
      try PlainJSONEncoder.text(of: Self.rows)
        == String(decoding: try encoder.encode(Self.rows), as: UTF8.self))
  }

  @Test func `comes back as it was, from either text`() throws {
    #expect(try PlainJSONDecoder.value([Row].self, from: PlainJSONEncoder.text(of: Self.rows)) == Self.rows)
    let dense = String(decoding: try JSONEncoder().encode(Self.rows), as: UTF8.self)
    #expect(try PlainJSONDecoder.value([Row].self, from: dense) == Self.rows)
  }

  @Test(arguments: [
    #""\u0041\ud83d\ude00\/""#: "A😀/", " \t\r\n\"a\" ": "a",
  ]) func `reads what others write`(text: String, value: String) throws {
    #expect(try PlainJSONDecoder.value(String.self, from: text) == value)
  }

  @Test(arguments: [
    "", " ", "{", "[1", "[1,]", "{\"a\" 1}", "{1:2}", "\"a", "\"\\x\"", "\"\\ud800\"", "\"\\u12\"", "\"\n\"",
    "nul",
    "1 2", "--1", String(repeating: "[", count: 100_000),
  ]) func `refuses what is none`(text: String) {
    #expect(throws: JSONParser.Failure.self) { try JSONParser.value(of: text) }
  }

  @Test func `tells one type from another`() {
    #expect(throws: DecodingError.self) { try PlainJSONDecoder.value(String.self, from: "1") }
    #expect(throws: DecodingError.self) { try PlainJSONDecoder.value(Int.self, from: "1.5") }
    #expect(throws: DecodingError.self) { try PlainJSONDecoder.value([Int].self, from: "[1, null]") }
    #expect(throws: DecodingError.self) { try PlainJSONDecoder.value([Int].self, from: "{}") }
    #expect(throws: DecodingError.self) { try PlainJSONDecoder.value(Row.self, from: "{\"counts\": []}") }
  }
}
