import Glibc
import IPCModel
import SystemPackage

/// Waits for the bytes of a capture, and for the signals that end its replay or ask for a summary.
///
/// A class, because who reads the capture asks it, and who shows the capture as well.
final class ReplayInput {
  private let summary: SummaryOutput?
  private var signals: StopSignals?
  private var deadline: UInt64 = .max

  /// How long a stream may go on after a process has told ipcdump to end, in nanoseconds.
  private static let grace: UInt64 = 2_000_000_000

  /// Prepares a replay with or without a summary.
  init(summary: SummaryOutput?) { self.summary = summary }

  /// Whether the replay is to end where it is.
  var isStopped: Bool { deadline < .max && monotonicNow() >= deadline }

  /// Waits until there is something to read.
  ///
  /// - Returns: Whether it is to be read.
  func mayRead(from descriptor: Int32) throws(Failure) -> Bool {
    // Not before the file is open: a FIFO's opening waits for its writer, and can be interrupted.
    if signals == nil { signals = try StopSignals() }
    while true {
      try takeSignals(endingWith: descriptor)
      if isStopped { return false }
      var polls = [
        pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: signals?.descriptor.rawValue ?? -1, events: Int16(POLLIN), revents: 0),
      ]
      poll(&polls, nfds_t(polls.count), patience)
      if polls[0].revents != 0, polls[1].revents == 0 { return true }
    }
  }

  /// Milliseconds until the deadline; −1 for no end.
  private var patience: Int32 {
    guard deadline < .max else { return -1 }
    let now = monotonicNow()
    return now < deadline ? Int32(clamping: (deadline - now) / 1_000_000 + 1) : 0
  }

  private func takeSignals(endingWith descriptor: Int32) throws(Failure) {
    while let arrival = signals?.next() {
      switch arrival.number {
      case SIGCHLD: break
      case SIGUSR1: try showSummary()
      default: stop(arrival, endingWith: descriptor)
      }
    }
  }

  /// Whoever writes the stream has been told as well, as at Ctrl-C, or soon has no reader. What it still writes belongs to
  /// the capture; another signal ends the replay at once.
  private func stop(_ arrival: StopSignals.Arrival, endingWith descriptor: Int32) {
    guard deadline == .max, Self.isStream(descriptor) else { return deadline = 0 }
    deadline = arrival.isFromProcess ? monotonicNow() + Self.grace : .max - 1
  }

  private func showSummary() throws(Failure) {
    guard let summary else { return SummaryOutput.warnOfAbsence() }
    try summary.show(at: nil)
  }

  /// Whether bytes come from another process as it writes them.
  private static func isStream(_ descriptor: Int32) -> Bool {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return false }
    return [S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT)
  }
}
