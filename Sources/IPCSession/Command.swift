import Glibc
import IPCModel
import IPCTracing
import ProcessShims
import SystemPackage

/// A traced command: waits before its first instruction until it is released.
struct Command: ~Copyable {
  /// How a command has ended.
  enum Ending: Equatable {
    case exited(Int32)
    case killed(signal: Int32)

    /// As a shell tells it: 128 and the signal's number if it was killed.
    var status: Int32 {
      switch self {
      case .exited(let status): status
      case .killed(let signal): 128 + signal
      }
    }
  }

  /// Process id in our own pid namespace.
  let pid: Int32
  private let name: String
  private let user: String?
  private let gate: FileDescriptor
  private let report: FileDescriptor

  /// Forks the child that will become the command; without arguments, there is none.
  ///
  /// - Parameter identity: Whom it runs as; nil for who runs ipcdump.
  init(_ arguments: [String], as identity: Identity?) throws(Failure) {
    user = identity?.name
    name = arguments.first ?? ""
    if arguments.isEmpty {
      pid = -1
      gate = FileDescriptor(rawValue: -1)
      report = FileDescriptor(rawValue: -1)
      return
    }
    var strings: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    strings.append(nil)
    defer { for string in strings { free(string) } }
    var launch = process_launch()
    let error = Self.launch(&strings, as: identity, &launch)
    guard error == 0 else {
      if error == EMFILE { throw .tooManyFiles() }
      throw Failure(.system, "cannot start a process for \(name)", errno: error)
    }
    pid = launch.pid
    gate = FileDescriptor(rawValue: launch.gate)
    report = FileDescriptor(rawValue: launch.report)
  }

  private static func launch(
    _ strings: inout [UnsafeMutablePointer<CChar>?], as identity: Identity?, _ launch: inout process_launch
  ) -> Int32 {
    guard let identity else { return process_launch_command(&strings, nil, &launch) }
    return identity.name.withCString { name in
      identity.home.withCString { home in
        identity.groups.withUnsafeBufferPointer { groups in
          var raw = process_identity(
            uid: identity.uid, gid: identity.gid, groups: groups.baseAddress, group_count: groups.count,
            name: name, home: home)
          return process_launch_command(&strings, &raw, &launch)
        }
      }
    }
  }

  deinit {
    try? gate.close()
    try? report.close()
  }

  /// Whether there is a command at all.
  var isRunnable: Bool { pid > 0 }

  /// Lets the command be executed and waits until it is.
  borrowing func release() throws(Failure) {
    do {
      _ = try [UInt8(1)].withUnsafeBytes { try gate.write($0) }
      var failure = process_failure()
      let count = try withUnsafeMutableBytes(of: &failure) { try report.read(into: $0) }
      guard count == MemoryLayout<process_failure>.size else { return }
      throw notExecuted(failure)
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(.system, "cannot start \(name)", errno: (error as? Errno)?.rawValue)
    }
  }

  private borrowing func notExecuted(_ failure: process_failure) -> Failure {
    let errno = Errno(rawValue: failure.error)
    if failure.is_about_identity != 0 {
      return Failure(
        .privilege, "cannot run \(name) as \(user ?? "this user")", errno: errno.rawValue,
        advice: "it needs CAP_SETUID and CAP_SETGID: run ipcdump as root, or without --user")
    }
    return errno == .noSuchFileOrDirectory
      ? Failure(.commandNotFound, "\(name): command not found", advice: "give its path, or check PATH")
      : Failure(.commandNotExecutable, "\(name): cannot be executed", errno: errno.rawValue)
  }

  /// How the command has ended; nil while it runs.
  borrowing func ending() -> Ending? {
    var status: Int32 = 0
    guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
    let signal = status & 0x7F
    return signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal)
  }
}
