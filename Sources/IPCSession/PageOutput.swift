import ByteOutput
import IPCCapture
import IPCFiltering
import IPCFormats
import IPCModel
import IPCProtocols
import IPCReport

/// Makes a page of events and of the calls that they carry, which is written at the end.
public final class PageOutput: EventConsumer {
  private var report: Report
  private var output: OutputFile
  private let filter: EventFilter
  private let calls: MessageFilter
  private var reader: MessageReader?

  /// Begins a page.
  ///
  /// - Parameters:
  ///   - settings: How calls are put together.
  ///   - output: Where it will be written to; a file is not emptied before there is a page.
  ///   - filter: Which events and calls are in it; transfers of both directions are needed to find these.
  public init(
    _ report: consuming Report, _ settings: MessageSettings, to output: consuming OutputFile,
    filter: EventFilter
  ) {
    self.report = report
    self.output = output
    self.filter = filter
    calls = MessageFilter(filter)
    reader = MessageReader(
      settings, message: { _ in },
      call: { [unowned self] call in
        if calls.passes(call) { self.report.take(call) }
      })
  }

  /// Puts an event into the page, and together with those before.
  public func take(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable
  ) -> Bool {
    calls.note(event, texts: texts)
    let number = UInt64(report.events)
    if filter.passes(event, content: content, texts: texts) {
      report.take(event, content: content, texts: texts)
    }
    reader?.take(event, content: content, texts: texts, numbered: number..<UInt64(report.events))
    return true
  }

  /// Puts a loss into the page.
  public func take(_ loss: Loss) {
    reader?.take(loss)
    report.take(loss)
  }

  /// Puts into the page who waits for whom.
  public func take(_ waits: CapturedWaits) { report.take(waits: waits.sentences, json: waits.json) }

  /// Tells on the page that the events are not all.
  public func take(_ failure: Failure) { report.warning = failure.sentence }

  /// Tells times of day by another clock from now on.
  public func follow(_ clock: WallClock) { report.clock = clock }

  /// Ends all conversations, and writes the page.
  public func finish() throws(Failure) {
    reader?.finish()
    reader = nil
    try output.begin()
    try report.write { buffer throws(Failure) in try output.write(&buffer) }
  }
}
