import Foundation

/// Runs workloads under conditions.
final class Stage {
  /// What came of one run.
  struct Run {
    var load: LoadReport
    /// Of ipcdump.
    var closing: ClosingLine?
    var ending: ChildProcess.Ending?

    /// User-space CPU time of the tracer alone, its start included, in seconds.
    var tracerSeconds: Double { (ending?.userSeconds ?? 0) - load.userSeconds }
  }

  /// ipcdump and the options that all its runs have.
  let ipcdump: [String]
  let load: String
  let folder: TemporaryFolder
  /// A cgroup that nothing is in; nil where none can be made.
  private let cgroup = EmptyCgroup()
  var hasCgroup: Bool { cgroup != nil }
  /// Program type that ipcdump chooses here, or that was asked for.
  let hook: SyscallProgram.Hook

  init(ipcdump: [String], load: String, folder: TemporaryFolder) throws(BenchFailure) {
    self.ipcdump = ipcdump
    self.load = load
    self.folder = folder
    let diagnostics = folder.file("ipcdump.err")
    let ending = try ChildProcess(ipcdump + ["-v", "--", "true"], diagnostics: diagnostics).wait()
    let said = folder.text("ipcdump.err")
    guard ending.status == 0, let match = said.firstMatch(of: /tracing, with (\w+) programs/),
      let hook = SyscallProgram.Hook(rawValue: String(match.1))
    else {
      throw BenchFailure("ipcdump cannot trace here: \(said)")
    }
    self.hook = hook
  }

  /// Runs a workload once.
  func run(_ workload: Workload, under condition: Condition) throws(BenchFailure) -> Run {
    folder.remove("report")
    let workload = workload.scaled(by: condition.share)
    let command = workload.command(program: load, report: folder.file("report"))
    if let prefix = condition.prefix(ipcdump: ipcdump, output: "/dev/null") {
      return try finish(prefix + command)
    }
    if let script = condition.script {
      // bpftrace takes the command as one word and parts it at spaces.
      return try finish(["bpftrace", "-o", "/dev/null", "-e", script, "-c", command.joined(separator: " ")])
    }
    if let filter = condition.filter(pid: getpid(), cgroup: cgroup?.path) {
      return try run(command, beside: filter)
    }
    if condition == .empty {
      return try EmptyProgram(hook: hook).during { () throws(BenchFailure) in try finish(command) }
    }
    if condition == .floor, let result = workload.result {
      return try run(workload, command, onFloorOf: result)
    }
    return try finish(command)
  }

  /// Runs a workload while a record is made of each of its transferring calls.
  private func run(
    _ workload: Workload, _ command: [String], onFloorOf result: Int
  ) throws(BenchFailure) -> Run {
    let (run, records) = try FloorProgram(result: result, hook: hook).during {
      () throws(BenchFailure) in try finish(command)
    }
    let calls = workload.count * workload.transfers * workload.callsPerTransfer
    guard records >= calls else {
      throw BenchFailure("the floor has \(records) records of \(calls) calls of \(workload.name)")
    }
    return run
  }

  /// Runs a command to its end.
  func finish(_ words: [String]) throws(BenchFailure) -> Run {
    let ending = try ChildProcess(words, diagnostics: folder.file("diagnostics")).wait()
    let diagnostics = folder.text("diagnostics")
    guard ending.status == 0, let load = LoadReport(folder.text("report")) else {
      throw BenchFailure(
        "\(words.joined(separator: " ")): status \(ending.status); \(diagnostics.suffix(400))")
    }
    return Run(load: load, closing: ClosingLine(in: diagnostics), ending: ending)
  }

  /// Runs a command while ipcdump traces others.
  private func run(_ command: [String], beside filter: [String]) throws(BenchFailure) -> Run {
    let watcher = try ChildProcess(
      ipcdump + ["-v", "-f", "json", "-o", "/dev/null"] + filter, diagnostics: folder.file("ipcdump.err"))
    while !folder.text("ipcdump.err").contains("tracing, with") {
      guard try watcher.poll() == nil else {
        throw BenchFailure("ipcdump cannot trace here: \(folder.text("ipcdump.err"))")
      }
      usleep(5000)
    }
    var run = try finish(command)
    watcher.send(SIGINT)
    run.ending = try watcher.wait()
    run.closing = ClosingLine(in: folder.text("ipcdump.err"))
    return run
  }
}
