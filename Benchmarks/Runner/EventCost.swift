/// User-space CPU time that ipcdump spends on an event.
struct EventCost {
  /// A way to show or to keep events.
  private struct Mode {
    let name: String
    let options: [String]
    /// Nanoseconds; nil for one that is only compared.
    var limit: Double?
  }

  private static let output = ["-o", "/dev/null", "--"]
  private static let shownWhole = Mode(name: "json with contents", options: ["-x", "-f", "json"] + output)
  private static let kept = Mode(name: "kept by -w", options: ["-w", "/dev/null", "--"])
  private static let modes = [
    Mode(name: "json", options: ["-f", "json"] + output, limit: 300),
    Mode(name: "text", options: ["-f", "text"] + output, limit: 300),
    Mode(name: "csv", options: ["-f", "csv"] + output, limit: 250),
    shownWhole, kept,
  ]

  private var costs: [String: Samples] = [:]

  /// Traces the workload in each mode; what a trace of nothing takes is taken off.
  mutating func measureRound(_ workload: Workload, on stage: Stage) throws(BenchFailure) {
    let command = workload.command(program: stage.load, report: stage.folder.file("report"))
    let nothing = workload.scaled(by: 0).command(program: stage.load, report: stage.folder.file("report"))
    for mode in Self.modes {
      let words = stage.ipcdump + mode.options
      let start = try stage.finish(words + nothing).tracerSeconds
      let run = try stage.finish(words + command)
      guard let closing = run.closing, closing.captured > 0 else { continue }
      costs[mode.name, default: []].append((run.tracerSeconds - start) * 1e9 / Double(closing.captured))
    }
  }

  var figures: [Figure] {
    var figures: [Figure] = []
    for mode in Self.modes {
      guard let cost = costs[mode.name], let limit = mode.limit else { continue }
      figures.append(
        .atMost(
          limit, "ns", "user-space CPU an event, \(mode.name)", cost.median, measured: Self.text(cost)))
    }
    // What -w keeps are the contents, too.
    if let kept = costs[Self.kept.name], let shown = costs[Self.shownWhole.name] {
      figures.append(
        .atMost(
          shown.median.rounded(), "ns", "the same, \(Self.kept.name) / \(Self.shownWhole.name)", kept.median,
          measured: Self.text(kept)))
    }
    return figures
  }

  private static func text(_ cost: Samples) -> String {
    "\(cost.median.decimal) (\(cost.least.decimal)–\(cost.greatest.decimal)) ns"
  }
}
