import Foundation
import Glibc
import Testing

/// The programs under test: beside the test bundle, or where the environment says.
enum Programs {
  static func ipcdump() throws -> String { try find("ipcdump", variable: "IPCDUMP_BINARY") }
  static func actor() throws -> String { try find("ipc-actor", variable: "IPC_ACTOR_BINARY") }

  static func exporter() throws -> String { try find("ipcdump-export", variable: "IPCDUMP_EXPORT_BINARY") }

  /// Python itself, where there is one of the system's: a version manager's stand-in would be other processes.
  static var python: String {
    FileManager.default.isExecutableFile(atPath: "/usr/bin/python3") ? "/usr/bin/python3" : "python3"
  }

  /// What starts programs that refuse to be root.
  static var asNobody: String {
    getuid() == 0 ? "setpriv --reuid=nobody --regid=nogroup --clear-groups" : ""
  }

  private static func find(_ name: String, variable: String) throws -> String {
    if let path = ProcessInfo.processInfo.environment[variable] { return path }
    let bundles = CommandLine.arguments.filter { $0.contains(".xctest") }
    for start in bundles + CommandLine.arguments.prefix(1) {
      var folder = URL(filePath: start).deletingLastPathComponent()
      while folder.path.count > 1 {
        let candidate = folder.appending(path: name).path
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue {
          return candidate
        }
        folder.deleteLastPathComponent()
      }
    }
    throw HarnessFailure(description: "no program \(name) beside the tests; set \(variable)")
  }
}

/// What a finished ipcdump left.
struct Trace {
  var termination: Termination
  var output: Data
  var diagnostics: String
  /// The lines of a JSON output.
  var lines: EventLines?

  var status: Int { termination.status }
  var events: [TracedEvent] { lines?.events ?? [] }
  var diagnosticLines: [Substring] { diagnostics.split(separator: "\n") }

  /// The same without what is said of children of `-p`, which actors have as well.
  var otherDiagnosticLines: [Substring] {
    diagnosticLines.filter { !$0.contains(" not traced; --follow adds ") }
  }

  /// The closing line's figures.
  var closing: (captured: Int, lost: Int)? {
    guard let match = diagnosticLines.last?.wholeMatch(of: /(\d+) events? captured, (\d+) lost/),
      let captured = Int(match.1), let lost = Int(match.2)
    else { return nil }
    return (captured, lost)
  }

  /// Nothing was lost, nothing complained, and the closing line tells the truth.
  func expectClean(status expected: Int = 0, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(status == expected, "\(diagnostics)", sourceLocation: sourceLocation)
    #expect(closing?.lost == 0, "\(diagnostics)", sourceLocation: sourceLocation)
    #expect(otherDiagnosticLines.count == 1, "\(diagnostics)", sourceLocation: sourceLocation)
    guard let lines else { return }
    #expect(lines.losses.isEmpty, sourceLocation: sourceLocation)
    #expect(closing?.captured == lines.events.count, "\(diagnostics)", sourceLocation: sourceLocation)
  }
}

/// One test's processes and files.
final class Session {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  func start(_ program: String, _ arguments: [String], name: String) throws -> ChildProcess {
    try ChildProcess(
      program, arguments, output: folder.file("\(name).out"), diagnostics: folder.file("\(name).err"))
  }

  func startIPCDump(_ arguments: [String]) throws -> ChildProcess {
    try start(Programs.ipcdump(), arguments, name: "ipcdump")
  }

  /// `ipcdump` with these arguments, to its end. JSON is looked for in `-o events` if that exists.
  func ipcdump(_ arguments: [String]) async throws -> Trace {
    try await finish(startIPCDump(arguments))
  }

  /// The same, with the peak of memory since it has begun to write to the file `told`: the start takes more than what
  /// comes after it.
  func ipcdump(_ arguments: [String], peakSinceTold told: String) async throws -> Trace {
    let ipcdump = try startIPCDump(arguments)
    let isTelling = try await eventually(seconds: 20) {
      (try? self.folder.contents(told))?.isEmpty == false
    }
    try #require(isTelling, "ipcdump told nothing")
    try ipcdump.forgetPeak()
    return try await finish(ipcdump)
  }

