import ByteOutput
import IPCFormats
import IPCModel
import IPCProtocols

/// Shows events as lines, or as whatever the format makes of them.
public final class FormattedOutput: EventConsumer {
  /// What becomes of contents that were captured.
  public enum Contents: Sendable {
    /// They are shown.
    case shown
    /// They are captured for another output, and events are shown as if nobody had asked for them.
    case hidden
    /// Nobody has asked for them; a capture that is replayed may have some.
    case unwanted
  }

  private var format: any EventFormat
  private let output: OutputFile
  private let contents: Contents
  private let showsLosses: Bool
  private var buffer = OutputBuffer()
  /// What finds the protocol of each channel, if that is shown.
  private let reader: MessageReader?

  /// Begins the output.
  ///
  /// - Parameter showsProtocol: Whether the format shows which protocol a channel speaks.
  public init(
    _ format: any EventFormat, to output: consuming OutputFile, contents: Contents, showsLosses: Bool,
    showsProtocol: Bool = false
  ) {
    self.format = format
    var settings = MessageSettings()
    settings.pairsCalls = false
    reader = showsProtocol ? MessageReader(settings, message: { _ in }, call: { _ in }) : nil
    self.output = output
    self.contents = contents
    self.showsLosses = showsLosses
    self.format.appendHeader(to: &buffer)
  }

  /// Bytes that are not written yet.
  public var pendingBytes: Int { buffer.count }

  /// Where lines go.
  public var descriptors: [Int32] { [output.descriptor] }

  /// Shows an event.
  public func take(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable
  ) -> Bool {
    if let reader {
      reader.take(event, content: content, texts: texts)
      format.protocolName = reader.protocolName(of: event, texts: texts)
    }
    if contents == .shown || (contents == .unwanted && content == nil) {
      format.append(event, content: content, texts: texts, to: &buffer)
    } else {
      format.append(event.withoutContents(), content: nil, texts: texts, to: &buffer)
    }
    return true
  }

  /// Shows a loss, if losses are shown.
  public func take(_ loss: Loss) {
    if showsLosses { format.append(loss, to: &buffer) }
  }

  /// Tells times by another clock from now on.
  public func follow(_ clock: WallClock) { format.clock = clock }

  /// Writes what has been formatted.
  public func flush() throws(Failure) { try output.write(&buffer) }

  /// Ends what the format has begun, and writes the rest.
  public func finish() throws(Failure) {
    format.appendFooter(to: &buffer)
    try flush()
  }
}
