/// What it costs to put transfers together to messages, beside showing their contents, and how fast captures are decoded.
struct MessageDecoding {
  private struct Row {
    var workload: Workload
    /// CPU time in user space of a trace with `--messages`, in terms of one with `-x`.
    var ratio: Double
    var lost: Int
    /// From a capture, by CPU time: messages a second, and bytes in GB/s.
    var messageRate: Double
    var byteRate: Double
  }

  private var rows: [Row] = []

  /// Messages of one call.
  private static let messages = 2

  mutating func measure(rounds: Int, scale: Double, on stage: Stage) throws(BenchFailure) {
    for workload in [Workload.jsonRPC.scaled(by: scale), .http.scaled(by: scale)] {
      var (shown, decoded): (Samples, Samples) = ([], [])
      var lost = 0
      for _ in 0..<rounds {
        for isDecoded in [false, true] {
          let run = try Self.trace(workload, isDecoded ? ["--messages"] : ["-x"], on: stage)
          if isDecoded { decoded.append(run.seconds) } else { shown.append(run.seconds) }
          lost = max(lost, run.lost)
        }
      }
      let (seconds, bytes) = try Self.decodeCapture(of: workload, on: stage)
      rows.append(
        Row(
          workload: workload, ratio: decoded.median / shown.median, lost: lost,
          messageRate: Double(workload.count * Self.messages) / seconds,
          byteRate: Double(bytes) / 1e9 / seconds))
    }
  }

  /// CPU seconds of ipcdump alone in user space, less those of a trace of nothing.
  private static func trace(
    _ workload: Workload, _ options: [String], on stage: Stage
  ) throws(BenchFailure) -> (seconds: Double, lost: Int) {
    let words = stage.ipcdump + ["-f", "json", "-o", "/dev/null"] + options + ["--"]
    let idle = try ChildProcess(words + ["true"]).wait().userSeconds
    let run = try stage.finish(
      words + workload.command(program: stage.load, report: stage.folder.file("report")))
    return (max(run.tracerSeconds - idle, 0.001), run.closing?.lost ?? 0)
  }

  private static func decodeCapture(
    of workload: Workload, on stage: Stage
  ) throws(BenchFailure) -> (seconds: Double, bytes: Int) {
    let file = stage.folder.file("messages.pcapng")
    let command = workload.command(program: stage.load, report: stage.folder.file("report"))
    let run = try stage.finish(stage.ipcdump + ["-q", "-w", file, "--buffer-size", "256M", "--"] + command)
    let words = [stage.ipcdump[0], "-q", "-r", file, "-f", "json", "-o", "/dev/null", "--messages"]
    let ending = try ChildProcess(words).wait()
    stage.folder.remove("messages.pcapng")
    guard ending.status == 0 else {
      throw BenchFailure("\(words.joined(separator: " ")): status \(ending.status)")
    }
    return (max(ending.userSeconds, 0.001), run.load.bytes)
  }

  var figures: [Figure] {
    rows.flatMap { row in
      [
        Figure.atMost(
          1.25, "×", "\(row.workload.title), --messages: CPU time in user space / with -x", row.ratio,
          measured: "\(row.ratio.decimal) ×; \(row.lost.grouped) lost at most in a round"),
        row.workload.name == Workload.http.name
          ? Figure(
            title: "the same from a capture: bodies passed over", target: "≥ 1 GB/s",
            measured: "\(row.byteRate.decimal) GB/s", isReached: row.byteRate >= 1)
          : Figure(
            title: "the same from a capture: messages decoded", target: "≥ 200,000 a second",
            measured: "\(Int(row.messageRate).grouped) a second", isReached: row.messageRate >= 200_000),
      ]
    }
  }
}
