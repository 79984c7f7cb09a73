import ByteOutput
import IPCCapture
import IPCFormats
import IPCModel
import IPCTracing
import IPCTraffic
import IPCWaits
import Logging
import ProcessSnapshot
import SystemPackage

/// What goes on at the time of a summary.
struct PresentState {
  /// What the kernel says of channels and of threads that wait at them.
  let snapshot: Snapshot
  /// Whether those will ever go on; nil if none waits.
  let waits: WaitReport?
}

/// Adds events up and shows the summary: at the end, and whenever it is asked for.
public final class TrafficOutput: EventConsumer {
  private var traffic = ConversationTable()
  private let edgeCount: Int?
  private let isJSON: Bool
  private let output: OutputFile
  private var beginning: UInt64 = 0
  private var lastState: PresentState?
  private var recordedWaits: CapturedWaits?

  /// Prepares a summary of nothing.
  ///
  /// - Parameters:
  ///   - edgeCount: How many edges are distinguished, the greatest first; nil for all.
  ///   - isJSON: Whether it is written as JSON, and not as a table.
  ///   - output: Where it goes.
  public init(edgeCount: Int?, isJSON: Bool, output: consuming OutputFile) {
    self.edgeCount = edgeCount
    self.isJSON = isJSON
    self.output = output
  }

  /// Where summaries go.
  public var sparseDescriptors: [Int32] { [output.descriptor] }

  /// Adds an event up.
  public func take(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable
  ) -> Bool {
    traffic.take(event, texts: texts)
    return true
  }

  /// Adds a loss up.
  public func take(_ loss: Loss) { traffic.take(loss) }

  /// Learns who waited for whom when a capture was made.
  public func take(_ waits: CapturedWaits) { recordedWaits = waits }

  /// Shows the summary of all, with what went on when the trace ended.
  public func finish() throws(Failure) { try show(at: lastState) }

  /// What its output is used for.
  public var use: FileUse { output.use(as: .text) }

  /// Answers who asks for a summary where there is none.
  static func warnOfAbsence() {
    Diagnostics.logger.warning("SIGUSR1 asks for a summary; start ipcdump with --summary to have one")
  }

  /// Learns when the trace has begun.
  func begin(at time: UInt64) { beginning = time }

  /// Learns what goes on at the end of the trace, before the last events come.
  func end(at state: PresentState) { lastState = state }

  /// What goes on now.
  ///
  /// - Parameter held: The channels that exist now.
  func look(
    _ tracer: borrowing Tracer, held: [OpenChannel], now: UInt64
  ) throws(Failure) -> PresentState {
    let snapshot = Snapshot(duration: now - beginning, held: held, waiting: try tracer.waitingThreads())
    let waiting = Set((snapshot.blocked ?? []).map(\.thread.pid))
    guard !waiting.isEmpty else { return PresentState(snapshot: snapshot, waits: nil) }
    let graph = WaitGraph(SnapshotTaker(witness: KernelLook()).take())
    return PresentState(snapshot: snapshot, waits: WaitReport(graph, from: waiting.sorted(), at: now))
  }

  /// Writes the summary as it is now.
  ///
  /// - Parameter state: What is going on now; nil if the events are of the past.
  func show(at state: PresentState?) throws(Failure) {
    var buffer = OutputBuffer()
    let report = traffic.report(top: edgeCount, at: state?.snapshot)
    let recorded = state == nil ? recordedWaits : nil
    if isJSON {
      report.appendJSON(state?.waits?.verdicts ?? recorded?.verdicts, to: &buffer)
    } else {
      let width = Terminal.width(of: output.descriptor)
      report.appendTable(to: &buffer, width: width)
      state?.waits?.appendVerdicts(width: width, to: &buffer)
      recorded?.appendSentences(to: &buffer)
    }
    try output.write(&buffer)
  }
}
