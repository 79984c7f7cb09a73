import ByteOutput
import IPCFormats
import IPCModel
import IPCTracing
import IPCTraffic
import Logging
import SystemPackage

/// Shows the summary of a trace: at its end, and whenever it is asked for.
///
/// A class, because it is asked for wherever ipcdump waits.
public final class SummaryOutput {
  /// What is added up.
  public let traffic = TrafficSummary()
  private let edgeCount: Int?
  private let isJSON: Bool
  private let output: OutputFile
  private var beginning: UInt64 = 0

  /// Prepares a summary of nothing.
  ///
  /// - Parameters:
  ///   - edgeCount: How many edges are told apart, the greatest first; nil for all.
  ///   - isJSON: Whether it is written as JSON, and not as a table.
  ///   - output: Where it goes.
  public init(edgeCount: Int?, isJSON: Bool, output: consuming OutputFile) {
    self.edgeCount = edgeCount
    self.isJSON = isJSON
    self.output = output
  }

  /// Descriptor, to find the pipe or terminal behind it.
  var descriptor: Int32 { output.descriptor }

  /// What its output is used for.
  public var use: FileUse { output.use(as: .text) }

  /// Answers who asks for a summary where there is none.
  static func warnOfAbsence() {
    Diagnostics.logger.warning("SIGUSR1 asks for a summary; start ipcdump with --summary to have one")
  }

  /// Learns when the trace has begun.
  func begin(at time: UInt64) { beginning = time }

  /// What the kernel says now.
  ///
  /// - Parameter held: The channels that exist now.
  func look(
    _ tracer: borrowing Tracer, held: [HeldChannel], now: UInt64
  ) throws(Failure) -> Snapshot {
    var snapshot = Snapshot(duration: now - beginning)
    // Every holder of a channel says the same.
    for channel in held {
      if let unread = channel.countedUnread { snapshot.unread[channel.receivingEnd] = UInt64(unread) }
    }
    let channels = HeldChannels(held)
    snapshot.blocked = try tracer.waitingThreads().compactMap { BlockedThread($0, among: channels) }
    return snapshot
  }

  /// Writes the summary as it is now.
  ///
  /// - Parameter snapshot: What is going on now; nil if the events are of the past.
  func show(at snapshot: Snapshot?) throws(Failure) {
    var buffer = OutputBuffer()
    let report = traffic.report(top: edgeCount, at: snapshot)
    if isJSON { report.appendJSON(to: &buffer) } else { report.appendTable(to: &buffer) }
    try output.write(&buffer)
  }
}
