import Foundation
import Glibc
import Testing

extension Session {
  /// Asks until the answer is the right one; every SIGUSR1 is answered by one line.
  func nextSummary(
    of ipcdump: ChildProcess, where isRight: (SummaryEdges) -> Bool = { _ in true }
  ) async throws -> SummaryEdges {
    var found: SummaryEdges?
    var said = try toldSummaries().count
    ipcdump.send(SIGUSR1)
    let isFound = try await eventually(seconds: 20) {
      let summaries = try toldSummaries()
      guard let last = summaries.last, summaries.count > said else { return ipcdump.poll() != nil }
      if isRight(last) {
        found = last
        return true
      }
      said = summaries.count
      ipcdump.send(SIGUSR1)
      return false
    }
    let seen = try folder.text("ipcdump.out")
    let complaints = try folder.text("ipcdump.err")
    #expect(isFound, "no such summary: \(seen) \(complaints)")
    return try #require(found, "\(seen) \(complaints)")
  }

  private func toldSummaries() throws -> [SummaryEdges] {
    try LiveTests.SummaryTests.summaries(folder.contents("ipcdump.out"))
  }
}
