import ByteOutput
import IPCFormats
import IPCModel
import IPCReport

/// Makes a page of events, which is written at the end.
public final class PageOutput: EventConsumer {
  private var report: Report
  private var output: OutputFile

  /// Begins a page.
  ///
  /// - Parameter output: Where it will be written to; a file is not emptied before there is a page.
  public init(_ report: consuming Report, to output: consuming OutputFile) {
    self.report = report
    self.output = output
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
    try output.begin()
    try report.write { buffer throws(Failure) in try output.write(&buffer) }
  }
}
