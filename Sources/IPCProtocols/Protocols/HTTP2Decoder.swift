import IPCModel

/// Decodes HTTP/2: puts the frames of each stream together to its request and its answer.
final class HTTP2Decoder: MessageDecoder {
  /// What one side sends in a stream.
  private struct Half {
    var frame: PartedFrame
    var fields = HTTP2Fields()
    var hasFields = false
    var isOver = false
  }

  private final class Stream {
    var request: Half
    var answer: Half
    init(_ flow: ByteFlow) {
      request = Half(frame: PartedFrame(of: flow))
      answer = Half(frame: PartedFrame(of: flow))
    }
  }

  private struct Direction {
    var headers = HPACKDecoder()
    /// The frame whose bytes are taken.
    var frame: HTTP2FrameHead?
    /// What has come of a header block, and whether the stream ends with it.
    var block: [UInt8] = []
    var blockEndsStream = false
    var isBlockOfPromise = false
    var isBlockCut = false
  }

  private let showsQuery: Bool
  private var client: Side?
  private var directions = [Direction(), Direction()]
  private var streams: [UInt32: Stream] = [:]
  /// Streams that are over, the last ones: what clients still send in them is of no request.
  private var closed: [UInt32] = []

  /// Streams that may be open at a time; above, the oldest are given up.
  private static let streamLimit = 16_384
  /// Streams that are over and are remembered.
  private static let closedLimit = 64
  /// Longest header block.
  private static let blockLimit = 256 << 10

  init(showsQuery: Bool) {
    self.showsQuery = showsQuery
    // Until the preface proves it, it may have been going on for long.
    for side in 0...1 { directions[side].headers.miss() }
  }

  func reset(_ side: Side) {
    directions[side.rawValue].headers.miss()
    directions[side.rawValue].frame = nil
    directions[side.rawValue].block = []
  }

  func decode(_ flow: ByteFlow, in conversation: Conversation) {
    let side = flow.side.rawValue
    let bytes = flow.unread
    if bytes.agrees(with: HTTP2FrameHead.preface), bytes[0] != 0 {
      let count = HTTP2FrameHead.preface.utf8CodeUnitCount
      guard bytes.count >= count else { return flow.wait(for: count) }
      client = flow.side
      directions[side].headers = HPACKDecoder()
      flow.take(count)
      _ = flow.finishFrame()
      return
    }
    guard bytes.count >= HTTP2FrameHead.count else { return flow.wait(for: HTTP2FrameHead.count) }
    guard let frame = HTTP2FrameHead(bytes) else { return conversation.reject(flow, "no HTTP/2 frame") }
    switch frame.kind {
    case .headers, .continuation, .pushPromise:
      let count = HTTP2FrameHead.count + frame.length
      guard frame.length <= Self.blockLimit else {
        directions[side].headers.miss()
        break
      }
      guard bytes.count >= count else { return flow.wait(for: count) }
      addBlock(frame, UnsafeRawBufferPointer(rebasing: bytes[HTTP2FrameHead.count..<count]), side)
    case .reset, .goAway:
      let count = HTTP2FrameHead.count + frame.length
      guard bytes.count >= count else { return flow.wait(for: count) }
      // Before its code, a GOAWAY has the last stream that is answered.
      let code = bytes.uint32(at: HTTP2FrameHead.count + (frame.kind == .reset ? 0 : 4), .big)
      take(frame, flow)
      if frame.kind == .goAway { return tellEnd(code, flow, in: conversation) }
      return end(frame.stream, code, flow, in: conversation)
    default: break
    }
    take(frame, flow)
    if flow.isPassed { complete(flow, in: conversation) }
  }

  private func take(_ frame: HTTP2FrameHead, _ flow: ByteFlow) {
    directions[flow.side.rawValue].frame = frame
    flow.take(HTTP2FrameHead.count)
    flow.pass(UInt64(frame.length))
  }

  func complete(_ flow: ByteFlow, in conversation: Conversation) {
    let side = flow.side.rawValue
    guard let frame = directions[side].frame else {
      return conversation.emitMalformed(flow, "no HTTP/2 frame")
    }
    directions[side].frame = nil
    switch frame.kind {
    case .data: takeData(frame, flow, in: conversation)
    case .headers, .continuation: takeHeaders(frame, flow, in: conversation)
    case .pushPromise:
      _ = fields(flow)
      _ = flow.finishFrame()
    default: _ = flow.finishFrame()
    }
  }

