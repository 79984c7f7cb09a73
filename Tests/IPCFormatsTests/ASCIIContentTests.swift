import TestSupport
import Testing

@testable import IPCFormats

@Suite("Contents as ASCII")
struct ASCIIContentTests {
  private func shown(_ bytes: [UInt8]) -> String {
    written { output in bytes.withUnsafeBytes { output.appendASCII($0) } }
  }

  private func shown(_ text: String) -> String { shown(Array(text.utf8)) }

  /// The lines without the tabs that indent them; nil if they are not all indented and ended.
  private func lines(of shown: String) -> [Substring]? {
    let lines = shown.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.last == "", lines.dropLast().allSatisfy({ $0.first == "\t" }) else { return nil }
    return lines.dropLast().map { $0.dropFirst() }
  }

  /// The bytes that the lines stand for; nil if something in them is neither printable nor an escape sequence.
  private func decoded(_ shown: String) -> [UInt8]? {
    guard let lines = lines(of: shown) else { return nil }
    var bytes: [UInt8] = []
    var rest = Array(lines.joined().utf8)[...]
    while let byte = rest.popFirst() {
      guard (0x20...0x7e).contains(byte) else { return nil }
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "n"): bytes.append(0x0a)
      case UInt8(ascii: "r"): bytes.append(0x0d)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "\\"): bytes.append(0x5c)
      case UInt8(ascii: "x"):
        guard let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
          return nil
        }
        bytes.append(value)
        rest = rest.dropFirst(2)
      default: return nil
      }
    }
    return bytes
  }

  @Test func `are nothing for no bytes`() {
    #expect(shown("") == "")
  }

  @Test func `show a request line for line`() {
    #expect(
      shown("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == """
        \tGET / HTTP/1.1\\r\\n
        \tHost: a\\r\\n
        \t\\r\\n

        """)
  }

  @Test(arguments: [
    ("a\tb\\n", #"a\tb\\n"#), ("\u{1b}[2J\u{0}\u{7f}", #"\x1b[2J\x00\x7f"#), ("é", #"\xc3\xa9"#),
    (#"{"a":'b'}"#, #"{"a":'b'}"#), ("\u{1b}b", #"\x1bb"#),
  ])
  func `escape what is not printable, and backslashes`(text: String, expected: String) {
    #expect(shown(text) == "\t\(expected)\n")
  }

  @Test func `show a space at the end of a line, where none could be seen`() {
    #expect(shown(" ") == "\t\\x20\n")
    #expect(shown("$ ") == "\t$\\x20\n")
    #expect(shown("a \nb ") == "\ta \\n\n\tb\\x20\n")
    let full = String(repeating: "a", count: 95)
    #expect(shown(full + " b") == "\t\(full)\\x20\n\tb\n")
    #expect(shown(full + " \n") == "\t\(full)\\x20\n\t\\n\n")
  }

  @Test func `break a line where it is full`() {
    let full = String(repeating: "a", count: 96)
    #expect(shown(full) == "\t\(full)\n")
    #expect(shown(full + "b") == "\t\(full)\n\tb\n")
  }

  @Test(arguments: 92...96)
  func `cut no escape sequence`(count: Int) {
    let start = String(repeating: "a", count: count)
    #expect(shown(start + "\u{1}") == (count == 92 ? "\t\(start)\\x01\n" : "\t\(start)\n\t\\x01\n"))
    #expect(shown(start + "\n") == (count <= 94 ? "\t\(start)\\n\n" : "\t\(start)\n\t\\n\n"))
  }

  @Test func `come back whatever they are`() {
    var generator = SeededRandom(seed: 6)
    for _ in 0..<2_000 {
      let bytes = randomContent(&generator)
      let text = shown(bytes)
      #expect(text.utf8.allSatisfy { (0x20...0x7e).contains($0) || $0 == 0x0a || $0 == 0x09 })
      #expect(lines(of: text)?.allSatisfy { $0.utf8.count <= 99 && $0.last != " " && !$0.isEmpty } == true)
      #expect(decoded(text) == bytes)
    }
    #expect(decoded(shown(Array(0...255))) == Array(0...255))
  }
}
