import Foundation
import IPCModel
import Testing

@testable import IPCReport

@Suite("The colours of kinds")
struct KindColorTests {
  @Test func `are one each, and there are some for kinds to come`() {
    #expect(Set(Kind.all.map(\.row.color)).count == Kind.all.count)
    for shade in [\KindColor.Shades.light, \.dark, \.graph] {
      #expect(Set(KindColor.allCases.map { $0.shades[keyPath: shade] }).count == KindColor.allCases.count)
    }
  }

  /// WCAG 2.2, 1.4.11: of figures, a ratio of three.
  @Test(arguments: KindColor.allCases) func `stand out from their grounds`(_ color: KindColor) throws {
    #expect(try contrast(color.shades.light, "#ffffff") >= 3)
    #expect(try contrast(color.shades.dark, "#181b21") >= 3)
  }

  @Test func `are in the page for every kind`() {
    let style = Page(Report(title: "", program: "", clock: Scene.clock)).html
    for kind in Kind.all {
      #expect(style.contains("--kind-\(kind.rawValue): light-dark(\(kind.row.color.shades.light), "))
      #expect(style.contains(".fill-\(kind.rawValue) {"))
    }
    #expect(!style.contains("{{"))
  }

  /// Ratio of two colours' luminances (WCAG 2.2, "contrast ratio").
  private func contrast(_ first: String, _ second: String) throws -> Double {
    let luminances = try [luminance(of: first), luminance(of: second)].sorted()
    return (luminances[1] + 0.05) / (luminances[0] + 0.05)
  }

  private func luminance(of color: String) throws -> Double {
    let number = try #require(UInt32(color.dropFirst(), radix: 16))
    let weights = [0.2126, 0.7152, 0.0722]
    return zip([16, 8, 0], weights).reduce(0) { sum, part in
      let share = Double(number >> UInt32(part.0) & 0xFF) / 255
      return sum + part.1 * (share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4))
    }
  }
}
