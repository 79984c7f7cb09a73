extension Comparison {
  /// The targets that the rounds decide; those of workloads that were not measured are left out.
  var figures: [Figure] {
    var figures: [Figure] = []
    func add(
      _ workload: Workload, _ condition: Condition, _ title: String, _ limit: Double,
      to base: Condition = .untraced
    ) {
      if let ratio = ratio(workload, condition, to: base) { figures.append(.atMost(limit, title, ratio)) }
    }
    func addLoss(_ condition: Condition, _ title: String) {
      guard let cell = cell(.stream512, condition) else { return }
      figures.append(
        .none(
          title, cell.lost, measured: "\(cell.lost), \(cell.exactRounds) of \(cell.rounds) rounds exact"))
    }
    let count = workloads.first { $0.name == Workload.stream512.name }?.count.grouped ?? ""
    addLoss(.metadata, "pipe, \(count) writes of 512 B, metadata: lost at most in a round")
    add(.stream512, .metadata, "the same, traced/untraced", 2.5)
    addLoss(.contents, "the same with -x: lost at most in a round")
    add(.stream512, .contents, "the same with -x, traced/untraced", 4)
    add(.pipe, .metadata, "pipe there and back, traced/untraced", 1.4)
    add(.unixStream, .metadata, "unix stream there and back, traced/untraced", 1.3)
    add(.tcp, .metadata, "TCP there and back, traced/untraced", 1.2)
    add(.kill, .metadata, "kill, traced/untraced", 1.4)
    func addFloor(_ workload: Workload, _ condition: Condition, _ title: String, _ limit: Double) {
      guard added(workload, .floor) != nil, added(workload, condition) != nil else { return }
      guard let ratio = ratioToFloor(workload, condition) else {
        return figures.append(
          Figure(
            title: title, target: "≤ \(limit) ×", measured: "the floor is lost in the noise", isReached: false
          ))
      }
      figures.append(.atMost(limit, title, ratio))
    }
    for workload in [Workload.pipe, .unixStream, .tcp, .udp, .pty, .kill] {
      addFloor(workload, .metadata, "\(workload.title): added / the floor's", 1.5)
    }
    for workload in [Workload.pipe, .pipe512, .unixStream, .tcp, .udp, .pty] {
      addFloor(workload, .contents, "\(workload.title), -x: added / the floor's", 2)
    }
    add(.getppid, .metadata, "getppid in the traced command / with an empty program", 1.1, to: .empty)
    add(.getppid, .otherPid, "getppid outside of the trace / with an empty program", 1.1, to: .empty)
    add(.pipe, .otherPid, "pipe filtered out by pid / with an empty program", 1.25, to: .empty)
    add(.pipe, .otherComm, "pipe filtered out by name / with an empty program", 1.25, to: .empty)
    add(.pipe, .otherUser, "pipe filtered out by user / with an empty program", 1.25, to: .empty)
    add(.pipe, .otherCgroup, "pipe filtered out by cgroup / with an empty program", 1.25, to: .empty)
    add(.pipe, .otherPath, "pipe filtered out by path / with an empty program", 1.25, to: .empty)
    add(
      .unixPath, .otherPath, "unix stream filtered out by path / with an empty program", 1.25, to: .empty)
    add(.tcp, .otherPort, "TCP filtered out by port / with an empty program", 1.25, to: .empty)
    add(.udp, .otherPort, "UDP filtered out by port / with an empty program", 1.25, to: .empty)
    return figures
  }

  /// Workloads by conditions, as a Markdown table of ratios to untraced.
  var table: MarkdownTable {
    let shown = conditions.filter { $0 != .untraced }
    var table = MarkdownTable(head: ["workload", "untraced, ns"] + shown.map(\.title))
    for workload in workloads {
      let untraced = cell(workload, .untraced)?.times.median ?? .nan
      table.rows.append(
        [workload.title, untraced.decimal] + shown.map { ratio(workload, $0)?.text ?? "–" })
    }
    return table
  }

  /// What tracing adds to a transfer, in terms of what the floor adds.
  var floorTable: MarkdownTable {
    let shown = conditions.filter { $0.isTracer }
    var table = MarkdownTable(head: ["workload", "untraced, ns", "floor adds, ns"] + shown.map(\.title))
    for workload in workloads {
      guard let floor = added(workload, .floor), let untraced = cell(workload, .untraced)?.times else {
        continue
      }
      table.rows.append(
        [workload.title, (untraced.median / Double(workload.transfers)).decimal, floor.median.decimal]
          + shown.map { ratioToFloor(workload, $0)?.text ?? "–" })
    }
    return table
  }

  /// What ipcdump lost and whether it told every transfer once.
  var lossTable: MarkdownTable {
    var table = MarkdownTable(head: [
      "workload", "events", "lost", "rounds exact", "lost with -x", "rounds exact",
    ])
    for workload in workloads where workload.transfers > 0 {
      guard let plain = cell(workload, .metadata), let whole = cell(workload, .contents) else { continue }
      table.rows.append([
        workload.title, (workload.count * workload.transfers).grouped,
        plain.lost.grouped, "\(plain.exactRounds) of \(plain.rounds)",
        whole.lost.grouped, "\(whole.exactRounds) of \(whole.rounds)",
      ])
    }
    return table
  }
}
