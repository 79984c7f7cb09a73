import ByteOutput
import Glibc
import IPCCapture
import IPCFormats
import IPCModel
import SystemPackage

/// One run over a capture: hands out what it holds as if it happened now. Needs no privilege.
public struct Replay: ~Copyable {
  private let input: ReplayInput?
  private var reader: CaptureReader

  /// Begins to read a capture up to its end.
  public init(_ file: InputFile) throws(Failure) {
    input = nil
    reader = try CaptureReader(file: file)
  }

  /// Begins to read a capture whose replay signals can end, and which may be written while it is read.
  ///
  /// - Parameters:
  ///   - file: The capture.
  ///   - summary: Is shown when SIGUSR1 comes, if there is one.
  public init(_ file: InputFile, summary: TrafficOutput?) throws(Failure) {
    // Who reads the output may leave, also if whoever started ipcdump had this ignored.
    signal(SIGPIPE, SIG_DFL)
    let input = ReplayInput(summary: summary)
    reader = try CaptureReader(file: file) { descriptor throws(Failure) in
      try input.mayRead(from: descriptor)
    }
    self.input = input
  }

  /// Clock of the capture's beginning.
  public var clock: WallClock { reader.clock }

  /// Hands out everything. Of a capture that is damaged, what is whole is shown before the damage is thrown.
  public mutating func run(into pipeline: EventPipeline) throws(Failure) {
    input?.pipeline = pipeline
    do throws(Failure) {
      while !pipeline.isSatisfied, !isStopped, let entry = try reader.next() {
        take(entry, into: pipeline)
        if pipeline.isFull || !reader.hasMore { try pipeline.flush() }
      }
    } catch {
      // What was asked to stop may have stopped anywhere.
      if !isStopped {
        if let waits = reader.waits { pipeline.take(waits) }
        pipeline.take(error)
        try? pipeline.finish()
        throw error
      }
    }
    if let waits = reader.waits { pipeline.take(waits) }
    try pipeline.finish()
  }

  private var isStopped: Bool { input?.isStopped ?? false }

  private mutating func take(_ entry: CaptureReader.Entry, into pipeline: EventPipeline) {
    pipeline.follow(reader.clock)
    switch entry {
    case .event(let event): _ = pipeline.take(event, content: reader.content, texts: reader.texts)
    case .loss(let loss): pipeline.take(loss)
    }
  }
}

/// Waits for the bytes of a capture, and for the signals that end its replay or ask for a summary.
///
/// A class, because who reads the capture asks it, and who shows the capture as well.
final class ReplayInput {
  private let summary: TrafficOutput?
  /// Where the events go, as soon as there are any.
  weak var pipeline: EventPipeline?
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
      // Whoever writes the stream has been asked as well, as at Ctrl-C, or soon has no reader.
      default:
        _ = stop.take(arrival, sourceGoesOn: Self.isStream(descriptor), now: monotonicNow())
      }
    }
  }

  private func showSummary() throws(Failure) {
    if let summary { return try summary.show(at: nil) }
    if try pipeline?.showSummary() != true { TrafficOutput.warnOfAbsence() }
  }

  /// Whether bytes come from another process as it writes them.
  private static func isStream(_ descriptor: Int32) -> Bool {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return false }
    return [S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT)
  }
}
