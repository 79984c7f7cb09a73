/// Whether the lines of the output are the transfers that happened, counted without ipcdump.
struct ExactCount {
  private var rows: [(title: String, load: LoadReport, file: EventFile, lost: Int)] = []

  mutating func measure(_ workload: Workload, on stage: Stage) throws(BenchFailure) {
    for (title, options) in [("metadata", []), ("contents (-x)", ["-x"])] {
      let file = stage.folder.file("events")
      let run = try stage.finish(
        stage.ipcdump + ["-f", "json", "-o", file] + options + ["--"]
          + workload.command(program: stage.load, report: stage.folder.file("report")))
      rows.append((title, run.load, try EventFile(path: file), run.closing?.lost ?? -1))
      stage.folder.remove("events")
    }
  }

  var figures: [Figure] {
    rows.map { row in
      let title =
        "\(row.load.count.grouped) writes of 512 B to a file, \(row.title): lines and bytes that are missing"
      let told = "\(row.file.events.grouped) of \(row.load.transfers.grouped) lines, \(row.lost.grouped) lost"
      guard row.lost > 0, row.title.contains("-x") else {
        let wrong =
          abs(row.load.transfers - row.file.events) + row.file.losses + abs(row.load.bytes - row.file.bytes)
        return .none(title, wrong, measured: "\(wrong) (\(told))")
      }
      // Where the file takes less than there is, what is not there must have been counted.
      let wrong = max(0, row.load.transfers - row.file.events - row.lost)
      return .none("\(title), and not counted as lost", wrong, measured: "\(wrong) (\(told))")
    }
  }
}
