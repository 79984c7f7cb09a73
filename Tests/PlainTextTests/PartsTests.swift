import PlainText
import Testing

@Suite("Parts of a text")
struct PartsTests {
  @Test(arguments: [
    ("", ",", [""]), (",", ",", ["", ""]), ("a, b, c", ", ", ["a", "b", "c"]), ("a,b", "", ["a,b"]),
    ("aaa", "aa", ["", "a"]), ("é—é", "—", ["é", "é"]), ("a", "abc", ["a"]),
  ]) func `are those between the places of another one`(text: String, between: String, parts: [String]) {
    #expect(text.parts(between: between) == parts)
    #expect(text.holds(between) == (parts.count > 1))
    #expect(text.with("|", for: between) == parts.joined(separator: "|"))
  }
}
