import ByteOutput
import IPCFiltering
import IPCFormats
import IPCModel
import IPCProtocols
import IPCTraffic

/// Shows messages and calls instead of transfers, or adds calls up.
public final class MessageOutput: EventConsumer {
  /// What is shown.
  public struct Choice: Sendable {
    /// Whether messages are.
    public var messages = false
    /// Whether calls are.
    public var calls = false
    /// Whether contents are shown; they may have been kept for others.
    public var contents = false
    /// Whether secrets are left out.
    public var redacts = false
    /// Whether losses are.
    public var losses = true
    /// Messages and calls after which enough were shown; 0 for no limit.
    public var limit: UInt64 = 0

    /// Shows nothing yet.
    public init() {}
  }

  private let choice: Choice
  private let filter: MessageFilter
  private var format: any MessageFormat
  private let output: OutputFile
  private var buffer = OutputBuffer()
  private var reader: MessageReader?
  private var shown: UInt64 = 0

  /// Begins the output.
  ///
  /// - Parameters:
  ///   - format: How they are written.
  ///   - output: Where they go.
  ///   - filter: Which of them are shown; transfers of both directions are needed to find these.
  ///   - omissions: Who can leave out contents that decoders pass over.
  public init(
    _ choice: Choice, _ settings: MessageSettings, as format: any MessageFormat,
    to output: consuming OutputFile, filter: EventFilter, omissions: (any BodyOmissions)? = nil
  ) {
    self.choice = choice
    self.filter = MessageFilter(filter)
    self.format = format
    self.output = output
    self.format.appendHeader(to: &buffer)
    var settings = settings
    settings.tellsCalls = choice.calls
    reader = MessageReader(
      settings, omissions: omissions, message: { [unowned self] in take($0) },
      call: { [unowned self] in take($0) })
  }

  /// Bytes that are not written yet.
  public var pendingBytes: Int { buffer.count }

  /// Where lines go.
  public var descriptors: [Int32] { [output.descriptor] }

  /// Puts an event together with those before.
  public func take(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable
  ) -> Bool {
    if isComplete { return false }
    filter.note(event, texts: texts)
    reader?.take(event, content: content, texts: texts)
    return !isComplete
  }

  /// Shows a loss, and doubts what may lack bytes.
  public func take(_ loss: Loss) {
    reader?.take(loss)
    if choice.losses { format.append(loss, to: &buffer) }
  }

  /// Tells times by another clock from now on.
  public func follow(_ clock: WallClock) { format.clock = clock }

  /// Writes what has been formatted.
  public func flush() throws(Failure) { try output.write(&buffer) }

  /// Ends all conversations, and writes the rest.
  public func finish() throws(Failure) {
    reader?.finish()
    reader = nil
    format.appendFooter(to: &buffer)
    try flush()
  }

  private var isComplete: Bool { choice.limit > 0 && shown >= choice.limit }

  private func take(_ message: Message) {
    guard choice.messages, !isComplete, filter.passes(message) else { return }
    shown += 1
    guard choice.redacts || hides(message.frame) else { return format.append(message, to: &buffer) }
    var message = message
    if !choice.contents { message.frame.content = nil }
    format.append(choice.redacts ? message.redacted() : message, to: &buffer)
  }

  /// Whether contents of a frame have been kept for others alone.
  private func hides(_ frame: Frame?) -> Bool { !choice.contents && frame?.content != nil }

  private func take(_ call: Call) {
    guard choice.calls, !isComplete, filter.passes(call) else { return }
    shown += 1
    guard choice.redacts || hides(call.request.frame) || hides(call.response?.frame) else {
      return format.append(call, to: &buffer)
    }
    var call = call
    if !choice.contents {
      call.request.frame.content = nil
      call.response?.frame.content = nil
    }
    format.append(choice.redacts ? call.redacted() : call, to: &buffer)
  }
}

/// Adds calls up and shows the summary at the end.
public final class CallSummaryOutput: EventConsumer {
  private var table = CallTable()
  private let rowCount: Int?
  private let isJSON: Bool
  private let output: OutputFile
  private let filter: MessageFilter
  private var reader: MessageReader?

  /// Prepares a summary of nothing.
  ///
  /// - Parameters:
  ///   - rowCount: How many methods are told apart; nil for all.
  ///   - isJSON: Whether it is written as JSON, and not as a table.
  ///   - output: Where it goes.
  ///   - filter: Which calls are added up.
  ///   - omissions: Who can leave out contents that decoders pass over.
  public init(
    rowCount: Int?, isJSON: Bool, _ settings: MessageSettings, to output: consuming OutputFile,
    filter: EventFilter, omissions: (any BodyOmissions)? = nil
  ) {
    self.rowCount = rowCount
    self.isJSON = isJSON
    self.output = output
    self.filter = MessageFilter(filter)
    reader = MessageReader(
      settings, omissions: omissions, message: { _ in },
      call: { [unowned self] call in
        if self.filter.passes(call) { table.take(call) }
      })
  }

  /// Where the summary goes.
  public var sparseDescriptors: [Int32] { [output.descriptor] }

  /// Puts an event together with those before.
  public func take(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable
  ) -> Bool {
    filter.note(event, texts: texts)
    reader?.take(event, content: content, texts: texts)
    return true
  }

  /// Doubts what may lack bytes.
  public func take(_ loss: Loss) { reader?.take(loss) }

  /// Shows the calls that are over by now.
  public func showSummary() throws(Failure) -> Bool {
    var buffer = OutputBuffer()
    let report = CallReport(of: table, top: rowCount)
    if isJSON { report.appendJSON(to: &buffer) } else { report.appendTable(to: &buffer) }
    try output.write(&buffer)
    return true
  }

  /// Ends all conversations, and shows the summary.
  public func finish() throws(Failure) {
    reader?.finish()
    reader = nil
    _ = try showSummary()
  }
}
