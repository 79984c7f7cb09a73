import IPCModel

/// Decodes PostgreSQL. A request is what a client sends up to a Sync, or a simple query; its answer is all up to
/// ReadyForQuery.
final class PostgresDecoder: MessageDecoder {
  private var client: Side?
  private var requests = PostgresRequests()
  /// Type of the message that each side is in, whose rest is passed over.
  private var types: [UInt8?] = [nil, nil]
  /// What the server has said of an answer before something else came.
  private var answer: PartedFrame?
  private var error: (text: [UInt8], isCancelled: Bool)?
  /// Whether the client has begun, and the server has not said that it is ready.
  private var isStarting = false
  private var isSingleByteDue = false
  /// Requests that are not answered.
  private var open = 0
  /// Whether both sides copy data at any time, as of a replication.
  private var copiesBoth = false

  /// Bytes of a message that are looked at.
  private static let headLimit = 4096

  func reset(_ side: Side) {
    types[side.rawValue] = nil
    if side == client { requests.reset() }
  }

  func decode(_ flow: ByteFlow, in conversation: Conversation) {
    let bytes = flow.unread
    if isSingleByteDue, flow.side != client { return takeSingleByte(flow, in: conversation) }
    if bytes[0] == 0, flow.side == client || client == nil {
      return takeOpening(flow, in: conversation)
    }
    guard bytes.count >= 5 else { return flow.wait(for: 5) }
    let length = bytes.uint32(at: 1, .big)
    if client == nil { findSides(bytes, flow.side) }
    guard length >= 4, length <= PostgresMessage.lengthLimit, isOfSide(bytes[0], flow.side) else {
      return conversation.reject(flow, "no PostgreSQL message")
    }
    let shown = isLookedAt(bytes[0], flow.side) ? 1 + min(Int(length), Self.headLimit) : 5
    guard bytes.count >= shown else { return flow.wait(for: shown) }
    let body = UnsafeRawBufferPointer(rebasing: bytes[5..<shown])
    let isAsynchronous =
      bytes[0] == UInt8(ascii: "A") || (bytes[0] == UInt8(ascii: "S") && !isStarting && flow.side != client)
    if isAsynchronous {
      // It is no part of the answer that it comes within.
      keepAnswer(flow)
      requests.asynchronous = Self.subject(bytes[0], body)
    } else if flow.side == client {
      requests.note(bytes[0], body)
    } else if bytes[0] == UInt8(ascii: "E") {
      let said = PostgresMessage.error(body)
      error = (said.text, said.isCancelled)
      requests.isFatal = said.isFatal
    }
    types[flow.side.rawValue] = bytes[0]
    flow.take(shown)
    flow.pass(UInt64(1 + Int(length) - shown))
    if flow.isPassed { complete(flow, in: conversation) }
  }

  func complete(_ flow: ByteFlow, in conversation: Conversation) {
    guard let type = types[flow.side.rawValue] else {
      return conversation.emitMalformed(flow, "no PostgreSQL message")
    }
    types[flow.side.rawValue] = nil
    if flow.side == client {
      finishClients(type, flow, in: conversation)
    } else {
      finishServers(type, flow, in: conversation)
    }
  }

  /// Finds out which side sends these messages: some types are of both, and then those behind them tell.
  private func findSides(_ bytes: UnsafeRawBufferPointer, _ side: Side) {
    var offset = 0
    while offset + 5 <= bytes.count {
      let isClients = PostgresMessage.isType(bytes[offset], PostgresMessage.clientTypes)
      let isServers = PostgresMessage.isType(bytes[offset], PostgresMessage.serverTypes)
      if isClients != isServers {
        client = isClients ? side : side.other
        return
      }
      offset += 1 + Int(bytes.uint32(at: offset + 1, .big))
    }
    // A Sync has nothing in it; rows are more frequent than descriptions that are asked for alone.
    let isSync = bytes[0] == UInt8(ascii: "S") && bytes.uint32(at: 1, .big) == 4
    client = isSync || bytes[0] == UInt8(ascii: "d") ? side : side.other
  }

  /// Whether a message says what calls are told by: rows and data that are copied do not.
  private func isLookedAt(_ type: UInt8, _ side: Side) -> Bool {
    side == client ? type != UInt8(ascii: "d") : PostgresMessage.isType(type, "AES")
  }

  /// Whether a message is one of a side's.
  private func isOfSide(_ type: UInt8, _ side: Side) -> Bool {
    let isClients = PostgresMessage.isType(type, PostgresMessage.clientTypes)
    let isServers = PostgresMessage.isType(type, PostgresMessage.serverTypes)
    return client == side ? isClients : isServers
  }

  private static func subject(_ type: UInt8, _ body: UnsafeRawBufferPointer) -> [UInt8] {
    // A notification has the server's process before its channel.
    var cursor = FrameCursor(body.from(type == UInt8(ascii: "A") ? 4 : 0))
    return cursor.cString().map { Array($0) } ?? []
  }

  // MARK: - What comes first

