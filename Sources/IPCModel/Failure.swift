import Glibc

/// The one error of everything above the libbpf wrapper: what went wrong, why, and the way out.
public struct Failure: Error, Sendable, Equatable {
  /// What kind of failure it is; decides the exit status.
  public enum Cause: Sendable {
    /// The command line is wrong.
    case usage
    /// Capabilities are missing.
    case privilege
    /// The machine, the kernel or a file refuses.
    case system
    /// The traced command does not exist.
    case commandNotFound
    /// The traced command cannot be executed.
    case commandNotExecutable
  }

  /// See ``Cause``.
  public let cause: Cause
  /// What went wrong.
  public let message: String
  /// Error number of the system that is the reason, as in errno(3); nil if it is none, or if the message says it.
  public let errno: Int32?
  /// What to do about it; nil if nothing is known that helps.
  public let advice: String?
  /// Further lines that only make sense to an expert, such as the verifier's.
  public let details: [String]

  /// Creates a failure; neither message nor advice has an end of line or a full stop.
  public init(
    _ cause: Cause, _ message: String, errno: Int32? = nil, advice: String? = nil, details: [String] = []
  ) {
    self.cause = cause
    self.message = message
    self.errno = errno
    self.advice = advice
    self.details = details
  }

  /// The message and its reason.
  public var problem: String {
    errno.map { "\(message): \(String(cString: strerror($0)))" } ?? message
  }

  /// All of it as one line: the problem, and behind a semicolon the advice.
  public var sentence: String { advice.map { "\(problem); \($0)" } ?? problem }
}
