import CLibbpf
import Glibc
import LibbpfShims
import Logging
import Synchronization

/// Where libbpf's messages go.
///
/// libbpf has one log for the whole process, so this is global. Warnings are held back until a call has failed: they
/// belong into its error. Everything else is debug output.
public enum LibbpfLog {
  private struct State {
    var logger: Logger?
    /// Warnings, by the thread that they came in: objects are loaded in several.
    var held: [pthread_t: [String]] = [:]
  }

  private static let state = Mutex(State())
  private static let heldLimit = 24

  /// Routes libbpf's messages to `logger`; debug messages appear at its `trace` level.
  public static func route(to logger: Logger) {
    state.withLock { $0.logger = logger }
    // libbpf says a lot for nobody to read.
    let isTraced = logger.logLevel <= .trace
    libbpf_shims_set_log(isTraced ? LIBBPF_DEBUG.rawValue : LIBBPF_WARN.rawValue) { level, line in
      guard let line else { return }
      LibbpfLog.take(String(cString: line), isWarning: level == LIBBPF_WARN.rawValue)
    }
  }

  private static func take(_ text: String, isWarning: Bool) {
    let lines = text.split(separator: "\n").map(String.init)
    state.withLock { state in
      if isWarning {
        state.held[pthread_self()] = (state.held[pthread_self(), default: []] + lines).suffix(heldLimit)
      }
      for line in lines {
        state.logger?.log(level: isWarning ? .debug : .trace, "\(line)")
      }
    }
  }

  /// Warnings of this thread since its last call, which they are the explanation of.
  static func takeHeld() -> [String] {
    state.withLock { $0.held.removeValue(forKey: pthread_self()) ?? [] }
  }
}