  private func takeOpening(_ flow: ByteFlow, in conversation: Conversation) {
    let bytes = flow.unread
    guard bytes.count >= 8 else { return flow.wait(for: 8) }
    guard let (kind, length) = PostgresMessage.opening(bytes) else {
      return conversation.reject(flow, "no PostgreSQL message")
    }
    guard bytes.count >= length else { return flow.wait(for: length) }
    client = flow.side
    let target = Self.database(bytes.first(length).from(8))
    flow.take(length)
    var message = Message("postgres", .request, flow.finishFrame(), link: CallLink.none)
    switch kind {
    case .startup, .startup32:
      message.method = Array("Startup".utf8)
      message.target = target
      isStarting = true
    case .cancel:
      message.role = .notification
      message.method = Array("CancelRequest".utf8)
    case .tls, .gss:
      message.method = Array((kind == .tls ? "SSLRequest" : "GSSENCRequest").utf8)
      isSingleByteDue = true
    }
    conversation.emit(message, from: flow)
  }

  /// The database, or else the user that it is named after.
  private static func database(_ parameters: UnsafeRawBufferPointer) -> [UInt8]? {
    var cursor = FrameCursor(parameters)
    var user: [UInt8]?
    while let name = cursor.cString(), !name.isEmpty, let value = cursor.cString() {
      if name.isWord("database") { return Array(value) }
      if name.isWord("user") { user = Array(value) }
    }
    return user
  }

  /// Takes the answer to the question whether what follows is encrypted.
  private func takeSingleByte(_ flow: ByteFlow, in conversation: Conversation) {
    let byte = flow.unread[0]
    isSingleByteDue = false
    guard byte != UInt8(ascii: "E") else { return decode(flow, in: conversation) }
    flow.take(1)
    var message = Message("postgres", .response, flow.finishFrame(), link: CallLink.none)
    message.status = .ok
    message.method = Array((byte == UInt8(ascii: "G") ? "GSSENCRequest" : "SSLRequest").utf8)
    conversation.emit(message, from: flow)
    if byte == UInt8(ascii: "S") || byte == UInt8(ascii: "G") { conversation.leave() }
  }

  // MARK: - Clients

  private func finishClients(_ type: UInt8, _ flow: ByteFlow, in conversation: Conversation) {
    switch type {
    case UInt8(ascii: "Q"), UInt8(ascii: "F"), UInt8(ascii: "S"):
      let isOfCopy = type == UInt8(ascii: "S") && requests.isBehindCopy
      var message = Message("postgres", isOfCopy ? .notification : .request, flow.finishFrame())
      (message.method, message.target) = requests.finish()
      if !isOfCopy { open += 1 }
      conversation.emit(message, from: flow)
    case UInt8(ascii: "p"): tell(.data, "Password", flow, in: conversation)
    case UInt8(ascii: "X"): tell(.notification, "Terminate", flow, in: conversation)
    case UInt8(ascii: "d") where copiesBoth: tell(.stream, "CopyData", flow, in: conversation)
    case UInt8(ascii: "c"), UInt8(ascii: "f"):
      // A server ignores the Sync that came before the data, so that the one behind them is no request.
      requests.endCopy()
      tell(.stream, type == UInt8(ascii: "c") ? "CopyData" : "CopyFail", flow, in: conversation)
    default: break
    }
  }

  private func tell(
    _ role: Message.Role, _ method: StaticString, _ flow: ByteFlow, in conversation: Conversation
  ) {
    var message = Message("postgres", role, flow.finishFrame(), link: CallLink.none)
    message.method = Array("\(method)".utf8)
    conversation.emit(message, from: flow)
  }

  // MARK: - Servers

  private func finishServers(_ type: UInt8, _ flow: ByteFlow, in conversation: Conversation) {
    switch type {
    case UInt8(ascii: "A"), UInt8(ascii: "S"):
      guard let subject = requests.asynchronous else { return }
      requests.asynchronous = nil
      var message = Message("postgres", .notification, flow.finishFrame())
      message.method = Array((type == UInt8(ascii: "A") ? "NotificationResponse" : "ParameterStatus").utf8)
      message.target = subject
      conversation.emit(message, from: flow)
    case UInt8(ascii: "Z"): finishAnswer(flow, in: conversation)
    case UInt8(ascii: "E") where requests.isFatal: finishAnswer(flow, in: conversation)
    case UInt8(ascii: "W"):
      copiesBoth = true
      tell(.stream, "CopyBothResponse", flow, in: conversation)
    case UInt8(ascii: "c") where copiesBoth:
      copiesBoth = false
      tell(.stream, "CopyDone", flow, in: conversation)
    case UInt8(ascii: "d") where copiesBoth: tell(.stream, "CopyData", flow, in: conversation)
    default: break
    }
  }

  private func keepAnswer(_ flow: ByteFlow) {
    guard flow.frameCount > 0 else { return }
    let kept = answer ?? PartedFrame(of: flow)
    kept.add(flow)
    answer = kept
  }

  private func finishAnswer(_ flow: ByteFlow, in conversation: Conversation) {
    keepAnswer(flow)
    guard let frame = answer?.finish() else { return }
    answer = nil
    let isUnasked = requests.isFatal && open == 0 && !isStarting
    var message = Message(
      "postgres", isUnasked ? .notification : .response, frame,
      link: isUnasked || isStarting ? CallLink.none : .completes(.next))
    if isStarting { message.method = Array("Startup".utf8) }
    if isUnasked { message.method = Array("ErrorResponse".utf8) }
    if !isUnasked { message.status = error.map { $0.isCancelled ? .cancelled : .error } ?? .ok }
    message.error = error?.text
    if !isStarting { open = max(0, open - 1) }
    (error, isStarting, requests.isFatal, copiesBoth) = (nil, false, false, false)
    conversation.emit(message, from: flow)
  }
}
