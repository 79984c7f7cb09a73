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

  /// What a screen has to do something for: another size, to stop, to go on.
  static let ofScreen = [SIGWINCH, SIGTSTP, SIGCONT]

  /// Blocks SIGINT, SIGTERM, SIGHUP, SIGUSR1 and SIGCHLD and takes them over.
  ///
  /// - Parameter others: Others that are taken over, too.
  init(besides others: [Int32] = []) throws(Failure) {
    let numbers = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGCHLD] + others
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

/// When a run ends that signals have asked to end.
///
/// What feeds a run, a traced command or the program that writes the capture, has been asked as well if the signal came
/// from the terminal's keyboard, and is given a time if it came from a process. Its last words belong to the run. A second
/// signal, or one when there is nothing to wait for, ends the run at once.
struct StopPolicy {
  private enum State: Equatable {
    case goingOn
    /// Until what feeds the run has come to its end.
    case awaitingSource
    /// The same, and no longer than up to a time of `CLOCK_MONOTONIC`.
    case awaitingSourceUntil(UInt64)
    case over
  }

  private var state = State.goingOn

  /// How long what feeds a run may take after a process has asked it to end, in nanoseconds.
  private static let grace: UInt64 = 2_000_000_000

  /// Whether something has asked the run to end.
  var isStopping: Bool { state != .goingOn }

  /// Takes a signal that ends a run.
  ///
  /// - Parameter sourceGoesOn: Whether there is something to wait for.
  /// - Returns: Whether what feeds the run has to be asked to end.
  mutating func take(_ signal: StopSignals.Arrival, sourceGoesOn: Bool, now: UInt64) -> Bool {
    guard state == .goingOn, sourceGoesOn else {
      state = .over
      return false
    }
    state = signal.isFromProcess ? .awaitingSourceUntil(now + Self.grace) : .awaitingSource
    return signal.isFromProcess
  }

  /// Whether the run is to end, whatever still comes.
  func isOver(at now: UInt64) -> Bool {
    switch state {
    case .goingOn, .awaitingSource: false
    case .awaitingSourceUntil(let deadline): now >= deadline
    case .over: true
    }
  }

  /// Milliseconds until the run is to end, whatever still comes; −1 if that is not certain.
  func patience(at now: UInt64) -> Int32 {
    switch state {
    case .goingOn, .awaitingSource: -1
    case .awaitingSourceUntil(let deadline):
      now < deadline ? Int32(clamping: (deadline - now) / 1_000_000 + 1) : 0
    case .over: 0
    }
  }
}
