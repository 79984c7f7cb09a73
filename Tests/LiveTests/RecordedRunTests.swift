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

  @Test(arguments: RecordedRuns.cases)
  func `every transfer is told once on every kernel, with the right ends and bytes`(_ each: RecordedRuns.Case)
    throws
  {
    let row = try RecordedRuns.open(each.row)
    try report(RecordedJudge(row: row).verdict(each.scenario), in: row)
  }

  @Test(arguments: RecordedRuns.rows, RecordedRow.Part.allCases)
  func `nothing is lost`(_ name: String, _ part: RecordedRow.Part) throws {
    let row = try RecordedRuns.open(name)
    guard row.planned.contains(where: { row.part(of: $0) == part }) else { return }
    try report(RecordedJudge(row: row).closing(part), in: row)
  }

  @Test(arguments: RecordedRuns.rows)
  func `a way of attaching that loses says so`(_ name: String) throws {
    let row = try RecordedRuns.open(name)
    guard !row.planned.isEmpty else { return }
    try report(RecordedJudge(row: row).forced(), in: row)
  }

  @Test(arguments: RecordedRuns.rows)
  func `checks inside of the guest pass`(_ name: String) throws {
    let row = try RecordedRuns.open(name)
    for check in row.checks {
      try check.write(to: row.folder)
      if check.result == .failed { Issue.record("\(name), check \(check.name): \(check.reason)") }
    }
  }
}
