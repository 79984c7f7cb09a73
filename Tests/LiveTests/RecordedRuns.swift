import Foundation
import Synchronization
import Testing

/// The folder of recordings, one folder a row of the matrix.
enum RecordedRuns {
  static let folder = ProcessInfo.processInfo.environment["IPCDUMP_RECORDED_RUNS"].map { URL(filePath: $0) }

  /// Rows that came to an end; of the others, the table says why not.
  static let rows: [String] = {
    guard let folder else { return [] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { name in
      FileManager.default.fileExists(atPath: folder.appending(path: "\(name)/release").path)
    }
    .sorted()
  }()

  /// One scenario on one kernel.
  struct Case: CustomTestStringConvertible {
    var row: String
    var scenario: RecordedScenario
    var testDescription: String { "\(row): \(scenario.name)" }
  }

  static let cases: [Case] = rows.flatMap { name in
    guard let row = try? open(name) else { return [Case]() }
    return row.planned.map { Case(row: name, scenario: $0) }
  }

  /// The row that was judged last; its events may be many.
  private static let opened = Mutex<RecordedRow?>(nil)

  static func open(_ name: String) throws -> RecordedRow {
    try opened.withLock { last in
      if let last, last.name == name { return last }
      guard let folder else { throw HarnessFailure(description: "no recordings") }
      let row = try RecordedRow(folder.appending(path: name))
      last = row
      return row
    }
  }
}
