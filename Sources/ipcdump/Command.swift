import Glibc
import IPCModel
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
  private let gate: FileDescriptor
  private let report: FileDescriptor

  /// Forks the child that will become the command; without arguments, there is none.
  init(_ arguments: [String]) throws(Failure) {
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
    let error = process_launch_command(&strings, &launch)
    guard error == 0 else {
      throw Failure(.system, "cannot start a process for \(name): \(Errno(rawValue: error))")
    }
    pid = launch.pid
    gate = FileDescriptor(rawValue: launch.gate)
    report = FileDescriptor(rawValue: launch.report)
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
      var code: Int32 = 0
      let count = try withUnsafeMutableBytes(of: &code) { try report.read(into: $0) }
      guard count == MemoryLayout<Int32>.size else { return }
      let errno = Errno(rawValue: code)
      throw errno == .noSuchFileOrDirectory
        ? Failure(.commandNotFound, "\(name): command not found; give its path, or check PATH")
        : Failure(.commandNotExecutable, "\(name): cannot be executed: \(errno)")
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(.system, "cannot start \(name): \(error)")
    }
  }

  /// How the command has ended; nil while it runs.
  borrowing func ending() -> Ending? {
    var status: Int32 = 0
    guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
    let signal = status & 0x7F
    return signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal)
  }
}
