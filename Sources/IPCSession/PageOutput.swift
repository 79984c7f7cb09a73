import ByteOutput
import IPCFormats
import IPCModel
import IPCReport

/// Makes a page of events, which is written at the end.
public final class PageOutput: EventConsumer {
  private var report: Report
  private let path: String?

  /// Begins a page.
  ///
  /// - Parameters:
  ///   - path: File that it will be written to; nil or `-` for standard output.
  public init(_ report: consuming Report, to path: String?) throws(Failure) {
    self.report = report
    self.path = path
    // A file is not emptied before there is a page; what it is called says nothing yet.
    if path ?? "-" == "-" { try Self.refuseTerminal(OutputFile(path: path)) }
  }

  /// Puts an event into the page.
  public func take(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable
  ) -> Bool {
    report.take(event, content: content, texts: texts)
    return true
  }

  /// Puts a loss into the page.
  public func take(_ loss: Loss) { report.take(loss) }

  /// Tells on the page that the events are not all.
  public func take(_ failure: Failure) { report.warning = failure.sentence }

  /// Tells times of day by another clock from now on.
  public func follow(_ clock: WallClock) { report.clock = clock }

  /// Writes the page.
  public func finish() throws(Failure) {
    let output = try OutputFile(path: path)
    try Self.refuseTerminal(output)
    try report.write { buffer throws(Failure) in try output.write(&buffer) }
  }

  private static func refuseTerminal(_ output: borrowing OutputFile) throws(Failure) {
    guard output.isTerminal else { return }
    throw Failure(.usage, "a page is not for a terminal", advice: "choose a file with -o")
  }
}
