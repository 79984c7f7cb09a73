import Glibc
import IPCFormats
import IPCModel
import Libbpf
import Logging
import SystemPackage

/// Standard error.
public enum Diagnostics {
  /// Logger of everything that is no error.
  public static let logger = Logger(label: "ipcdump")

  /// Sets the log level: 0 tells warnings, 1 what is done, 2 and more what libbpf says.
  public static func start(verbosity: Int) {
    let level: Logger.Level = verbosity == 0 ? .warning : verbosity == 1 ? .info : .trace
    LoggingSystem.bootstrap { label in
      var handler = StreamLogHandler.standardError(label: label)
      handler.logLevel = level
      return handler
    }
    LibbpfLog.route(to: Logger(label: "libbpf"))
  }

  /// Writes one line as it is; on a terminal, it goes on in another one instead of being cut in the middle of a word.
  public static func write(_ line: String) {
    let parts =
      Terminal.width(of: STDERR_FILENO).map { TerminalText.wrapped(line, columns: $0, indentation: 2) } ?? [
        line
      ]
    _ = try? FileDescriptor.standardError.writeAll("\(parts.joined(separator: "\n"))\n".utf8)
  }

  /// Says nothing any more: what standard error is must not be written to.
  static func discard() {
    let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
    guard null >= 0 else { return }
    dup2(null, STDERR_FILENO)
    close(null)
  }

  /// Tells why ipcdump gives up; an expert's details only with `-v`.
  public static func report(_ failure: Failure) {
    write("ipcdump: \(failure.sentence)")
    for line in failure.details { logger.info("\(line)") }
  }
}
