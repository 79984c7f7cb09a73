import TestSupport
import Testing

@testable import IPCFormats

@Suite("Contents as lines of text")
struct TextLineTests {
  private func shown(_ bytes: [UInt8]) -> String {
    written { output in bytes.withUnsafeBytes { output.appendTextLines($0) } }
  }

  private func shown(_ text: String) -> String { shown(Array(text.utf8)) }

  @Test(arguments: [
    ("", ""),
    ("hello\n", "\thello\n"),
    ("a\nb\n", "\ta\n\tb\n"),
    ("\n", "\t\n"),
    ("\n\na\n", "\t\n\t\n\ta\n"),
    ("a\r\n\r\nb\r\n", "\ta\n\t\n\tb\n"),
  ])
  func `are indented line by line`(text: String, expected: String) {
    #expect(shown(text) == expected)
  }

  @Test(arguments: [
    ("$ ", "\t$ \\\n"), ("a\nb", "\ta\n\tb\\\n"), (" ", "\t \\\n"), ("a\r", "\ta\\r\\\n"),
    ("a\\", "\ta\\\\\\\n"), ("a\\\n", "\ta\\\\\n"),
  ])
  func `end with one backslash if no newline does`(text: String, expected: String) {
    #expect(shown(text) == expected)
  }

  @Test func `keep tabs, which reach the same columns behind the indentation`() {
    #expect(shown("a\tb\n\tc\n") == "\ta\tb\n\t\tc\n")
  }

  @Test func `keep what is printable in any language`() {
    #expect(shown("grüße 日本 🐟\n") == "\tgrüße 日本 🐟\n")
  }

  @Test(arguments: [
    ("\u{1b}[2J", #"\x1b[2J"#), ("a\rb", #"a\rb"#), ("\r\r", #"\r"#), ("\u{0}\u{7f}", #"\x00\x7f"#),
    ("\u{9b}2J", #"\u{9b}2J"#), ("\u{202e}a\u{2028}b", #"\u{202e}a\u{2028}b"#), (#"\n"#, #"\\n"#),
  ])
  func `escape what could steer a terminal`(text: String, expected: String) {
    #expect(shown(text + "\n") == "\t\(expected)\n")
  }

  @Test func `show bytes that are not UTF-8, also where a transfer cuts a character`() {
    #expect(shown([0x61, 0xff, 0x0a]) == "\ta\\xff\n")
    #expect(shown([0xe2, 0x82]) == "\t\\xe2\\x82\\\n")
    #expect(shown([0xe2, 0x82, 0x0a, 0xac]) == "\t\\xe2\\x82\n\t\\xac\\\n")
  }

  @Test func `do not break a long line`() {
    let line = String(repeating: "a", count: 1_000_000)
    #expect(shown(line + "\n") == "\t\(line)\n")
  }

  @Test func `never steer a terminal, and are as many lines as the text has`() {
    var generator = SeededRandom(seed: 7)
    for _ in 0..<2_000 {
      let bytes = randomContent(&generator)
      // `written` checks that it is UTF-8.
      let text = shown(bytes)
      for scalar in text.unicodeScalars where scalar != "\n" && scalar != "\t" {
        #expect(scalar.properties.generalCategory != .control)
        #expect(!(0x2028...0x202e).contains(scalar.value) && !(0x2066...0x2069).contains(scalar.value))
      }
      let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
      #expect(lines.allSatisfy { $0.first == UInt8(ascii: "\t") })
      let isOpen = bytes.last.map { $0 != 0x0a } ?? false
      #expect(lines.count == bytes.count { $0 == 0x0a } + (isOpen ? 1 : 0))
      let backslashes = text.utf8.dropLast().reversed().prefix { $0 == UInt8(ascii: "\\") }.count
      #expect((backslashes % 2 == 1) == isOpen)
    }
  }

  @Test func `look alike only if they differ in how their lines end`() {
    let alphabet: [[UInt8]] = [
      [0x0a], [0x0d], [0x5c], [0x6e], [0x72], [0x78], [0x75], [0x7b], [0x38], [0x35], [0x7d], [0x85],
      [0xc2, 0x85], [0x09],
    ]
    var inputs: Set<[UInt8]> = [[]]
    for _ in 0..<3 { inputs.formUnion(inputs.flatMap { input in alphabet.map { input + $0 } }) }
    let distinct = Set(inputs.map(withoutReturns))
    #expect(Set(inputs.map(shown)).count == distinct.count)
  }

  /// The bytes with `\r\n` as `\n`.
  private func withoutReturns(_ bytes: [UInt8]) -> [UInt8] {
    bytes.indices.filter { index in
      !(bytes[index] == 0x0d && index + 1 < bytes.count && bytes[index + 1] == 0x0a)
    }.map { bytes[$0] }
  }
}
