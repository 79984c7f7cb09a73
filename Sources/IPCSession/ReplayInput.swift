import Glibc
import IPCModel
import SystemPackage

/// Waits for the bytes of a capture, and for the signals that end its replay or ask for a summary.
///
/// A class, because who reads the capture asks it, and who shows the capture as well.
final class ReplayInput {
  private let summary: TrafficOutput?
  private var signals: StopSignals?
  private var stop = StopPolicy()

  /// Prepares a replay with or without a summary.
  init(summary: TrafficOutput?) { self.summary = summary }

  /// Whether the replay is to end where it is.
  var isStopped: Bool { stop.isStopping && stop.isOver(at: monotonicNow()) }

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
      poll(&polls, nfds_t(polls.count), stop.patience(at: monotonicNow()))
      if polls[0].revents != 0, polls[1].revents == 0 { return true }
    }
  }

  private func takeSignals(endingWith descriptor: Int32) throws(Failure) {
    while let arrival = signals?.next() {
      switch arrival.number {
      case SIGCHLD: break
      case SIGUSR1: try showSummary()
      // Whoever writes the stream has been told as well, as at Ctrl-C, or soon has no reader.
      default:
        _ = stop.take(arrival, sourceGoesOn: Self.isStream(descriptor), now: monotonicNow())
      }
    }
  }

  private func showSummary() throws(Failure) {
    guard let summary else { return TrafficOutput.warnOfAbsence() }
    try summary.show(at: nil)
  }

  /// Whether bytes come from another process as it writes them.
  private static func isStream(_ descriptor: Int32) -> Bool {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return false }
    return [S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT)
  }
}
