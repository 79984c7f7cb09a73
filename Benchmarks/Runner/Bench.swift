import ArgumentParser
import Foundation

/// Measures what tracing costs and what it holds, beside other tracers, on this machine.
@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ipcdump-bench",
    abstract: "Measure what tracing with ipcdump costs, beside strace, perf trace and bpftrace.")

  @Option(help: "How often everything is measured; the medians are shown.")
  var rounds = 5

  @Flag(help: "A twentieth of the work, to see that it runs.")
  var quick = false

  @Option(
    help: ArgumentHelp(
      "Only workloads and figures whose names contain one of these words; figures are count, cost, start, memory, contents, messages, and those of real work redis, postgres, nginx and build.",
      valueName: "word,..."))
  var only: String?

  @Flag(help: "Compare the CPU time of the workloads, not the time they take: for a machine that is busy.")
  var cpu = false

  @Option(help: "Page whose generated part is replaced. Without it, results go to standard output only.")
  var document: String?

  @Option(help: "Folder for outputs, on the file system whose speed counts.")
  var folder = "/var/tmp"

  @Option(help: "Folder of the scripts that let real programs work.")
  var realWork = "Benchmarks/RealWork"

  @Option(help: "Program type of ipcdump and of the benchmark's own programs, as ipcdump's --hook.")
  var hook = "auto"

  @Option(help: "The ipcdump to measure. [default: beside this program]")
  var ipcdump: String?

  func validate() throws {
    guard rounds > 0 else { throw ValidationError("--rounds must be at least 1") }
    let names = Workload.all.map(\.name) + Self.figures
    guard names.contains(where: isChosen) else {
      throw ValidationError("--only chooses nothing; there are \(names.joined(separator: ", "))")
    }
    guard document == nil || (only == nil && !quick && !cpu && hook == "auto") else {
      throw ValidationError("a part of the figures does not replace all; leave --document out")
    }
  }

  func run() throws {
    let programs = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    let temporary = try TemporaryFolder(in: folder)
    let stage = try Stage(
      ipcdump: [ipcdump ?? programs.appending(path: "ipcdump").path, "--hook=\(hook)"],
      load: programs.appending(path: "ipc-load").path, folder: temporary)
    let results = try measure(on: stage).markdown
    print(results)
    if let document { try Document(path: document).replaceGenerated(by: results) }
  }

  /// Figures beside those of the workloads.
  private static let figures =
    ["count", "cost", "start", "memory", "contents", "messages"] + RealWork.programs.map(\.name)

  private func isChosen(_ name: String) -> Bool {
    guard let only else { return true }
    return only.split(separator: ",").contains { name.contains($0) }
  }

  private var scale: Double { quick ? 0.05 : 1 }

  private func measure(on stage: Stage) throws -> Results {
    var versions = ["ipcdump \(Machine.version(of: stage.ipcdump[0], folder: stage.folder) ?? "?")"]
    var missing: Set<String> = []
    for rival in ["strace", "perf", "bpftrace"] {
      let version = Machine.version(of: rival, folder: stage.folder)
      if version == nil { missing.insert(rival) }
      versions.append(version ?? "\(rival) is missing and was skipped")
    }
    let workloads = Workload.all.filter { isChosen($0.name) }.map { $0.scaled(by: scale) }
    let conditions = Condition.allCases.filter { condition in
      guard condition != .otherCgroup || stage.hasCgroup else { return false }
      return condition.rival.map { !missing.contains($0) } ?? true
    }
    var comparison = Comparison(workloads: workloads, conditions: conditions, comparesCPU: cpu)
    var cost = EventCost()
    var realWork = RealWork(
      scripts: URL(filePath: self.realWork).path, isChosen, conditions, scale: scale)
    try realWork.prepare(on: stage)
    for round in 1...rounds {
      Progress.tell("round \(round) of \(rounds)")
      try comparison.measureRound(on: stage)
      if isChosen("cost") { try cost.measureRound(.stream512.scaled(by: scale), on: stage) }
      try realWork.measureRound(on: stage)
    }
    return Results(
      command: (["make bench", "ROUNDS=\(rounds)"] + (hook == "auto" ? [] : ["HOOK=\(hook)"])
        + (quick ? ["QUICK=1"] : []) + (cpu ? ["CPU=1"] : [])
        + (only.map { ["ONLY=\($0)"] } ?? []))
        .joined(separator: " "),
      day: Date.now.formatted(.iso8601.year().month().day()),
      machine: Machine.description(hook: stage.hook),
      versions: versions, comparison: comparison, realWork: realWork,
      figures: comparison.figures + realWork.figures + (try exactFigures(on: stage)) + cost.figures
        + (try standaloneFigures(on: stage)))
  }

  private func exactFigures(on stage: Stage) throws -> [Figure] {
    guard isChosen("count") else { return [] }
    Progress.tell("counting lines")
    var count = ExactCount()
    try count.measure(.stream512.scaled(by: scale), on: stage)
    return count.figures
  }

  /// Figures that have no rounds.
  private func standaloneFigures(on stage: Stage) throws -> [Figure] {
    var figures: [Figure] = []
    if isChosen("start") {
      Progress.tell("start")
      var start = StartTimes()
      try start.measure(times: 3 * rounds, on: stage)
      figures += start.figures
    }
    if isChosen("memory") {
      Progress.tell("memory")
      var memory = ResidentMemory()
      try memory.measure(scale: scale, on: stage)
      figures += memory.figures
    }
    if isChosen("contents") {
      Progress.tell("contents")
      var contents = ContentsThroughput()
      try contents.measure(count: max(1, Int(16384 * scale)), on: stage)
      figures += contents.figures
    }
    if isChosen("messages") {
      Progress.tell("messages")
      var decoding = MessageDecoding()
      try decoding.measure(rounds: rounds, scale: scale, on: stage)
      figures += decoding.figures
    }
    return figures
  }
}
