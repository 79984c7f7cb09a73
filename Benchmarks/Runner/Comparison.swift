/// Every workload under every condition, round by round, so that whatever else goes on meets all of them alike.
struct Comparison {
  /// What tracing one workload in one way has shown.
  struct Cell {
    /// Time of an operation, in nanoseconds, a value a round.
    var times: Samples = []
    /// Most records that were lost in one round.
    var lost = 0
    /// Rounds in which as many events were told as transfers had happened.
    var exactRounds = 0
    var rounds = 0
  }

  private(set) var cells: [String: [Condition: Cell]] = [:]
  let workloads: [Workload]
  let conditions: [Condition]
  /// Whether CPU time is compared, which others on the machine disturb less, rather than time.
  let comparesCPU: Bool

  init(workloads: [Workload], conditions: [Condition], comparesCPU: Bool) {
    self.workloads = workloads
    self.conditions = conditions
    self.comparesCPU = comparesCPU
  }

  mutating func measureRound(on stage: Stage) throws(BenchFailure) {
    for workload in workloads {
      for condition in conditions where condition.workloads?.contains(workload.name) ?? true {
        let run = try stage.run(workload, under: condition)
        var cell = cells[workload.name]?[condition] ?? Cell()
        let spent = comparesCPU ? run.load.cpuNanoseconds : run.load.nanoseconds
        cell.times.append(spent / Double(run.load.count))
        cell.rounds += 1
        if let closing = run.closing {
          cell.lost = max(cell.lost, closing.lost)
          if closing.captured == run.load.transfers { cell.exactRounds += 1 }
        }
        cells[workload.name, default: [:]][condition] = cell
      }
    }
  }

  func cell(_ workload: Workload, _ condition: Condition) -> Cell? { cells[workload.name]?[condition] }

  /// What a condition costs in terms of another one; nil if either was not measured.
  func ratio(_ workload: Workload, _ condition: Condition, to base: Condition = .untraced) -> Ratio? {
    guard let times = cell(workload, condition)?.times, let base = cell(workload, base)?.times else {
      return nil
    }
    return times.ratio(to: base)
  }

  /// Nanoseconds that a condition adds to a transfer; nil if it was not measured, or there are no transfers.
  func added(_ workload: Workload, _ condition: Condition) -> Samples? {
    guard workload.transfers > 0, let times = cell(workload, condition)?.times,
      let untraced = cell(workload, .untraced)?.times
    else { return nil }
    return Samples(times.beyond(untraced).values.map { $0 / Double(workload.transfers) })
  }

  /// What a condition adds in terms of what the floor adds; nil if either was not measured, or if the floor cannot be told
  /// from what else takes time on this machine.
  func ratioToFloor(_ workload: Workload, _ condition: Condition) -> Ratio? {
    guard let floor = added(workload, .floor), floor.least > 0, let added = added(workload, condition) else {
      return nil
    }
    return added.ratio(to: floor)
  }
}
