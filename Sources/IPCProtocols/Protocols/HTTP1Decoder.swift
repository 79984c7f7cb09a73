import IPCModel

/// Decodes HTTP/1: answers belong to requests by order.
final class HTTP1Decoder: MessageDecoder {
  /// Where a direction stands.
  private enum State {
    case head
    /// In a body of known length, or one that ends with the channel.
    case body
    case chunkSize
    case chunk
    case chunkEnd
    case trailer
  }

  /// One direction.
  private struct Direction {
    var state = State.head
    /// The message whose body comes.
    var draft: Message?
    /// What the channel is used for behind that message.
    var next = Next.http
    /// Whether its body has no length.
    var endsWithChannel = false
  }

  /// What comes behind a message.
  private enum Next {
    case http, webSocket, other
  }

  /// What of a request its answer depends on.
  private enum Asked {
    case body, head, connect
  }

  private let showsQuery: Bool
  private var directions = [Direction(), Direction()]
  /// Of the requests of each side that are not answered yet.
  private var asked: [[Asked]] = [[], []]
  private var webSocket: WebSocketDecoder?

  /// Requests that may be sent ahead of their answers.
  private static let pipelineLimit = 65_536

  init(showsQuery: Bool) { self.showsQuery = showsQuery }

  func reset(_ side: Side) { directions[side.rawValue] = Direction() }

  func decode(_ flow: ByteFlow, in conversation: Conversation) {
    if let webSocket { return webSocket.decode(flow, in: conversation) }
    switch directions[flow.side.rawValue].state {
    case .head: takeHead(flow, in: conversation)
    case .body: complete(flow, in: conversation)
    case .chunkSize: takeChunkSize(flow, in: conversation)
    case .chunk, .chunkEnd: takeChunkEnd(flow, in: conversation)
    case .trailer: takeTrailer(flow, in: conversation)
    }
  }

  func complete(_ flow: ByteFlow, in conversation: Conversation) {
    if let webSocket { return webSocket.complete(flow, in: conversation) }
    if directions[flow.side.rawValue].state == .chunk {
      directions[flow.side.rawValue].state = .chunkEnd
    } else {
      finish(flow, in: conversation)
    }
  }

  func settle(_ flow: ByteFlow, isLast: Bool, in conversation: Conversation) {
    // A body without a length ends with the channel.
    let direction = directions[flow.side.rawValue]
    guard isLast, webSocket == nil, direction.state == .body, direction.endsWithChannel else { return }
    finish(flow, in: conversation)
  }

  // MARK: - Heads

  private func takeHead(_ flow: ByteFlow, in conversation: Conversation) {
    let bytes = flow.unread
    // Empty lines before a request are ignored (RFC 9112, section 2.2).
    if flow.frameCount == 0, bytes[0] == 0x0D || bytes[0] == 0x0A {
      flow.take(1)
      if bytes[0] == 0x0A { _ = flow.finishFrame() }
      return
    }
    if flow.searched == 0, HTTPStartLine.recognise(bytes) == .no {
      return conversation.reject(flow, "no HTTP")
    }
    guard let end = Self.headEnd(bytes, from: max(0, flow.searched - 3)) else {
      flow.searched = bytes.count
      return
    }
    guard let head = HTTPHead(UnsafeRawBufferPointer(rebasing: bytes[..<end])) else {
      return conversation.reject(flow, "no HTTP")
    }
    flow.take(end)
    if head.isResponse {
      beginResponse(head, flow, in: conversation)
    } else {
      beginRequest(head, flow, in: conversation)
    }
  }

  /// Where the empty line ends; some programs send no carriage returns.
  static func headEnd(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    var index = start
    while let newline = bytes[index...].firstIndex(of: 0x0A) {
      guard newline + 1 < bytes.count else { return nil }
      if bytes[newline + 1] == 0x0A { return newline + 2 }
      if bytes[newline + 1] == 0x0D {
        guard newline + 2 < bytes.count else { return nil }
        if bytes[newline + 2] == 0x0A { return newline + 3 }
      }
      index = newline + 1
    }
    return nil
  }

  private func beginRequest(_ head: HTTPHead, _ flow: ByteFlow, in conversation: Conversation) {
    var message = Message("http1", .request, .pending)
    message.method = head.title(showsQuery: showsQuery)
    message.target = head.destination
    let side = flow.side.rawValue
    if asked[side].count < Self.pipelineLimit {
      let isConnect = head.method.elementsEqual("CONNECT".utf8)
      asked[side].append(isConnect ? .connect : head.method.elementsEqual("HEAD".utf8) ? .head : .body)
    }
    directions[side].draft = message
    begin(head, hasBody: head.isChunked || (head.contentLength ?? 0) > 0, flow, in: conversation)
  }

