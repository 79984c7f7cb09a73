import Glibc
import IPCModel
import ProcessShims
import SystemPackage

/// The signals that end a trace, and the one that asks for a summary, as a descriptor to poll.
struct StopSignals: ~Copyable {
  /// A signal that has come.
  struct Arrival {
    let number: Int32
    /// Whether a process sent it, as opposed to the terminal's keyboard.
    let isFromProcess: Bool
  }

  /// Becomes readable when one has come.
  let descriptor: FileDescriptor

  /// Blocks SIGINT, SIGTERM, SIGHUP, SIGUSR1 and SIGCHLD and takes them over.
  init() throws(Failure) {
    let numbers = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGCHLD]
    let watch = process_watch_signals(numbers, Int32(numbers.count))
    guard watch >= 0 else { throw Failure(.system, "cannot watch for signals", errno: -watch) }
    descriptor = FileDescriptor(rawValue: watch)
  }

  deinit { try? descriptor.close() }

  /// The next signal; nil if there is none.
  borrowing func next() -> Arrival? {
    var signal = process_signal()
    guard process_next_signal(descriptor.rawValue, &signal) == 1 else { return nil }
    return Arrival(number: signal.number, isFromProcess: signal.is_from_process != 0)
  }
}
