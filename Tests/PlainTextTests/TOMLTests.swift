import Testing

@testable import PlainText

@Suite("TOML")
struct TOMLTests {
  /// `key value` and where both stand, or what is wrong.
  private func read(_ text: String) -> String {
    do throws(TOMLError) {
      return try TOMLEntry.entries(of: Array(text.utf8)).map { entry in
        let items = entry.items.map { item in
          switch item.value {
          case .text(let text): "'\(text)'"
          case .number(let number): number
          case .flag(let flag): "\(flag)"
          }
        }
        return entry.key + "=" + (entry.isArray ? "[\(items.joined(separator: ","))]" : items[0])
      }.joined(separator: " ")
    } catch {
      return "\(error.place.line):\(error.place.column) \(error.message)"
    }
  }

  @Test(arguments: [
    ("", ""), ("# nothing\n\n  # else", ""), ("a = 1", "a=1"), ("a=1\r\nb = true # yes\r\n", "a=1 b=true"),
    ("\"a b\" = \"x\"\n'c' = 'y'", "a b='x' c='y'"), ("file-count = 20", "file-count=20"),
    (#"a = "\t\"\\\u00e9\U0001F600""#, "a='\t\"\\é😀'"), (#"a = 'C:\new'"#, #"a='C:\new'"#),
    ("a = 1_000\nb = +5\nc = -7\nd = 0x1F\ne = 0.5\nf = 0", "a=1000 b=5 c=-7 d=31 e=0.5 f=0"),
    ("a = []", "a=[]"), ("a = [ 1, \"x\", true ]", "a=[1,'x',true]"),
    ("a = [ # first\n  1, # one\n\n  2,\n]\nb = 3", "a=[1,2] b=3"), ("\u{FEFF}a = 1", "a=1"),
    ("a = \"\"", "a=''"),
  ])
  func `is read as far as options need it`(_ text: String, _ expected: String) {
    #expect(read(text) == expected)
  }

  @Test(arguments: [
    ("a", "1:2 a key is followed by = and its value"), ("= 1", "1:1 a line begins with a key"),
    ("a = ", "1:5 a value is missing"), ("a = \nb = 1", "1:5 a value is missing"),
    ("a = 1 2", "1:7 nothing may stand behind a value but a comment"),
    ("a = text", "1:5 'text' is no value; texts stand in quotation marks, as in \"text\""),
    ("\n  a = \"x", "2:7 a text that begins here has no end in its line"),
    ("a = \"\"\"x\"\"\"", "1:5 there are no texts of several lines here"),
    ("a = 'x\ny'", "1:5 a text that begins here has no end in its line"),
    ("[table]\na = 1", "1:1 there are no tables here; set options without a table"),
    ("[[table]]", "1:1 there are no tables here; set options without a table"),
    ("a.b = 1", "1:2 there are no dotted keys here; an option is one word"),
    ("a = {b = 1}", "1:5 there are no tables here"), ("a = [[1]]", "1:6 there are no arrays in arrays here"),
    ("a = [1 2]", "1:8 values of an array are followed by , or ]"),
    ("a = [1,\n2", "2:2 values of an array are followed by , or ]"), ("a = [,]", "1:6 a value is missing"),
    ("a = 1979-05-27", "1:5 no option takes a date or time of day"),
    ("a = 07:32:00", "1:5 no option takes a date or time of day"),
    ("a = 012", "1:5 '012' is no value; texts stand in quotation marks, as in \"012\""),
    ("a = 1__0", "1:5 '1__0' is no value; texts stand in quotation marks, as in \"1__0\""),
    ("a = 60s", "1:5 '60s' is no value; texts stand in quotation marks, as in \"60s\""),
    (
      #"a = "\q""#, #"1:6 there is no such escape; \\ is a backslash, and nothing is escaped between '"#
    ),
    (
      #"a = "\ud800""#, #"1:6 there is no such escape; \\ is a backslash, and nothing is escaped between '"#
    ),
    ("é = 1", "1:1 a line begins with a key"),
    ("a = \"é\" x", "1:9 nothing may stand behind a value but a comment"),
    ("a = \"\u{1}\"", "1:6 control characters are written as escapes"),
    ("# \u{7F}", "1:3 control characters are written as escapes"),
    ("a = 1\rb = 2", "1:6 a carriage return stands before an end of line only"),
    ("a = 1\n\nb = 2\na = 3", "4:1 'a' is set already, in line 1; an array takes several values"),
  ])
  func `that is wrong, or more than options need, is refused with its place`(
    _ text: String, _ expected: String
  ) {
    #expect(read(text) == expected)
  }

  @Test func `that is not in UTF-8 is refused`() {
    #expect(throws: TOMLError.self) { try TOMLEntry.entries(of: [0x61, 0x3D, 0x22, 0xFF, 0x22]) }
  }
}
