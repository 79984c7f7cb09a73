import Glibc
import SystemPackage

/// Failure of a call to libbpf or of the bpf(2) syscall behind it.
public struct BPFError: Error, Sendable {
  /// Which of the steps failed that people can do something about.
  public enum Step: Sendable {
    case load, findTracepoint, openTracepoint, other
  }

  /// See ``Step``.
  public let step: Step
  /// What was attempted, as the object of a sentence: `load the BPF programs`.
  public let action: String
  /// The kernel's answer.
  public let errno: Errno
  /// Last lines of libbpf's log, with the verifier's verdict if it gave one; empty if there are none.
  public let log: [String]

  /// Creates an error.
  public init(_ action: String, _ errno: Errno, step: Step = .other, log: [String] = []) {
    self.step = step
    self.action = action
    self.errno = errno
    self.log = log
  }

  /// Creates an error from a negative errno, libbpf's way of returning one.
  init(_ action: String, negative code: Int32, step: Step = .other, log: [String] = []) {
    self.init(action, Errno(rawValue: -code), step: step, log: log)
  }
}

extension BPFError: CustomStringConvertible {
  /// A sentence, followed by the log's lines.
  public var description: String {
    let reason = "cannot \(action): \(errno)"
    return log.isEmpty ? reason : reason + "\n" + log.map { "  \($0)" }.joined(separator: "\n")
  }
}

/// `errno` of this thread, right after a failed call.
var currentErrno: Int32 { errno }