  func finish(_ ipcdump: ChildProcess) async throws -> Trace {
    let termination = try await ipcdump.wait()
    var trace = Trace(
      termination: termination, output: try folder.contents("ipcdump.out"),
      diagnostics: try folder.text("ipcdump.err"))
    if FileManager.default.fileExists(atPath: eventFile) {
      trace.lines = try EventLines(folder.contents("events"))
    }
    return trace
  }

  func file(_ name: String) -> String { folder.file(name) }
  var eventFile: String { file("events") }
  var truthFile: String { folder.file("truth") }

  /// Options that bring every event with its content into the event file.
  var recording: [String] { ["-f", "json", "-x", "-o", eventFile] }

  func actorArguments(_ scenario: [String]) -> [String] { scenario + ["--truth", truthFile] }

  func actorCommand(_ scenario: [String]) throws -> [String] {
    ["--", try Programs.actor()] + actorArguments(scenario)
  }

  func truth() throws -> EventLines { try EventLines(folder.contents("truth")) }

  /// Traces an actor from its first instruction, with everything recorded.
  func trace(_ scenario: [String], options: [String] = []) async throws -> Trace {
    try await ipcdump(recording + options + actorCommand(scenario))
  }

  /// A shell's command line, traced from its first instruction.
  func trace(shell script: String, options: [String] = []) async throws -> Trace {
    try await ipcdump(recording + options + ["--", "sh", "-c", script])
  }
}

extension Session {
  /// Starts an actor that halts before the interesting part; gives it and the pids it announces.
  func startHalted(_ scenario: [String]) async throws -> (actor: ChildProcess, pids: [Int]) {
    let gates = ["--ready", folder.file("ready"), "--wait-for", folder.file("go")]
    let actor = try start(Programs.actor(), actorArguments(scenario) + gates, name: "actor")
    return (actor, try await announcedPids())
  }

  func announcedPids() async throws -> [Int] {
    let isReady = try await eventually(seconds: 20) {
      FileManager.default.fileExists(atPath: self.folder.file("ready"))
    }
    guard isReady else { throw HarnessFailure(description: "the actor did not get ready") }
    return try folder.text("ready").split(separator: "\n").compactMap { Int($0) }
  }

  func letGo() throws { try folder.create("go") }

  /// The same, while ipcdump is stopped for a while, in which its buffer overruns.
  func letGo(past ipcdump: ChildProcess) async throws {
    ipcdump.send(SIGSTOP)
    try letGo()
    try await Task.sleep(for: .milliseconds(400))
    ipcdump.send(SIGCONT)
  }

  /// Waits until ipcdump has attached its programs, as its descriptors tell.
  func untilAttached(_ ipcdump: ChildProcess) async throws {
    var before = 0
    var isSteady = false
    let isAttached = try await eventually(seconds: 20) {
      if ipcdump.poll() != nil { return true }
      usleep(100_000)
      let folder = "/proc/\(ipcdump.pid)/fd"
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      let targets = names.compactMap {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")
      }
      let isLinked = targets.contains { $0.contains("bpf_link") || $0.contains("perf_event") }
      isSteady = isLinked && before == names.count
      before = names.count
      return isSteady
    }
    guard isAttached else { throw HarnessFailure(description: "ipcdump did not attach") }
    try await Task.sleep(for: .milliseconds(200))
  }

  /// Traces running processes by options made of their pids; ends ipcdump with SIGINT when the actor is done.
  func attach(
    to scenario: [String], endsItself: Bool = false, options: ([Int]) -> [String]
  ) async throws -> Trace {
    let (actor, pids) = try await startHalted(scenario)
    let ipcdump = try startIPCDump(recording + options(pids))
    try await untilAttached(ipcdump)
    try letGo()
    let actorStatus = try await actor.wait().status
    let complaint = try folder.text("actor.err")
    #expect(actorStatus == 0, "\(complaint)")
    if !endsItself {
      try await Task.sleep(for: .milliseconds(400))
      ipcdump.send(SIGINT)
    }
    return try await finish(ipcdump)
  }
}

extension Programs {
  /// Copies a program by another process.
  ///
  /// A file that this process has open for writing would be inherited by what other tests start at that moment, and could
  /// not be executed until they let go of it (ETXTBSY, execve(2)).
  static func copy(_ program: String, to path: String) throws {
    let copying = try Process.run(URL(filePath: "/bin/cp"), arguments: [program, path])
    copying.waitUntilExit()
    guard copying.terminationStatus == 0 else { throw HarnessFailure(description: "cannot copy \(program)") }
  }
}
