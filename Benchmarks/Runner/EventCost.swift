/// User-space CPU time that ipcdump spends on an event.
struct EventCost {
  private static let formats: [(name: String, limit: Double)] = [("json", 300), ("text", 300), ("csv", 250)]

  private var costs: [String: Samples] = [:]
  private var lost: [String: Int] = [:]

  /// Traces the workload in each format; what a trace of nothing takes is taken off.
  mutating func measureRound(_ workload: Workload, on stage: Stage) throws(BenchFailure) {
    let command = workload.command(program: stage.load, report: stage.folder.file("report"))
    let nothing = workload.scaled(by: 0).command(program: stage.load, report: stage.folder.file("report"))
    for (format, _) in Self.formats {
      let words = stage.ipcdump + ["-f", format, "-o", "/dev/null", "--"]
      let start = try stage.finish(words + nothing).tracerSeconds
      let run = try stage.finish(words + command)
      guard let closing = run.closing, closing.captured > 0 else { continue }
      lost[format] = max(lost[format] ?? 0, closing.lost)
      costs[format, default: []].append((run.tracerSeconds - start) * 1e9 / Double(closing.captured))
    }
  }

  var figures: [Figure] {
    Self.formats.compactMap { format, limit in
      guard let cost = costs[format] else { return nil }
      return .atMost(
        limit, "ns", "user-space CPU an event, \(format)", cost.median,
        measured: "\(cost.median.decimal) (\(cost.least.decimal)–\(cost.greatest.decimal)) ns")
    }
  }
}
