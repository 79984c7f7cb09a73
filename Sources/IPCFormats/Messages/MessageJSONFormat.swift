import ByteOutput
import IPCModel
import IPCProtocols

/// One JSON object a line for each message and call, with the envelope of an event.
public struct MessageJSONFormat: MessageFormat {
  private let byteLimit: Int?
  private var time: TimestampWriter

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
    let frame = message.frame
    var json = JSONWriter(output)
    json.beginObject()
    begin("message", from: frame.source, to: frame.destination, at: frame.time, &json)
    json.field("protocol", message.protocol)
    json.field("role", message.role.word)
    appendCommon(message, &json)
    if let status = message.status { json.field("status", status.word) }
    json.field("error", message.error)
    if let malformed = message.malformed { json.field("malformed", malformed) }
    append(message.channel, &json)
    json.field("count", frame.count)
    append(message.descriptors, "fd_count", &json)
    json.endObject()
    let content = MessageContent(of: frame, limit: byteLimit)
    json.field("bytes", content)
    end(
      from: frame.source, to: frame.destination, isTruncated: frame.isTruncated || content.isCut,
      frame.traits, &json)
    output = json.finish()
    output.append("\n")
  }

  /// Appends the object of a call.
  public mutating func append(_ call: Call, to output: inout OutputBuffer) {
    let request = call.request
    var json = JSONWriter(output)
    json.beginObject()
    begin("call", from: request.frame.source, to: request.frame.destination, at: call.time, &json)
    json.field("protocol", request.protocol)
    appendCommon(request, &json)
    json.field("status", call.status.word)
    json.field("error", call.error)
    if let duration = call.duration { json.field("duration_ns", duration) }
    if let serverTime = call.serverTime { json.field("server_ns", serverTime) }
    append(request.channel, &json)
    json.field("request_bytes", request.frame.count)
    json.field("response_bytes", call.responseBytes)
    append(request.frame.time, "request_time", &json)
    if let response = call.response { append(response.frame.time, "response_time", &json) }
    append(request.descriptors, "request_fd_count", &json)
    append(call.response?.descriptors ?? 0, "response_fd_count", &json)
    json.endObject()
    let asked = MessageContent(of: request.frame, limit: byteLimit)
    let answered = MessageContent(of: call.response?.frame, limit: byteLimit)
    json.field("request", asked)
    json.field("response", answered)
    end(
      from: request.frame.source, to: request.frame.destination,
      isTruncated: call.isTruncated || asked.isCut || answered.isCut, call.traits, &json)
    output = json.finish()
    output.append("\n")
  }

  /// Appends the object of a loss.
  public mutating func append(_ loss: Loss, to output: inout OutputBuffer) {
    var json = JSONWriter(output)
    json.append(loss, at: &time)
    output = json.finish()
  }

  // MARK: - Parts

  private mutating func begin(
    _ type: StaticString, from source: Endpoint, to destination: Endpoint, at time: UInt64,
    _ json: inout JSONWriter
  ) {
    json.envelope(of: type, from: source, to: destination)
    append(time, "time", &json)
    json.key("meta")
    json.beginObject()
  }

  private func appendCommon(_ message: Message, _ json: inout JSONWriter) {
    json.field("method", message.method)
    json.field("target", message.target)
    json.field("id", message.id)
  }

  /// Writes how many descriptors come with a message, if any do.
  private func append(_ descriptors: UInt32, _ key: StaticString, _ json: inout JSONWriter) {
    if descriptors > 0 { json.field(key, UInt64(descriptors)) }
  }

  private func append(_ channel: ChannelLabel, _ json: inout JSONWriter) {
    json.field("channel_type", channel.kind.row.name)
    json.field("channel", channel.name)
  }

  private mutating func append(_ time: UInt64, _ key: StaticString, _ json: inout JSONWriter) {
    json.key(key)
    json.beginString()
    self.time.append(time, to: &json.output)
    json.endString()
  }

  private func end(
    from source: Endpoint, to destination: Endpoint, isTruncated: Bool, _ traits: Event.Traits,
    _ json: inout JSONWriter
  ) {
    json.field("src_tid", Int64(source.tid))
    json.field("dst_tid", Int64(destination.tid))
    if isTruncated { json.field("truncated", true) }
    json.appendInferred(traits)
    if traits.contains(.undelivered) { json.field("delivered", false) }
    json.endObject()
  }
}

extension JSONWriter {
  /// Writes a key and a text, if there is one.
  fileprivate mutating func field(_ name: StaticString, _ text: [UInt8]?) {
    guard let text else { return }
    text.withUnsafeBufferPointer { field(name, $0) }
  }

  /// Writes a key and contents, if there are any.
  fileprivate mutating func field(_ name: StaticString, _ content: MessageContent) {
    guard let bytes = content.bytes else { return }
    key(name)
    bytes.withUnsafeBytes { value(base64: $0) }
  }
}
