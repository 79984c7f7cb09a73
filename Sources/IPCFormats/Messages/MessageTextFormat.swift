import ByteOutput
import IPCModel
import IPCProtocols

/// One line a message or call for people, with the contents indented below.
public struct MessageTextFormat: MessageFormat {
  private let byteLimit: Int?
  private let contentStyle: ContentStyle
  private let palette: Palette
  private var time: TextTimeWriter

  /// Creates a format.
  public init(_ options: FormatOptions) {
    byteLimit = options.byteLimit
    contentStyle = options.contentStyle
    palette = options.color ? .colored : .plain
    time = TextTimeWriter(options.timeStyle, clock: options.clock)
  }

  /// Clock by which kernel times become times of day.
  public var clock: WallClock {
    get { time.clock }
    set { time.clock = newValue }
  }

  /// Appends the line of a message, and its contents.
  public mutating func append(_ message: Message, to output: inout OutputBuffer) {
    begin(
      "message", from: message.frame.source, to: message.frame.destination, at: message.frame.time, &output)
    let content = MessageContent(message.frame.content, limit: byteLimit)
    appendStatement(message, isCut: content.isCut, to: &output)
    output.append("\n")
    append(content, &output)
  }

  /// Appends what the line of a message says behind its ends.
  ///
  /// - Parameter isCut: Whether not all of its contents are shown.
  package func appendStatement(_ message: Message, isCut: Bool = false, to output: inout OutputBuffer) {
    output.append(message.protocol)
    output.append(" ")
    output.append(message.role.word)
    appendTitle(message, &output)
    if let status = message.status { append(status, message.error, &output) }
    append(", ", message.frame.count, &output)
    appendDescriptors(message.descriptors, &output)
    if let malformed = message.malformed { appendRemark("malformed: ", malformed, &output) }
    appendRemarks(message.frame.traits, isTruncated: message.frame.isTruncated || isCut, &output)
  }

  /// Appends the line of a call, and the contents of its request and response.
  public mutating func append(_ call: Call, to output: inout OutputBuffer) {
    let request = call.request
    begin("call", from: request.frame.source, to: request.frame.destination, at: call.time, &output)
    let asked = MessageContent(request.frame.content, limit: byteLimit)
    let answered = MessageContent(call.response?.frame.content, limit: byteLimit)
    appendStatement(call, isCut: asked.isCut || answered.isCut, to: &output)
    output.append("\n")
    for (title, content) in [("request:", asked), ("response:", answered)] as [(StaticString, MessageContent)]
    {
      guard content.bytes != nil else { continue }
      output.append("\t")
      output.append(title)
      output.append("\n")
      append(content, &output)
    }
  }

  /// Appends what the line of a call says behind its ends.
  ///
  /// - Parameter isCut: Whether not all of its contents are shown.
  package func appendStatement(_ call: Call, isCut: Bool = false, to output: inout OutputBuffer) {
    output.append(call.request.protocol)
    appendTitle(call.request, &output)
    append(call.status, call.error, &output)
    if let duration = call.duration {
      output.append(", ")
      output.append(text: Quantity.time(duration))
    }
    append(", ", call.request.frame.count, &output)
    append(" > ", call.responseBytes, &output)
    appendDescriptors(call.request.descriptors, in: " in the request", &output)
    appendDescriptors(call.response?.descriptors ?? 0, in: " in the response", &output)
    appendRemarks(call.traits, isTruncated: call.isTruncated || isCut, &output)
  }

  /// Appends the line of a loss.
  public mutating func append(_ loss: Loss, to output: inout OutputBuffer) {
    time.append(loss.time, to: &output)
    output.append(loss, palette)
  }

  // MARK: - Parts

  private mutating func begin(
    _ type: StaticString, from source: Endpoint, to destination: Endpoint, at time: UInt64,
    _ output: inout OutputBuffer
  ) {
    self.time.append(time, to: &output)
    output.append(type, in: palette.type, palette)
    output.append(" ")
    output.append(source, in: palette.source, palette)
    output.append(" > ")
    output.append(destination, in: palette.destination, palette)
    output.append(": ")
  }

  private func appendTitle(_ message: Message, _ output: inout OutputBuffer) {
    for text in [message.method, message.target] {
      guard let text else { continue }
      output.append(" ")
      text.withUnsafeBufferPointer { output.append($0, .terminal) }
    }
    guard let id = message.id else { return }
    output.append(", id ")
    id.withUnsafeBufferPointer { output.append($0, .terminal) }
  }

  private func append(_ status: CallStatus, _ error: [UInt8]?, _ output: inout OutputBuffer) {
    output.append(", ")
    if status != .ok { output.append(palette.caution) }
    output.append(status.word)
    if let error {
      output.append(" ")
      error.withUnsafeBufferPointer { output.append($0, .terminal) }
    }
    if status != .ok { output.append(palette.reset) }
  }

  private func append(_ separator: StaticString, _ count: UInt64, _ output: inout OutputBuffer) {
    output.append(separator)
    output.append(text: Quantity.rate(count))
  }

  private func appendDescriptors(_ count: UInt32, in place: StaticString = "", _ output: inout OutputBuffer) {
    guard count > 0 else { return }
    output.append(", ")
    output.appendDecimal(UInt64(count))
    output.append(count == 1 ? " fd" : " fds")
    output.append(place)
  }

  private func appendRemark(
    _ word: StaticString, _ detail: StaticString, inferred: Event.Traits = [], _ output: inout OutputBuffer
  ) {
    output.append(", ")
    output.append(palette.caution)
    output.append(word)
    output.append(detail)
    output.appendInferred(inferred)
    output.append(palette.reset)
  }

  private func appendRemarks(_ traits: Event.Traits, isTruncated: Bool, _ output: inout OutputBuffer) {
    if traits.hasInferred { appendRemark("inferred ", "", inferred: traits, &output) }
    if traits.contains(.undelivered) { appendRemark("undelivered", "", &output) }
    if isTruncated { appendRemark("truncated", "", &output) }
  }

  private func append(_ content: MessageContent, _ output: inout OutputBuffer) {
    content.bytes?.withUnsafeBytes { bytes in
      switch contentStyle {
      case .hexDump: output.appendHexDump(bytes)
      case .ascii: output.appendASCII(bytes)
      case .lines: IndentedJSON.lines(of: bytes).withUnsafeBytes { output.appendTextLines($0) }
      }
    }
  }
}
