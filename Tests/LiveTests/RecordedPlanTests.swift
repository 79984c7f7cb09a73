import Foundation
import Testing

/// Writes what a virtual machine has to play, when `scripts/vm/test` asks for it.
@Suite struct RecordedPlanTests {
  static let folder = ProcessInfo.processInfo.environment["IPCDUMP_WRITE_PLAN"]

  @Test("every scenario has a number of its own")
  func numbers() {
    #expect(RecordedScenario.all.enumerated().allSatisfy { $0.offset == $0.element.number })
  }

  @Test("plans are written", .enabled(if: folder != nil, "IPCDUMP_WRITE_PLAN names no folder"))
  func write() throws {
    let folder = URL(filePath: try #require(Self.folder))
    let isQuick = ProcessInfo.processInfo.environment["QUICK"] == "1"
    let chosen = isQuick ? RecordedScenario.quick : RecordedScenario.all
    for isLate in [false, true] {
      let lines = chosen.filter { $0.isLate == isLate }.map(\.planLine).joined()
      try Data(lines.utf8).write(to: folder.appending(path: isLate ? "late" : "main"))
    }
    let probes = KernelFeature.allCases.map(\.planLine).joined()
    try Data(probes.utf8).write(to: folder.appending(path: "features"))
  }
}
