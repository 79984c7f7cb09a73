import Foundation
import Glibc
import Testing

/// ipcdump in front of a viewer, with every process of the viewer traced.
///
/// On a machine that others use, this stands for an unfiltered ipcdump: whatever would make it tell its own output
/// is among the traced processes.
final class FeedbackScene {
  let session: Session
  private let outermost: ChildProcess
  /// Every process that shows the output, ipcdump's own included.
  private(set) var pids: [Int] = []

  /// Starts the viewer, and waits until ipcdump's turn has come.
  init(_ viewer: FeedbackViewer) async throws {
    let script = try ProgramsScript(needs: viewer.needs)
    session = script.session
    let folder = session.folder
    // The words of ProgramsScript, for the viewer's servers.
    _ = try await script.prepare("")
    try folder.create(
      "inner",
      """
      echo $$ > ipcdump.pid
      until [ -e go ]; do sleep 0.02; done
      . ./go

      """)
    try folder.create(
      "terminal", "echo $$ > terminal.pid; stty rows 50 cols 500; export TERM=xterm\n\(viewer.command)\n")
    // script(1) holds the FIFO open for writing, too, so that what is typed never ends.
    try folder.create(
      "viewer",
      """
      . \(session.file("preparation"))
      PORT=\(try ProgramsScript.freePort(SOCK_STREAM))
      \(viewer.servers)
      mkfifo typing
      script -qfc 'sh terminal' /dev/null <> typing
      """)
    outermost = try session.start("sh", [session.file("viewer")], name: "viewer")
    let isReady = try await eventually(seconds: 20) {
      self.pids = Self.descendants(of: Int(self.outermost.pid))
      let names = self.pids.map(Self.name)
      return self.pid("ipcdump") != nil
        && viewer.processes.allSatisfy { process in
          names.count { $0.hasPrefix(process) } >= viewer.processes.count { $0 == process }
        }
    }
    guard isReady else {
      throw HarnessFailure(description: "the viewer did not start: \(errors)\(transcript)")
    }
  }

  /// Some of them have left the group that a ChildProcess ends.
  deinit {
    for pid in Self.descendants(of: Int(outermost.pid)) + pids { kill(pid_t(pid), SIGKILL) }
  }

  private var errors: String { (try? session.folder.text("script.err")) ?? "" }

  private func pid(_ name: String) -> Int? {
    let text = try? session.folder.text("\(name).pid")
    return text.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  var ipcdump: Int {
    get throws { try #require(pid("ipcdump")) }
  }

  /// The script(1) that shows the outermost terminal.
  var shower: Int {
    get throws {
      let terminal = try #require(pid("terminal"))
      return try #require(Self.parent(of: terminal))
    }
  }

  /// Lets ipcdump start, as the process that was there all along.
  func startIPCDump(_ options: [String]) async throws {
    let list = pids.map(String.init).joined(separator: ",")
    // Other tests' ipcdump may look into these processes, too, to tell what they wait for (process-vm).
    let kinds = "pipe,signal,unix,lo,pty"
    let words = [try Programs.ipcdump(), "-f", "json", "-x", "-t", kinds, "-p", list] + options
    let command = words.map { "'\($0)'" }.joined(separator: " ")
    try session.folder.create("go.new", "exec \(command) 2> \(session.file("ipcdump.err"))\n")
    rename(session.file("go.new"), session.file("go"))
    try await untilAttached(ipcdump)
  }

  /// Waits until ipcdump has attached its programs, as its descriptors tell. It is no child of the tests.
  private func untilAttached(_ ipcdump: Int) async throws {
    var before = 0
    let isAttached = try await eventually(seconds: 20) {
      usleep(100_000)
      let folder = "/proc/\(ipcdump)/fd"
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      let isLinked = names.contains {
        let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")
        return target.map { $0.contains("bpf_link") || $0.contains("perf_event") } ?? false
      }
      defer { before = names.count }
      return isLinked && before == names.count
    }
    guard isAttached else { throw HarnessFailure(description: "ipcdump did not attach: \(transcript)") }
    try await Task.sleep(for: .milliseconds(200))
  }

  /// Everything that was to be seen on the outermost terminal.
  var transcript: String { (try? session.folder.text("viewer.out")) ?? "" }

  /// Events that are to be seen. A viewer may have painted one several times.
  var shown: [String] {
    var painted: Set<Substring> = []
    let lines = transcript.matches(of: /{"src_pid":[^\r\n\u{1b}]*}/).map(\.output)
    return lines.filter { painted.insert($0).inserted }.map(String.init)
  }

  /// Waits until this many events are to be seen and no more come.
  func untilShown(_ count: Int) async throws {
    let isThere = try await eventually(seconds: 10) { self.shown.count >= count }
    try #require(isThere, "\(shown.count) events to be seen: \(transcript.suffix(2000))")
    let size = transcript.utf8.count
    try await Task.sleep(for: .milliseconds(500))
    // A viewer may still move the cursor; no event is so short.
    try #require(transcript.utf8.count < size + 100, "the output grows by itself: \(transcript.suffix(1000))")
  }

  /// Ends ipcdump and gives its closing line.
  func finish() async throws -> String {
    kill(pid_t(try ipcdump), SIGINT)
    return try await closingLine()
  }

  func closingLine() async throws -> String {
    let isOver = try await eventually(seconds: 20) {
      try self.session.folder.text("ipcdump.err").hasSuffix("lost\n")
    }
    try #require(isOver, "ipcdump did not end")
    return try session.folder.text("ipcdump.err")
  }

  private static func name(of pid: Int) -> String {
    (try? String(contentsOfFile: "/proc/\(pid)/comm", encoding: .utf8)) ?? ""
  }

  private static func parent(of pid: Int) -> Int? {
    let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix("PPid:") }
    return line?.split(separator: "\t").last.flatMap { Int($0) }
  }

  private static func descendants(of pid: Int) -> [Int] {
    let text = try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)
    let children = (text ?? "").split(separator: " ").compactMap { Int($0) }
    return children + children.flatMap(descendants)
  }
}
