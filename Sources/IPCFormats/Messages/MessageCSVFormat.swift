import ByteOutput
import IPCModel
import IPCProtocols

/// Comma-separated values (RFC 4180) of messages and calls, one table for both.
public struct MessageCSVFormat: MessageFormat {
  private let byteLimit: Int?
  private var time: TimestampWriter

  private static let header: StaticString = """
    src_pid,src_comm,dst_pid,dst_comm,type,time,protocol,role,method,target,id,status,error,malformed,duration_ns,\
    server_ns,channel_type,channel,count,request_bytes,response_bytes,request_time,response_time,bytes,request,\
    response,src_tid,dst_tid,truncated,inferred,delivered,lost_type,lost_count,lost_bytes,fd_count,\
    request_fd_count,response_fd_count\r

    """

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

  /// Appends the names of the columns.
  public mutating func appendHeader(to output: inout OutputBuffer) { output.append(Self.header) }

  /// Appends the row of a message.
  public mutating func append(_ message: Message, to output: inout OutputBuffer) {
    let frame = message.frame
    begin("message", from: frame.source, to: frame.destination, at: frame.time, &output)
    append(message, role: message.role.word, status: message.status, message.error, &output)
    append(message.malformed ?? "", &output)
    output.append(",,")
    append(message.channel, &output)
    append(frame.count, &output)
    output.append(",,,,")
    let content = MessageContent(frame.content, limit: byteLimit)
    append(content, &output)
    output.append(",,")
    end(
      from: frame.source, to: frame.destination, isTruncated: frame.isTruncated || content.isCut,
      frame.traits, &output)
    append(message.descriptors, &output)
    output.append(",,\r\n")
  }

  /// Appends the row of a call.
  public mutating func append(_ call: Call, to output: inout OutputBuffer) {
    let frame = call.request.frame
    begin("call", from: frame.source, to: frame.destination, at: call.time, &output)
    append(call.request, role: "", status: call.status, call.error, &output)
    output.append(",")
    append(call.duration, &output)
    append(call.serverTime, &output)
    append(call.request.channel, &output)
    output.append(",")
    append(frame.count, &output)
    append(call.responseBytes, &output)
    time.append(frame.time, to: &output)
    output.append(",")
    if let response = call.response { time.append(response.frame.time, to: &output) }
    output.append(",,")
    let asked = MessageContent(frame.content, limit: byteLimit)
    let answered = MessageContent(call.response?.frame.content, limit: byteLimit)
    append(asked, &output)
    append(answered, &output)
    end(
      from: frame.source, to: frame.destination,
      isTruncated: call.isTruncated || asked.isCut || answered.isCut, call.traits, &output)
    output.append(",")
    append(call.request.descriptors, &output)
    output.append(",")
    append(call.response?.descriptors ?? 0, &output)
    output.append("\r\n")
  }

  /// Appends the row of a loss.
  public mutating func append(_ loss: Loss, to output: inout OutputBuffer) {
    output.append(",,,,lost,")
    time.append(loss.time, to: &output)
    output.append(",,,,,,,,,,,,,,,,,,,,,,,,,,")
    output.append(loss.typeName)
    output.append(",")
    output.appendDecimal(loss.count)
    output.append(",")
    output.appendDecimal(loss.bytes)
    output.append(",,,\r\n")
  }

  // MARK: - Columns, each with its comma

  private mutating func begin(
    _ type: StaticString, from source: Endpoint, to destination: Endpoint, at time: UInt64,
    _ output: inout OutputBuffer
  ) {
    output.appendDecimal(Int64(source.pid))
    output.append(",")
    output.append(source.comm, .csv)
    output.append(",")
    output.appendDecimal(Int64(destination.pid))
    output.append(",")
    output.append(destination.comm, .csv)
    output.append(",")
    output.append(type)
    output.append(",")
    self.time.append(time, to: &output)
    output.append(",")
  }

  private func append(
    _ message: Message, role: StaticString, status: CallStatus?, _ error: [UInt8]?,
    _ output: inout OutputBuffer
  ) {
    append(message.protocol, &output)
    append(role, &output)
    append(message.method, &output)
    append(message.target, &output)
    append(message.id, &output)
    append(status?.word ?? "", &output)
    append(error, &output)
  }

  private func append(_ channel: ChannelLabel, _ output: inout OutputBuffer) {
    append(channel.kind.row.name, &output)
    append(channel.name, &output)
  }

  private func append(_ text: StaticString, _ output: inout OutputBuffer) {
    text.withUTF8Buffer { output.append($0, .csv) }
    output.append(",")
  }

  private func append(_ text: [UInt8]?, _ output: inout OutputBuffer) {
    text?.withUnsafeBufferPointer { output.append($0, .csv) }
    output.append(",")
  }

  private func append(_ number: UInt64?, _ output: inout OutputBuffer) {
    if let number { output.appendDecimal(number) }
    output.append(",")
  }

  private func append(_ content: MessageContent, _ output: inout OutputBuffer) {
    content.bytes?.withUnsafeBytes { output.appendBase64($0) }
    output.append(",")
  }

  private func end(
    from source: Endpoint, to destination: Endpoint, isTruncated: Bool, _ traits: Event.Traits,
    _ output: inout OutputBuffer
  ) {
    output.appendDecimal(Int64(source.tid))
    output.append(",")
    output.appendDecimal(Int64(destination.tid))
    output.append(isTruncated ? ",true," : ",false,")
    output.appendInferred(traits)
    output.append(traits.contains(.undelivered) ? ",false" : ",true")
    output.append(",,,,")
  }

  private func append(_ descriptors: UInt32, _ output: inout OutputBuffer) {
    if descriptors > 0 { output.appendDecimal(UInt64(descriptors)) }
  }
}
