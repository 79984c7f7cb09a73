import IPCModel

/// One stream of HTTP/2: its request and its answer, put together from their frames.
final class HTTP2Stream {
  /// What one side sends in it.
  struct Half {
    fileprivate var frame: PartedFrame
    private(set) var fields = HTTP2Fields()
    fileprivate(set) var isOver = false

    fileprivate init(_ flow: ByteFlow) { frame = PartedFrame(of: flow) }

    /// Counts a frame that has been taken to it.
    func add(_ flow: ByteFlow) { frame.add(flow) }

    /// Adds the fields of a header block. Those behind the final status are trailers, which only add gRPC's status.
    mutating func add(_ next: HTTP2Fields) {
      guard let status = fields.status, status >= 200 else {
        fields = fields.joined(next)
        return
      }
      fields.grpcStatus = next.grpcStatus ?? fields.grpcStatus
      fields.grpcMessage = next.grpcMessage ?? fields.grpcMessage
    }
  }

  let number: UInt32
  var request: Half
  var answer: Half

  init(_ number: UInt32, _ flow: ByteFlow) {
    self.number = number
    request = Half(flow)
    answer = Half(flow)
  }

  private var key: CallKey { .number(UInt64(number)) }

  /// Ends the request; nil if nothing of it was seen, or if it has been told.
  func finishRequest(showsQuery: Bool) -> Message? {
    guard !request.isOver, let frame = request.frame.finish() else { return nil }
    request.isOver = true
    var message = Message(request.fields.isGRPC ? "grpc" : "http2", .request, frame, link: .opens(key))
    message.id = digits(number)
    if let title = request.fields.title(showsQuery: showsQuery) {
      message.method = title
      message.target = request.fields.authority
    } else {
      message.method = Array("unknown".utf8)
    }
    return message
  }

  /// Ends the answer.
  func finishAnswer() -> Message? {
    guard let frame = answer.frame.finish() else { return nil }
    answer.isOver = true
    var message = answerMessage(frame)
    message.error = answer.fields.error
    message.status = message.error == nil ? .ok : .error
    return message
  }

  /// Ends the answer by the server's RST_STREAM, whose bytes count in no message.
  func refuse(_ code: UInt32, _ reset: Frame) -> Message {
    var empty = reset
    empty.count = 0
    var message = answerMessage(answer.frame.finish() ?? empty)
    message.error = answer.fields.error ?? HTTP2Error.text(code)
    message.status = .error
    return message
  }

  /// Ends what has come of the answer, behind which nothing is read any more.
  func finishPart() -> Message? {
    guard let frame = answer.frame.finish() else { return nil }
    var message = answerMessage(frame)
    message.role = .stream
    message.link = .adds(key)
    return message
  }

  /// The client's RST_STREAM.
  func withdraw(_ code: UInt32, _ reset: Frame) -> Message {
    var message = Message(
      request.fields.isGRPC ? "grpc" : "http2", .notification, reset, link: .abandons(key))
    message.id = digits(number)
    message.method = Array("RST_STREAM".utf8)
    message.error = HTTP2Error.text(code)
    return message
  }

  private func answerMessage(_ frame: Frame) -> Message {
    let fields = answer.fields
    let isGRPC = request.fields.isGRPC || fields.isGRPC || fields.grpcStatus != nil
    var message = Message(isGRPC ? "grpc" : "http2", .response, frame, link: .completes(key))
    message.id = digits(number)
    return message
  }
}

/// Reasons why a stream or a connection ends (RFC 9113, section 7).
enum HTTP2Error {
  /// Code and name.
  static func text(_ code: UInt32) -> [UInt8] {
    code < names.count ? words(digits(code), Array("\(names[Int(code)])".utf8)) : digits(code)
  }

  private static let names: [StaticString] = [
    "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
    "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM",
    "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
  ]
}
