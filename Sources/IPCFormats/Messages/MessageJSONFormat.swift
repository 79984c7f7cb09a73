import ByteOutput
import IPCModel
import IPCProtocols

/// One JSON object a line for each message and call, with the envelope of an event.
public struct MessageJSONFormat: MessageFormat {
  private let byteLimit: Int?
  private var time: TimestampWriter
  private var messageEnds = EndTexts(2)
  private var callEnds = EndTexts(2)

  /// Creates a format.
  public init(_ options: FormatOptions) {
    byteLimit = options.byteLimit
    time = TimestampWriter(.rfc3339, clock: options.clock)
  }

  /// Clock by which kernel times become times of day.
  public var clock: WallClock {
    get { time.clock }
    set { time.clock = newValue }
  }

  /// Appends the object of a message.
  public mutating func append(_ message: Message, to output: inout OutputBuffer) {
    let found = messageEnds.find(
      from: message.frame.source, to: message.frame.destination, with: &output
    ) { Self.appendEnds($0, "message", $1, $2, to: &$3) }
    messageEnds.append(0, of: found, to: &output)
    time.append(message.frame.time, to: &output)
    // In pieces as large as can be, as with events.
    output.append(#"","meta":{"protocol":""#)
    output.append(message.protocol)
    output.append(#"","role":""#)
    output.append(message.role.word)
    output.append("\"")
    appendWhat(message, to: &output)
    if let status = message.status {
      output.append(#","status":""#)
      output.append(status.word)
      output.append("\"")
    }
    append(#","error":"#, message.error, to: &output)
    var json = JSONWriter(output, isContinued: true)
    if let malformed = message.malformed { json.field("malformed", malformed) }
    append(message.channel, to: &json.output)
    json.output.append(#","count":"#)
    json.output.appendDecimal(message.frame.count)
    append(message.descriptors, "fd_count", &json)
    json.endObject()
    let content = MessageContent(message.frame.content, limit: byteLimit)
    json.field("bytes", content)
    messageEnds.append(1, of: found, to: &json.output)
    appendTraits(message.frame.traits, isTruncated: message.frame.isTruncated || content.isCut, &json)
    output = json.finish()
    output.append("}\n")
  }

  /// Appends the object of a call.
  public mutating func append(_ call: Call, to output: inout OutputBuffer) {
    let found = callEnds.find(
      from: call.request.frame.source, to: call.request.frame.destination, with: &output
    ) { Self.appendEnds($0, "call", $1, $2, to: &$3) }
    callEnds.append(0, of: found, to: &output)
    time.append(call.time, to: &output)
    output.append(#"","meta":{"protocol":""#)
    output.append(call.request.protocol)
    output.append("\"")
    appendWhat(call.request, to: &output)
    var json = JSONWriter(output, isContinued: true)
    json.field("status", call.status.word)
    append(#","error":"#, call.error, to: &json.output)
    if let duration = call.duration { json.field("duration_ns", duration) }
    if let serverTime = call.serverTime { json.field("server_ns", serverTime) }
    append(call.request.channel, to: &json.output)
    json.field("request_bytes", call.request.frame.count)
    json.field("response_bytes", call.responseBytes)
    append(call.request.frame.time, "request_time", &json)
    if let response = call.response { append(response.frame.time, "response_time", &json) }
    append(call.request.descriptors, "request_fd_count", &json)
    append(call.response?.descriptors ?? 0, "response_fd_count", &json)
    json.endObject()
    let asked = MessageContent(call.request.frame.content, limit: byteLimit)
    let answered = MessageContent(call.response?.frame.content, limit: byteLimit)
    json.field("request", asked)
    json.field("response", answered)
    callEnds.append(1, of: found, to: &json.output)
    appendTraits(call.traits, isTruncated: call.isTruncated || asked.isCut || answered.isCut, &json)
    output = json.finish()
    output.append("}\n")
  }

  /// Appends the object of a loss.
  public mutating func append(_ loss: Loss, to output: inout OutputBuffer) {
    var json = JSONWriter(output)
    json.append(loss, at: &time)
    output = json.finish()
  }

  // MARK: - Parts

  /// What comes before the time, up to its quotation mark, and what behind the contents.
  private static func appendEnds(
    _ text: Int, _ type: StaticString, _ source: Endpoint, _ destination: Endpoint,
    to output: inout OutputBuffer
  ) {
    var json = JSONWriter(output, isContinued: text != 0)
    if text == 0 {
      json.beginObject()
      json.envelope(of: type, from: source, to: destination)
      json.key("time")
      json.beginString()
    } else {
      json.field("src_tid", Int64(source.tid))
      json.field("dst_tid", Int64(destination.tid))
    }
    output = json.finish()
  }

  /// Writes what messages and calls both say, behind a value of the same object.
  private func appendWhat(_ message: Message, to output: inout OutputBuffer) {
    append(#","method":"#, message.method, to: &output)
    append(#","target":"#, message.target, to: &output)
    append(#","id":"#, message.id, to: &output)
  }

  /// Writes a key, with what separates it from what comes before, and a text, if there is one.
  @inline(__always)
  private func append(_ key: StaticString, _ text: [UInt8]?, to output: inout OutputBuffer) {
    guard let text else { return }
    output.append(key)
    text.withUnsafeBufferPointer { output.append($0, .json) }
  }

  /// Writes how many descriptors come with a message, if any do.
  private func append(_ descriptors: UInt32, _ key: StaticString, _ json: inout JSONWriter) {
    if descriptors > 0 { json.field(key, UInt64(descriptors)) }
  }

  private func append(_ channel: ChannelLabel, to output: inout OutputBuffer) {
    output.append(#","channel_type":""#)
    output.append(channel.kind.row.name)
    output.append("\"")
    append(#","channel":"#, channel.name, to: &output)
  }

  private mutating func append(_ time: UInt64, _ key: StaticString, _ json: inout JSONWriter) {
    json.key(key)
    json.beginString()
    self.time.append(time, to: &json.output)
    json.endString()
  }

  private func appendTraits(_ traits: Event.Traits, isTruncated: Bool, _ json: inout JSONWriter) {
    if isTruncated { json.field("truncated", true) }
    json.appendInferred(traits)
    if traits.contains(.undelivered) { json.field("delivered", false) }
  }
}

extension JSONWriter {
  /// Writes a key and contents, if there are any.
  fileprivate mutating func field(_ name: StaticString, _ content: MessageContent) {
    guard let bytes = content.bytes else { return }
    key(name)
    bytes.withUnsafeBytes { value(base64: $0) }
  }
}
