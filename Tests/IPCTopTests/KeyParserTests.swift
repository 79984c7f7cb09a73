import Testing

@testable import IPCTop

@Suite("Keys")
struct KeyParserTests {
  static let sequences: [(String, [Key])] = [
    ("j", [.character("j")]), (" ", [.character(" ")]), ("é日", [.character("é"), .character("日")]),
    ("\u{1b}[A", [.up]), ("\u{1b}OB", [.down]), ("\u{1b}[C\u{1b}[D", [.right, .left]),
    ("\u{1b}[5~\u{1b}[6~", [.pageUp, .pageDown]), ("\u{1b}[H\u{1b}[4~", [.home, .end]),
    ("\u{1b}[1~", [.home]),
    ("\u{1b}[3~", [.delete]), ("\r", [.enter]), ("\t", [.tab]), ("\u{7f}\u{8}", [.backspace, .backspace]),
    ("\u{3}\u{1a}", [.control(UInt8(ascii: "C")), .control(UInt8(ascii: "Z"))]),
    ("\u{1b}[<0;5;3M", [.click(row: 2, column: 4)]), ("\u{1b}[<0;5;3m", []),
    ("\u{1b}[<64;1;1M\u{1b}[<65;1;1M", [.wheel(-1), .wheel(1)]), ("\u{1b}[<2;1;1M", []),
    ("\u{1b}[1;5C", [.right]), ("\u{1b}[200~x", [.character("x")]), ("\u{1b}j", [.escape, .character("j")]),
    ("\u{85}", []), ("\u{0}", []), ("\u{1b}[99999999999999999999~q", [.character("q")]),
  ]

  @Test(arguments: sequences)
  func `come out of whatever a terminal sends, in however many pieces`(_ sent: String, _ keys: [Key]) {
    var parser = KeyParser()
    let bytes = Array(sent.utf8)
    #expect(parser.take(bytes) == keys && !parser.isUndecided)
    var pieces: [Key] = []
    for byte in bytes { pieces += parser.take([byte]) }
    #expect(pieces == keys && !parser.isUndecided, "byte by byte")
  }

  @Test func `an Esc is one if nothing follows`() {
    var parser = KeyParser()
    #expect(parser.take([0x1B]).isEmpty && parser.isUndecided)
    #expect(parser.flush() == [.escape] && !parser.isUndecided)
    #expect(parser.take(Array("\u{1b}[".utf8)).isEmpty)
    #expect(parser.flush() == [.escape])
    #expect(parser.take(Array("q".utf8)) == [.character("q")])
  }

  @Test func `noise of any length is no key and does not stay`() {
    var parser = KeyParser()
    _ = parser.take([0x1B, 0x5B] + [UInt8](repeating: 0x31, count: 5000))
    #expect(parser.take(Array("~q".utf8)).last == .character("q"))
    #expect(parser.take([0xFF, 0xC0, 0x80, 0x71]) == [.character("q")])
  }
}
