import TestSupport
import Testing

@testable import IPCTraffic

@Suite("A histogram of delays")
struct DelayHistogramTests {
  @Test func `without delays has no quantiles`() {
    #expect(DelayHistogram().quantile(permille: 500) == nil)
  }

  @Test(arguments: [0, 1, 15, 16, 17, 999, 123_456_789, UInt64.max - 1])
  func `of one delay tells it exactly`(_ delay: UInt64) {
    var histogram = DelayHistogram()
    histogram.add(delay)
    for permille: UInt64 in [1, 500, 990, 1000] { #expect(histogram.quantile(permille: permille) == delay) }
  }

  @Test func `is exact up to 15 ns`() {
    var histogram = DelayHistogram()
    for delay: UInt64 in 0...15 { histogram.add(delay) }
    for (permille, delay) in [(500, 7), (501, 8), (990, 15), (62, 0), (63, 1)] as [(UInt64, UInt64)] {
      #expect(histogram.quantile(permille: permille) == delay, "\(permille)")
    }
  }

  @Test func `is wrong by a sixteenth at most, whatever the delays and their order`() {
    var random = SeededRandom(seed: 1)
    for _ in 0..<50 {
      let delays = (0..<Int.random(in: 1...400, using: &random)).map { _ in
        random.next() >> UInt64.random(in: 0...63, using: &random)
      }
      var histogram = DelayHistogram()
      for delay in delays { histogram.add(delay) }
      #expect(histogram.count == delays.count)
      let sorted = delays.sorted()
      for permille: UInt64 in [1, 250, 500, 750, 990, 1000] {
        let exact = sorted[max((delays.count * Int(permille) + 999) / 1000, 1) - 1]
        let told = histogram.quantile(permille: permille) ?? 0
        let error = told > exact ? told - exact : exact - told
        #expect(error <= exact / 16, "\(told) for \(exact)")
      }
    }
  }

  @Test func `of many equal delays and one long one tells both`() {
    var histogram = DelayHistogram()
    for _ in 0..<99 { histogram.add(10) }
    histogram.add(1_000_000)
    #expect(histogram.quantile(permille: 990) == 10)
    #expect(histogram.quantile(permille: 1000) == 1_000_000)
  }
}
