import Testing

/// Judges what virtual machines brought back: `scripts/vm/test` boots them, then runs these tests.
///
/// Each verdict is also written into the row's folder, from which `scripts/vm/table` makes the matrix.
@Suite(.serialized, .enabled(if: RecordedRuns.folder != nil, "IPCDUMP_RECORDED_RUNS names no recordings"))
struct RecordedRunTests {
  private func report(_ verdict: RecordedVerdict, in row: RecordedRow) throws {
    try verdict.write(to: row.folder)
    switch verdict.result {
    case .passed: break
    case .skipped: try Test.cancel("\(verdict.reason)")
    case .failed: Issue.record("\(row.name), \(verdict.name): \(verdict.reason)")
    }
  }

  @Test(
    "every transfer is told once on every kernel, with the right ends and bytes",
    arguments: RecordedRuns.cases)
  func scenario(_ each: RecordedRuns.Case) throws {
    let row = try RecordedRuns.open(each.row)
    try report(RecordedJudge(row: row).verdict(each.scenario), in: row)
  }

  @Test("nothing is lost", arguments: RecordedRuns.rows, RecordedRow.Part.allCases)
  func closing(_ name: String, _ part: RecordedRow.Part) throws {
    let row = try RecordedRuns.open(name)
    guard row.planned.contains(where: { row.part(of: $0) == part }) else { return }
    try report(RecordedJudge(row: row).closing(part), in: row)
  }

  @Test("a way of attaching that loses says so", arguments: RecordedRuns.rows)
  func forced(_ name: String) throws {
    let row = try RecordedRuns.open(name)
    guard !row.planned.isEmpty else { return }
    try report(RecordedJudge(row: row).forced(), in: row)
  }

  @Test("checks inside of the guest pass", arguments: RecordedRuns.rows)
  func checks(_ name: String) throws {
    let row = try RecordedRuns.open(name)
    for check in row.checks {
      try check.write(to: row.folder)
      if check.result == .failed { Issue.record("\(name), check \(check.name): \(check.reason)") }
    }
  }
}
