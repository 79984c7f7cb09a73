import Foundation
import Glibc

/// A terminal of its own for a command: tmux, in which nothing else runs.
public final class TmuxScreen {
  /// Why a screen is not as it should be.
  public struct Failed: Error, CustomStringConvertible {
    /// In a sentence.
    public let description: String
  }

  /// Where the command and the tests leave files.
  public let folder: URL
  private let name = "ipctop-\(UUID().uuidString)"

  /// The program; nil if it is not installed.
  public static let path = ["/usr/bin/tmux", "/bin/tmux", "/usr/local/bin/tmux"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// Starts a line of a shell in a terminal of that size.
  ///
  /// - Parameters:
  ///   - line: The line.
  ///   - files: What lies in the folder that it runs in, by name.
  public init(_ line: String, columns: Int = 80, rows: Int = 24, files: [String: [UInt8]] = [:]) throws {
    folder = URL(filePath: NSTemporaryDirectory()).appending(path: name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, bytes) in files { try Data(bytes).write(to: folder.appending(path: name)) }
    // It stays when the command has ended, so that what it leaves can be looked at.
    let script = """
      cd '\(folder.path)'
      stty -g > before
      export TZ=UTC LC_ALL=C.UTF-8 PS1=
      unset NO_COLOR
      \(line)
      status=$?
      stty -g > after
      echo "left $status"
      sleep 1000

      """
    try Data(script.utf8).write(to: folder.appending(path: "script"))
    try tmux(
      "-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)",
      "sh '\(folder.path)/script'")
  }

  deinit {
    _ = try? tmux("kill-server")
    try? FileManager.default.removeItem(at: folder)
  }

  /// Asks tmux.
  @discardableResult
  public func tmux(_ arguments: String...) throws -> String {
    guard let path = Self.path else { throw Failed(description: "tmux is not installed") }
    // A file, and a plain wait: the server that a first session starts keeps everything open that it is given.
    let answer = folder.appending(path: "answer")
    let status = try Self.run(path, ["tmux", "-u", "-L", name] + arguments, output: answer.path)
    let text = String(decoding: try Data(contentsOf: answer), as: UTF8.self)
    guard status == 0 else { throw Failed(description: "tmux \(arguments): \(text)") }
    return text
  }

  private static func run(_ program: String, _ arguments: [String], output: String) throws -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    for descriptor in Int32(3)..<1024 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    // Threads of tests block signals, which the server would inherit: it could never be ended.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var environment = ProcessInfo.processInfo.environment
    environment["TMUX"] = nil
    environment["LC_ALL"] = "C.UTF-8"
    var words = arguments.map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + variables { free(text) } }
    var pid: pid_t = 0
    let error = posix_spawn(&pid, program, &actions, &attributes, &words, &variables)
    guard error == 0 else { throw Failed(description: "\(program): errno \(error)") }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return status
  }

  /// What the terminal shows.
  public func lines(escapes: Bool = false) throws -> [String] {
    let text = try escapes ? tmux("capture-pane", "-p", "-e") : tmux("capture-pane", "-p")
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      var line = Substring(line)
      while line.last == " " { line.removeLast() }
      return String(line)
    }
  }

  /// Waits until the terminal shows something.
  @discardableResult
  public func until(_ words: String, _ isShown: ([String]) -> Bool) async throws -> [String] {
    for _ in 0..<400 {
      let lines = try lines()
      if isShown(lines) { return lines }
      try await Task.sleep(for: .milliseconds(25))
    }
    throw Failed(description: "never shown: \(words)\n\(try lines().joined(separator: "\n"))")
  }

  /// Waits until a line has a text.
  @discardableResult
  public func until(_ text: String) async throws -> [String] {
    try await until(text) { $0.contains { $0.contains(text) } }
  }

  /// Types characters.
  public func type(_ text: String) throws { try tmux("send-keys", "-l", text) }

  /// Presses a key by tmux's name.
  public func press(_ key: String) throws { try tmux("send-keys", key) }

  /// A file that the script has left.
  public func text(_ file: String) throws -> String {
    String(decoding: try Data(contentsOf: folder.appending(path: file)), as: UTF8.self)
  }

  /// What the terminal is set to: the other screen, the mouse, the cursor.
  public func modes() throws -> String {
    try tmux("display-message", "-p", "#{alternate_on} #{mouse_any_flag} #{cursor_flag}").trimmingCharacters(
      in: .whitespacesAndNewlines)
  }

  /// The program under test.
  public static func ipcdump() throws -> String {
    if let path = ProcessInfo.processInfo.environment["IPCDUMP_BINARY"] { return path }
    for start in CommandLine.arguments.filter({ $0.contains(".xctest") }) + CommandLine.arguments.prefix(1) {
      var folder = URL(filePath: start).deletingLastPathComponent()
      while folder.path.count > 1 {
        let candidate = folder.appending(path: "ipcdump").path
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue {
          return candidate
        }
        folder.deleteLastPathComponent()
      }
    }
    throw Failed(description: "no program ipcdump beside the tests; set IPCDUMP_BINARY")
  }
}