  // MARK: - Header blocks

  private func addBlock(_ frame: HTTP2FrameHead, _ payload: UnsafeRawBufferPointer, _ side: Int) {
    var cursor = FrameCursor(payload)
    if frame.kind != .continuation {
      let padding = frame.isPadded ? Int(cursor.uint8() ?? 0) : 0
      if frame.hasPriority { _ = cursor.take(5) }
      if frame.kind == .pushPromise { _ = cursor.take(4) }
      directions[side].block = Array(cursor.take(max(0, cursor.left - padding)) ?? payload)
      directions[side].blockEndsStream = frame.endsStream
      directions[side].isBlockCut = false
    } else if directions[side].block.count + payload.count <= Self.blockLimit {
      directions[side].block += payload
    } else {
      directions[side].isBlockCut = true
    }
  }

  /// Decodes a header block that is complete; nil if that cannot be.
  private func fields(_ flow: ByteFlow) -> HTTP2Fields? {
    let side = flow.side.rawValue
    let block = directions[side].block
    directions[side].block = []
    guard !directions[side].isBlockCut else {
      directions[side].headers.miss()
      return nil
    }
    var fields = HTTP2Fields()
    let isRead = block.withUnsafeBytes { block in
      directions[side].headers.decode(block) { fields.add($0, $1) }
    }
    return isRead ? fields : nil
  }

  private func takeHeaders(_ frame: HTTP2FrameHead, _ flow: ByteFlow, in conversation: Conversation) {
    guard frame.endsBlock else { return keep(frame.stream, flow) }
    let fields = fields(flow)
    if client == nil, let fields {
      if fields.isRequest { client = flow.side }
      if fields.status != nil { client = flow.side.other }
    }
    let endsStream = directions[flow.side.rawValue].blockEndsStream
    keep(frame.stream, flow) { half in
      half.hasFields = true
      guard let fields else { return }
      if let status = half.fields.status, status >= 200 {
        half.fields.grpcStatus = fields.grpcStatus ?? half.fields.grpcStatus
        half.fields.grpcMessage = fields.grpcMessage ?? half.fields.grpcMessage
      } else {
        half.fields = half.fields.joined(fields)
      }
    }
    if endsStream { endHalf(frame.stream, flow, in: conversation) }
  }

  private func takeData(_ frame: HTTP2FrameHead, _ flow: ByteFlow, in conversation: Conversation) {
    keep(frame.stream, flow)
    if frame.endsStream { endHalf(frame.stream, flow, in: conversation) }
  }

  // MARK: - Streams

  /// Counts a frame to its stream's message. Bytes of streams that are over, or of no known side, are of none.
  private func keep(_ number: UInt32, _ flow: ByteFlow, _ change: (inout Half) -> Void = { _ in }) {
    guard let client, flow.side != client || !closed.contains(number) else {
      _ = flow.finishFrame()
      return
    }
    let stream = streams[number] ?? Stream(flow)
    if streams[number] == nil {
      if streams.count >= Self.streamLimit, let oldest = streams.keys.min() { streams[oldest] = nil }
      streams[number] = stream
    }
    if flow.side == client {
      stream.request.frame.add(flow)
      change(&stream.request)
    } else {
      stream.answer.frame.add(flow)
      change(&stream.answer)
    }
  }

  private func endHalf(_ number: UInt32, _ flow: ByteFlow, in conversation: Conversation) {
    guard let stream = streams[number], let client else { return }
    if flow.side == client {
      tellRequest(number, stream, flow, in: conversation)
      if stream.answer.isOver { close(number) }
    } else {
      // An answer may end before its request does, which nobody reads then.
      tellRequest(number, stream, flow, in: conversation)
      tellAnswer(number, stream, flow, in: conversation)
      close(number)
    }
  }

  private func close(_ number: UInt32) {
    streams[number] = nil
    if closed.count >= Self.closedLimit { closed.removeFirst() }
    closed.append(number)
  }

