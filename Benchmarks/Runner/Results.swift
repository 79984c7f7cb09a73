/// Everything that one run of the benchmark has measured, as a page shows it.
struct Results {
  var command: String
  var day: String
  var machine: String
  /// Programs beside ipcdump and their versions; those that are missing say so.
  var versions: [String]
  var comparison: Comparison
  var realWork: RealWork
  var figures: [Figure]

  var markdown: String {
    var targets = MarkdownTable(head: ["figure", "target", "measured", ""])
    for figure in figures {
      targets.rows.append(
        [figure.title, figure.target, figure.measured, figure.isReached ? "reached" : "**missed**"])
    }
    var parts = [
      """
      Measured on \(day) by `\(command)`.

      Machine: \(machine).

      Programs: \(versions.joined(separator: "; ")).
      """
    ]
    if !figures.isEmpty { parts.append("### Targets\n\n\(targets)") }
    if !comparison.workloads.isEmpty {
      let measure =
        comparison.comparesCPU ? "CPU time of the workload for an operation" : "Time of an operation"
      parts.append("### \(measure), traced/untraced\n\n\(comparison.table)")
      let floor = comparison.floorTable
      if !floor.rows.isEmpty {
        parts.append("### What tracing adds to a transfer, in terms of what the floor adds\n\n\(floor)")
      }
      let losses = comparison.lossTable
      if !losses.rows.isEmpty { parts.append("### What ipcdump reported\n\n\(losses)") }
    }
    let work = realWork.table
    if !work.rows.isEmpty { parts.append("### Time of real work, traced/untraced\n\n\(work)") }
    return parts.joined(separator: "\n\n")
  }
}
