import Glibc

/// A started program.
final class ChildProcess {
  /// How a program ended.
  struct Ending {
    /// Exit status, or 128 and the signal's number as a shell says it.
    var status: Int
    /// User-space CPU time of it and of the children that it waited for, in seconds.
    var userSeconds: Double
  }

  let pid: pid_t
  private var ending: Ending?

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - words: The program, looked up in PATH, and its arguments.
  ///   - output: File for its standard output, or a descriptor.
  ///   - diagnostics: File for its standard error.
  init(
    _ words: [String], output: String = "/dev/null", diagnostics: String = "/dev/null",
    into sink: Int32? = nil
  ) throws(BenchFailure) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let creation = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    if let sink {
      posix_spawn_file_actions_adddup2(&actions, sink, 1)
    } else {
      posix_spawn_file_actions_addopen(&actions, 1, output, creation, 0o600)
    }
    posix_spawn_file_actions_addopen(&actions, 2, diagnostics, creation, 0o600)
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    var started: pid_t = 0
    let failure = posix_spawnp(&started, words[0], &actions, nil, arguments, environ)
    guard failure == 0 else {
      throw BenchFailure("cannot start \(words[0]): \(String(cString: strerror(failure)))")
    }
    pid = started
  }

  deinit {
    guard ending == nil else { return }
    kill(pid, SIGKILL)
    waitpid(pid, nil, 0)
  }

  func send(_ signal: Int32) {
    if ending == nil { kill(pid, signal) }
  }

  /// Waits for the end.
  func wait() throws(BenchFailure) -> Ending {
    while true {
      if let ending = try poll(options: 0) { return ending }
    }
  }

  /// Its ending, if it has ended.
  func poll() throws(BenchFailure) -> Ending? { try poll(options: WNOHANG) }

  private func poll(options: Int32) throws(BenchFailure) -> Ending? {
    if let ending { return ending }
    var status: Int32 = 0
    var usage = rusage()
    let waited = wait4(pid, &status, options, &usage)
    guard waited == pid else {
      if waited == 0 || errno == EINTR { return nil }
      throw BenchFailure("cannot wait for process \(pid): \(String(cString: strerror(errno)))")
    }
    let signal = status & 0x7f
    let user = Double(usage.ru_utime.tv_sec) + Double(usage.ru_utime.tv_usec) / 1e6
    ending = Ending(status: Int(signal == 0 ? status >> 8 & 0xff : 128 + signal), userSeconds: user)
    return ending
  }
}
