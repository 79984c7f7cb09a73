/// The one error of everything above the libbpf wrapper: a sentence that names the cause and the way out.
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
  /// What went wrong and what to do about it; one line.
  public let sentence: String
  /// Further lines that only make sense to an expert, such as the verifier's.
  public let details: [String]

  /// Creates a failure.
  public init(_ cause: Cause, _ sentence: String, details: [String] = []) {
    self.cause = cause
    self.sentence = sentence
    self.details = details
  }
}
