import Testing

@testable import IPCFormats

@Suite("Text on a terminal")
struct TerminalTextTests {
  @Test(arguments: [
    ("abc", 3), ("", 0), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("a日", 3), ("µs", 2), ("🙂", 2),
  ])
  func `takes columns`(_ text: String, _ width: Int) {
    #expect(TerminalText.width(of: text) == width)
  }

  @Test(
    arguments: [
      ("/run/user/1000/bus", 18, "/run/user/1000/bus"), ("/run/user/1000/bus", 11, "/run/…0/bus"),
      ("abc", 1, "…"),
      ("abc", 0, ""), ("日本語日本語", 7, "日…本語"), ("日本語日本語", 6, "日…語"),
    ])
  func `is shortened in its middle`(_ text: String, _ columns: Int, _ expected: String) {
    let shortened = TerminalText.shortened(text, to: columns)
    #expect(shortened == expected)
    #expect(TerminalText.width(of: shortened) <= columns)
  }

  @Test func `is broken between words`() {
    #expect(TerminalText.wrapped("one two three", columns: 80, indentation: 2) == ["one two three"])
    #expect(TerminalText.wrapped("one two three", columns: 8, indentation: 2) == ["one two", "  three"])
    #expect(
      TerminalText.wrapped("  one two three", columns: 9, indentation: 4) == ["  one two", "    three"])
    #expect(TerminalText.wrapped("unbreakable word", columns: 5, indentation: 1) == ["unbreakable", " word"])
  }

  @Test func `loses no word`() {
    let line = (1...200).map { String(repeating: "x", count: $0 % 17 + 1) }.joined(separator: " ")
    let parts = TerminalText.wrapped(line, columns: 40, indentation: 3)
    #expect(parts.allSatisfy { TerminalText.width(of: $0) <= 40 })
    #expect(parts.flatMap { $0.split(separator: " ") } == line.split(separator: " "))
    #expect(parts.dropFirst().allSatisfy { $0.hasPrefix("   x") })
  }
}
