import Testing

@testable import IPCTop

@Suite("Figures")
struct FigureTests {
  @Test(arguments: [
    (0 as UInt64, "0"), (999, "999"), (1000, "1.00k"), (1234, "1.23k"), (1235, "1.24k"), (9994, "9.99k"),
    (9996, "10.0k"), (12_345, "12.3k"), (99_960, "100k"), (123_456, "123k"), (999_499, "999k"),
    (999_500, "1.00M"), (1_000_000, "1.00M"), (.max, "18.4E"),
  ])
  func `have three digits`(_ value: UInt64, _ text: String) {
    #expect(Figure.count(value) == text)
    #expect(text.count <= 5)
  }

  @Test(arguments: [
    (nil as UInt64?, "-"), (0, "0ns"), (999, "999ns"), (1500, "1.50µs"), (12_345_678, "12.3ms"),
    (1_000_000_000, "1.00s"),
  ])
  func `of times have units`(_ value: UInt64?, _ text: String) {
    #expect(Figure.time(value) == text)
  }
}
