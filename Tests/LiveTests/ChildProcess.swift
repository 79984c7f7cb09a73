import Foundation
import Glibc

struct HarnessFailure: Error, CustomStringConvertible {
  var description: String
}

/// How a process ended, and the most memory it had.
struct Termination: Equatable {
  /// The exit status, or 128 and the signal's number as a shell says it.
  var status: Int
  var peakKilobytes: Int
}

/// A folder that goes away with its owner.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/ipcdump-live-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw HarnessFailure(description: "mkdtemp: errno \(errno)") }
    path = String(cString: made)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func contents(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: file(name))) }

  func text(_ name: String) throws -> String { String(decoding: try contents(name), as: UTF8.self) }

  func create(_ name: String, _ text: String = "") throws {
    try Data(text.utf8).write(to: URL(filePath: file(name)))
  }
}

/// A started program. Its output goes to files: a pipe to the harness would be communication of its own.
final class ChildProcess {
  let pid: pid_t
  private var termination: Termination?

  init(_ program: String, _ arguments: [String], output: String, diagnostics: String) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let creation = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, creation, 0o644)
    posix_spawn_file_actions_addopen(&actions, 2, diagnostics, creation, 0o644)
    // What the harness has open, or was given, is none of theirs: two of them would share it.
    for descriptor in Int32(3)..<1024 {
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }
    // A group of its own, so that a timeout can end all that it started.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setpgroup(&attributes, 0)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    let flags = Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGMASK)
    posix_spawnattr_setflags(&attributes, flags)
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
    words.append(nil)
    defer { for word in words { free(word) } }
    // Who runs the tests by sudo means them to run as root.
    for variable in ["SUDO_UID", "SUDO_GID"] { unsetenv(variable) }
    var started: pid_t = 0
    let failure = posix_spawnp(&started, program, &actions, &attributes, words, environ)
    guard failure == 0 else {
      throw HarnessFailure(description: "cannot start \(program): \(String(cString: strerror(failure)))")
    }
    pid = started
  }

  deinit {
    guard termination == nil else { return }
    Glibc.kill(-pid, SIGKILL)
    waitpid(pid, nil, 0)
  }

  func send(_ signal: Int32) {
    if termination == nil { Glibc.kill(pid, signal) }
  }

  /// Lets its peak of memory begin anew (proc_pid_clear_refs(5)).
  func forgetPeak() throws {
    try Data("5".utf8).write(to: URL(filePath: "/proc/\(pid)/clear_refs"))
  }

  /// Its termination if it has ended.
  func poll() -> Termination? {
    guard termination == nil else { return termination }
    var status: Int32 = 0
    var usage = rusage()
    guard wait4(pid, &status, WNOHANG, &usage) == pid else { return nil }
    let signal = status & 0x7f
    termination = Termination(
      status: Int(signal == 0 ? status >> 8 & 0xff : 128 + signal), peakKilobytes: Int(usage.ru_maxrss))
    return termination
  }

  /// Waits for the end, at most this many seconds; then kills it and all it started.
  func wait(seconds: Double = 60) async throws -> Termination {
    let isOver = try await eventually(seconds: seconds) { self.poll() != nil }
    guard isOver, let termination else {
      throw HarnessFailure(description: "process \(pid) did not end within \(seconds) s")
    }
    return termination
  }
}

/// Asks again and again until the answer is yes; false if it never was.
func eventually(
  seconds: Double, isolation: isolated (any Actor)? = #isolation, _ condition: () throws -> Bool
) async throws -> Bool {
  let end = ContinuousClock.now + .seconds(seconds)
  while try !condition() {
    guard ContinuousClock.now < end else { return false }
    try await Task.sleep(for: .milliseconds(5))
  }
  return true
}