  private func beginResponse(_ head: HTTPHead, _ flow: ByteFlow, in conversation: Conversation) {
    let side = flow.side.rawValue
    // An interim answer is part of the one that follows it (RFC 9110, section 15.2).
    if (100..<200).contains(head.status), head.status != 101 { return }
    var message = Message("http1", .response, .pending)
    message.status = .ok
    message.code = UInt32(head.status)
    if head.status >= 400 {
      message.status = .error
      let code = Array(String(head.status).utf8)
      message.error = head.reason.isEmpty ? code : code + [0x20] + head.reason
    }
    directions[side].draft = message
    let question = asked[1 - side].isEmpty ? Asked.body : asked[1 - side].removeFirst()
    if head.status == 101 {
      let isWebSocket = head.upgrade.map { $0.map { $0 | 0x20 }.elementsEqual("websocket".utf8) } ?? false
      directions[side].next = isWebSocket ? .webSocket : .other
    } else if question == .connect, (200..<300).contains(head.status) {
      directions[side].next = .other
    }
    let hasNoBody =
      question == .head || head.status == 101 || head.status == 204 || head.status == 304
      || directions[side].next != .http
    guard !hasNoBody, !head.isChunked, head.contentLength == nil || head.isContradictory else {
      return begin(head, hasBody: !hasNoBody, flow, in: conversation)
    }
    directions[side].state = .body
    directions[side].endsWithChannel = true
    flow.passToEnd()
  }

  private func begin(_ head: HTTPHead, hasBody: Bool, _ flow: ByteFlow, in conversation: Conversation) {
    let side = flow.side.rawValue
    guard hasBody, head.isChunked || (head.contentLength ?? 0) > 0 else {
      return finish(flow, in: conversation)
    }
    // A server may answer before it has read all.
    if !head.isResponse { conversation.announceRequest(from: flow) }
    if head.isChunked {
      directions[side].state = .chunkSize
    } else {
      directions[side].state = .body
      flow.pass(head.contentLength ?? 0)
      if flow.isPassed { finish(flow, in: conversation) }
    }
  }

  private func finish(_ flow: ByteFlow, in conversation: Conversation) {
    let side = flow.side.rawValue
    let direction = directions[side]
    directions[side] = Direction()
    guard var message = direction.draft else { return conversation.emitMalformed(flow, "no HTTP") }
    message.frame = flow.finishFrame()
    conversation.emit(consume message, from: flow)
    switch direction.next {
    case .http: break
    case .webSocket: webSocket = WebSocketDecoder()
    case .other: conversation.leave()
    }
  }

  // MARK: - Chunks (RFC 9112, section 7.1)

  private func takeChunkSize(_ flow: ByteFlow, in conversation: Conversation) {
    let bytes = flow.unread
    guard let newline = bytes[min(flow.searched, bytes.count)...].firstIndex(of: 0x0A) else {
      flow.searched = bytes.count
      return
    }
    let digits = bytes[..<newline].prefix {
      $0 != 0x0D && $0 != 0x20 && $0 != 0x09 && $0 != UInt8(ascii: ";")
    }
    guard !digits.isEmpty, digits.count <= 15,
      let size = UInt64(String(decoding: digits, as: UTF8.self), radix: 16)
    else { return conversation.reject(flow, "no size of a chunk") }
    flow.take(newline + 1)
    guard size > 0 else {
      directions[flow.side.rawValue].state = .trailer
      return
    }
    directions[flow.side.rawValue].state = .chunk
    flow.pass(size)
    if flow.isPassed { directions[flow.side.rawValue].state = .chunkEnd }
  }

  private func takeChunkEnd(_ flow: ByteFlow, in conversation: Conversation) {
    let bytes = flow.unread
    let count = bytes[0] == 0x0A ? 1 : 2
    guard bytes.count >= count else { return }
    guard bytes[count - 1] == 0x0A, count == 1 || bytes[0] == 0x0D else {
      return conversation.reject(flow, "a chunk does not end")
    }
    flow.take(count)
    directions[flow.side.rawValue].state = .chunkSize
  }

  private func takeTrailer(_ flow: ByteFlow, in conversation: Conversation) {
    let bytes = flow.unread
    guard let newline = bytes[min(flow.searched, bytes.count)...].firstIndex(of: 0x0A) else {
      flow.searched = bytes.count
      return
    }
    let isEmpty = newline == 0 || (newline == 1 && bytes[0] == 0x0D)
    flow.take(newline + 1)
    if isEmpty { finish(flow, in: conversation) }
  }
}
