import IPCFiltering
import IPCFormats
import IPCModel
import IPCSummary

extension EventSink {
  /// Prepares what the options ask for.
  ///
  /// - Parameters:
  ///   - output: Where events are shown.
  ///   - recorder: Where they are kept, if at all.
  ///   - summary: Where they are added up, if at all.
  ///   - clock: Clock that times are told by.
  convenience init(
    _ options: IPCDump, _ selection: Selection, _ output: borrowing OutputFile, recorder: Recorder?,
    summary: TrafficSummary?, clock: WallClock
  ) {
    let format = FormatOptions(
      byteLimit: options.output.shownBytes, timeStyle: options.output.time, clock: clock,
      color: options.output.isColored(onTerminal: output.isTerminal))
    self.init(
      filter: EventFilter(selection),
      format: options.showsEvents ? options.output.makeFormat(format) : nil,
      showsContents: options.output.showsContents, limit: options.output.count ?? 0, recorder: recorder,
      summary: summary, clock: clock)
  }
}
