import Foundation
import Testing

/// Writes what a virtual machine has to play, when `scripts/vm/test` asks for it.
@Suite struct RecordedPlanTests {
  static let folder = ProcessInfo.processInfo.environment["IPCDUMP_WRITE_PLAN"]

  @Test func `every scenario has a number of its own`() {
    #expect(RecordedScenario.all.enumerated().allSatisfy { $0.offset == $0.element.number })
  }

  @Test(.enabled(if: folder != nil, "IPCDUMP_WRITE_PLAN names no folder"))
  func `plans are written`() throws {
    let plans = URL(filePath: try #require(Self.folder))
    for (name, chosen) in [
      ("all", RecordedScenario.all), ("quick", RecordedScenario.quick), ("few", RecordedScenario.few),
    ] {
      let folder = plans.appending(path: name)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for isLate in [false, true] {
        let lines = chosen.filter { $0.isLate == isLate }.map(\.planLine).joined()
        try Data(lines.utf8).write(to: folder.appending(path: isLate ? "late" : "main"))
      }
      let probes = KernelFeature.allCases.map(\.planLine).joined()
      try Data(probes.utf8).write(to: folder.appending(path: "features"))
    }
  }
}
