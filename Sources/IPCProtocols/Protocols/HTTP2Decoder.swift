import IPCModel

/// Decodes HTTP/2: puts the frames of each stream together to its request and its answer.
final class HTTP2Decoder: MessageDecoder {
  private struct Direction {
    var headers = HPACKDecoder()
    /// The frame whose bytes are taken.
    var frame: HTTP2FrameHead?
    /// What has come of a header block, and whether the stream ends with it.
    var block: [UInt8] = []
    var blockEndsStream = false
    var isBlockCut = false
    /// Whether the block is of a request that the server promises to answer, which nobody has sent.
    var isBlockPromised = false
  }

  private let showsQuery: Bool
  private var client: Side?
  private var directions = [Direction(), Direction()]
  private var streams: [UInt32: HTTP2Stream] = [:]
  /// Streams that are over, the last ones: what clients still send in them is of no request.
  private var closed: [UInt32] = []

  /// Streams that may be open at a time; above, the oldest are given up.
  private static let streamLimit = 4096
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
    case .headers, .continuation, .pushPromise: takeHeaders(frame, flow, in: conversation)
    default: drop(flow)
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
      directions[side].isBlockPromised = frame.kind == .pushPromise
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
    let isPromised = directions[flow.side.rawValue].isBlockPromised
    guard frame.endsBlock else { return isPromised ? drop(flow) : keep(frame.stream, flow) }
    let fields = fields(flow)
    if isPromised { return drop(flow) }
    if client == nil, let fields {
      if fields.isRequest { client = flow.side }
      if fields.status != nil { client = flow.side.other }
    }
    let endsStream = directions[flow.side.rawValue].blockEndsStream
    keep(frame.stream, flow, fields)
    if endsStream { endHalf(frame.stream, flow, in: conversation) }
  }

  /// Ends a frame that is of no message.
  private func drop(_ flow: ByteFlow) { _ = flow.finishFrame() }

  private func takeData(_ frame: HTTP2FrameHead, _ flow: ByteFlow, in conversation: Conversation) {
    keep(frame.stream, flow)
    if frame.endsStream { endHalf(frame.stream, flow, in: conversation) }
  }

  // MARK: - Streams

  /// Counts a frame to its stream's message. Bytes of requests that are over, or of no known side, are of none.
  private func keep(_ number: UInt32, _ flow: ByteFlow, _ fields: HTTP2Fields? = nil) {
    guard let client, flow.side != client || !closed.contains(number) else { return drop(flow) }
    let stream = streams[number] ?? HTTP2Stream(number, flow)
    if streams[number] == nil {
      if streams.count >= Self.streamLimit, let oldest = streams.keys.min() { streams[oldest] = nil }
      streams[number] = stream
    }
    if flow.side == client {
      stream.request.add(flow)
      if let fields { stream.request.add(fields) }
    } else {
      stream.answer.add(flow)
      if let fields { stream.answer.add(fields) }
    }
  }

  private func endHalf(_ number: UInt32, _ flow: ByteFlow, in conversation: Conversation) {
    guard let stream = streams[number], let client else { return }
    // An answer may end before its request does, which nobody reads then.
    tellRequest(of: stream, flow, in: conversation)
    guard flow.side != client else { return }
    if let message = stream.finishAnswer() { conversation.emit(message, from: flow) }
    close(number)
  }

  private func close(_ number: UInt32) {
    streams[number] = nil
    if closed.count >= Self.closedLimit { closed.removeFirst() }
    closed.append(number)
  }

  /// Tells a request as the client's message, also if it is the server that has ended it.
  private func tellRequest(of stream: HTTP2Stream, _ flow: ByteFlow, in conversation: Conversation) {
    guard let message = stream.finishRequest(showsQuery: showsQuery) else { return }
    let clients = flow.side == client ? flow : conversation.flows[flow.side.other.rawValue]
    conversation.emit(message, from: clients ?? flow)
  }

  // MARK: - What ends too early (RFC 9113, sections 6.4 and 6.8)

  /// Ends a stream by RST_STREAM.
  private func end(_ number: UInt32, _ code: UInt32, _ flow: ByteFlow, in conversation: Conversation) {
    directions[flow.side.rawValue].frame = nil
    let reset = flow.finishFrame()
    guard let stream = streams[number], let client else { return }
    close(number)
    tellRequest(of: stream, flow, in: conversation)
    guard flow.side == client else { return conversation.emit(stream.refuse(code, reset), from: flow) }
    if let server = conversation.flows[flow.side.other.rawValue], let part = stream.finishPart() {
      conversation.emit(part, from: server)
    }
    conversation.emit(stream.withdraw(code, reset), from: flow)
  }

  private func tellEnd(_ code: UInt32, _ flow: ByteFlow, in conversation: Conversation) {
    directions[flow.side.rawValue].frame = nil
    var message = Message("http2", .data, flow.finishFrame())
    message.method = Array("GOAWAY".utf8)
    if code != 0 { message.error = HTTP2Error.text(code) }
    conversation.emit(message, from: flow)
  }
}
