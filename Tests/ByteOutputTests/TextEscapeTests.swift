import Foundation
import TestSupport
import Testing

@testable import ByteOutput

@Suite("Texts of untrusted processes")
struct TextEscapeTests {
  private func escape(_ bytes: [UInt8], _ escape: TextEscape) -> String {
    written { output in bytes.withUnsafeBufferPointer { output.append($0, escape) } }
  }

  @Test(arguments: [
    ("a\nb\tc\rd", #"a\nb\tc\rd"#),
    ("\u{1b}[31m\u{0}\u{7f}", #"\x1b[31m\x00\x7f"#),
    ("\u{80}\u{9b}\u{9f}\u{a0}", "\\u{80}\\u{9b}\\u{9f}\u{a0}"),
    (#"\n"#, #"\\n"#),
    (
      "\u{202a}\u{202e}\u{2066}\u{2069}\u{2028}\u{2029}",
      #"\u{202a}\u{202e}\u{2066}\u{2069}\u{2028}\u{2029}"#
    ),
    ("\u{2027}\u{202f}\u{2065}\u{206a}", "\u{2027}\u{202f}\u{2065}\u{206a}"),
    ("grüße 日本 🐟 <script>", "grüße 日本 🐟 <script>"),
  ])
  func `are escaped for a terminal`(text: String, expected: String) {
    #expect(escape(Array(text.utf8), .terminal) == expected)
  }

  @Test func `show bytes that are not UTF-8 as numbers on a terminal`() {
    #expect(escape([0x61, 0xff, 0x62], .terminal) == #"a\xffb"#)
    #expect(escape([0xe2, 0x80], .terminal) == #"\xe2\x80"#)
    #expect(escape([0xed, 0xa0, 0x80], .terminal) == #"\xed\xa0\x80"#)
    #expect(escape([0x85], .terminal) == #"\x85"#)
  }

  @Test func `never look alike on a terminal when they differ`() {
    let alphabet: [[UInt8]] = [
      [0x0a], [0x5c], [0x6e], [0x78], [0x75], [0x7b], [0x38], [0x35], [0x7d], [0x85], [0xc2], [0xc2, 0x85],
      [0x1b],
    ]
    var inputs: Set<[UInt8]> = [[]]
    for _ in 0..<3 { inputs.formUnion(inputs.flatMap { input in alphabet.map { input + $0 } }) }
    #expect(Set(inputs.map { escape($0, .terminal) }).count == inputs.count)
  }

  @Test func `never give a terminal a character that steers it`() {
    for value in UInt32(0)...0x2fff {
      guard let scalar = Unicode.Scalar(value) else { continue }
      for shown in escape(Array(String(scalar).utf8), .terminal).unicodeScalars {
        #expect(shown.properties.generalCategory != .control)
        #expect(!(0x2028...0x202e).contains(shown.value))
        #expect(!(0x2066...0x2069).contains(shown.value))
      }
    }
  }

  @Test(arguments: [
    ("a\"b\\c/d", #""a\"b\\c/d""#),
    ("\n\t\u{1b}\u{0}\u{7f}\u{85}", #""\u000a\u0009\u001b\u0000\u007f\u0085""#),
    ("\u{2028}\u{2029}", #""\u2028\u2029""#),
    ("grüße 🐟 <script>", #""grüße 🐟 <script>""#),
    ("", #""""#),
  ])
  func `are escaped for JSON`(text: String, expected: String) {
    #expect(escape(Array(text.utf8), .json) == expected)
  }

  /// Texts are looked at in words of eight bytes: whatever stands at whichever place of one.
  @Test func `are escaped for JSON wherever they need it`() {
    let others = Array("plain and a quote".utf8)
    for byte in UInt8.min...UInt8.max {
      let alone = escape([byte], .json).dropFirst().dropLast()
      for place in 0..<others.count {
        var text = others
        text[place] = byte
        func half(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
        let expected = "\"" + half(others[..<place]) + alone + half(others[(place + 1)...]) + "\""
        #expect(escape(text, .json) == expected)
      }
    }
  }

  @Test(arguments: [
    ("plain text", "plain text"), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a\nb", "\"a\nb\""),
    ("a\rb", "\"a\rb\""), (" a", "\" a\""), ("a ", "\"a \""), ("", ""), ("=1+1", "=1+1"),
  ])
  func `are quoted for CSV only if necessary`(text: String, expected: String) {
    #expect(escape(Array(text.utf8), .csv) == expected)
  }

  @Test(arguments: nastyTexts)
  func `come back from JSON and CSV`(text: [UInt8]) throws {
    let expected = String(decoding: text, as: UTF8.self)
    let json = try JSONSerialization.jsonObject(
      with: Data(escape(text, .json).utf8), options: .fragmentsAllowed)
    #expect(json as? String == expected)
    let rows = try CSVReader.rows(of: escape(text, .csv) + "\r\n")
    #expect(rows == [[expected]])
  }

  /// Bytes at the edges of table 3-7, in every order, against the standard library's decoder.
  @Test func `are decoded as the standard library does`() {
    let edges: [UInt8] = [
      0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1,
      0xf4,
      0xf5, 0xff,
    ]
    var mismatches = 0
    for first in edges {
      for second in edges {
        for third in edges {
          for fourth in edges {
            let bytes = [first, second, third, fourth]
            if escape(bytes, .csv) != String(decoding: bytes, as: UTF8.self) { mismatches += 1 }
          }
        }
      }
    }
    #expect(mismatches == 0)
  }
}