  private func tellRequest(
    _ number: UInt32, _ stream: Stream, _ flow: ByteFlow, in conversation: Conversation
  ) {
    guard !stream.request.isOver, let frame = stream.request.frame.finish() else { return }
    stream.request.isOver = true
    let fields = stream.request.fields
    var message = Message(
      fields.isGRPC ? "grpc" : "http2", .request, frame, link: .opens(Self.key(number)))
    message.id = digits(number)
    if let title = fields.title(showsQuery: showsQuery) {
      message.method = title
      message.target = fields.authority
    } else {
      message.method = Array("unknown".utf8)
    }
    conversation.emit(message, from: clientsFlow(flow, conversation))
  }

  /// The client's direction: a request may be told when its answer is over.
  private func clientsFlow(_ flow: ByteFlow, _ conversation: Conversation) -> ByteFlow {
    flow.side == client ? flow : conversation.flows[flow.side.other.rawValue] ?? flow
  }

  private func tellAnswer(
    _ number: UInt32, _ stream: Stream, _ flow: ByteFlow, in conversation: Conversation
  ) {
    guard let frame = stream.answer.frame.finish() else { return }
    stream.answer.isOver = true
    let fields = stream.answer.fields
    var message = answer(number, stream, frame)
    message.error = fields.error
    message.status = message.error == nil ? .ok : .error
    conversation.emit(message, from: flow)
  }

  private func answer(_ number: UInt32, _ stream: Stream, _ frame: Frame) -> Message {
    let fields = stream.answer.fields
    let isGRPC = stream.request.fields.isGRPC || fields.isGRPC || fields.grpcStatus != nil
    var message = Message(
      isGRPC ? "grpc" : "http2", .response, frame, link: .completes(Self.key(number)))
    message.id = digits(number)
    return message
  }

  private static func key(_ number: UInt32) -> CallKey { .id(withUnsafeBytes(of: number) { Array($0) }) }

  // MARK: - What ends too early (sections 6.4 and 6.8)

  /// Ends a stream by RST_STREAM.
  private func end(_ number: UInt32, _ code: UInt32, _ flow: ByteFlow, in conversation: Conversation) {
    directions[flow.side.rawValue].frame = nil
    var frame = flow.finishFrame()
    guard let stream = streams[number], let client else { return }
    close(number)
    tellRequest(number, stream, flow, in: conversation)
    if flow.side == client {
      if let part = stream.answer.frame.finish() {
        var message = answer(number, stream, part)
        message.role = .stream
        message.link = .adds(Self.key(number))
        if let server = conversation.flows[flow.side.other.rawValue] {
          conversation.emit(message, from: server)
        }
      }
      var message = Message(
        stream.request.fields.isGRPC ? "grpc" : "http2", .notification, frame,
        link: .abandons(Self.key(number)))
      message.id = digits(number)
      message.method = Array("RST_STREAM".utf8)
      message.error = Self.error(code)
      conversation.emit(message, from: flow)
    } else {
      frame.count = 0
      var message = answer(number, stream, stream.answer.frame.finish() ?? frame)
      message.error = stream.answer.fields.error ?? Self.error(code)
      message.status = .error
      conversation.emit(message, from: flow)
    }
  }

  private func tellEnd(_ code: UInt32, _ flow: ByteFlow, in conversation: Conversation) {
    directions[flow.side.rawValue].frame = nil
    var message = Message("http2", .data, flow.finishFrame())
    message.method = Array("GOAWAY".utf8)
    if code != 0 { message.error = Self.error(code) }
    conversation.emit(message, from: flow)
  }

  /// Code and name of an error (section 7).
  private static func error(_ code: UInt32) -> [UInt8] {
    let names: [StaticString] = [
      "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT",
      "STREAM_CLOSED", "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR",
      "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
    ]
    return code < names.count ? words(digits(code), Array("\(names[Int(code)])".utf8)) : digits(code)
  }
}

extension HTTP2Fields {
  /// These fields with those of a block behind it, which count if these have none.
  func joined(_ next: HTTP2Fields) -> HTTP2Fields {
    var all = self
    all.method = method ?? next.method
    all.path = path ?? next.path
    all.authority = authority ?? next.authority
    all.status = next.status ?? status
    all.grpcStatus = next.grpcStatus ?? grpcStatus
    all.grpcMessage = next.grpcMessage ?? grpcMessage
    all.isGRPC = isGRPC || next.isGRPC
    all.isRequest = isRequest || next.isRequest
    all.hasType = hasType || next.hasType
    all.hasUnknown = hasUnknown || next.hasUnknown
    return all
  }
}
