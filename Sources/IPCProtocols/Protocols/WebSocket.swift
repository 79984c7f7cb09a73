import IPCModel

/// WebSocket (RFC 6455), behind an upgrade of HTTP/1: messages, put together from their fragments, and control frames.
final class WebSocketDecoder: MessageDecoder {
  private struct Direction {
    /// Operation of the message that has begun, whose fragments follow.
    var operation: UInt8?
    /// Whether the frame that is passed over ends its message.
    var isFinal = false
    var frameOperation: UInt8 = 0
  }

  private var directions = [Direction(), Direction()]

  func reset(_ side: Side) { directions[side.rawValue] = Direction() }

  func decode(_ flow: ByteFlow, in conversation: Conversation) {
    let bytes = flow.unread
    guard bytes.count >= 2 else { return }
    let side = flow.side.rawValue
    let operation = bytes[0] & 0x0F
    guard Self.name(of: operation) != nil || operation == 0, bytes[0] & 0x70 != 0x70 else {
      return conversation.reject(flow, "no WebSocket frame")
    }
    let short = bytes[1] & 0x7F
    let lengthBytes = short == 127 ? 8 : short == 126 ? 2 : 0
    let headLength = 2 + lengthBytes + (bytes[1] & 0x80 != 0 ? 4 : 0)
    guard bytes.count >= headLength else { return }
    var length = UInt64(short)
    if lengthBytes > 0 { length = bytes[2..<(2 + lengthBytes)].reduce(0) { $0 << 8 | UInt64($1) } }
    guard length < 1 << 62 else { return conversation.reject(flow, "no WebSocket frame") }
    directions[side].isFinal = bytes[0] & 0x80 != 0
    directions[side].frameOperation = operation
    if operation != 0, operation < 8 { directions[side].operation = operation }
    flow.take(headLength)
    flow.pass(length)
    if flow.isPassed { complete(flow, in: conversation) }
  }

  func complete(_ flow: ByteFlow, in conversation: Conversation) {
    let side = flow.side.rawValue
    guard directions[side].isFinal else { return }
    // A control frame may come between the fragments of a message, whose bytes then count with it.
    let operation =
      directions[side].frameOperation >= 8
      ? directions[side].frameOperation : directions[side].operation ?? directions[side].frameOperation
    if directions[side].frameOperation < 8 { directions[side].operation = nil }
    var message = Message("websocket", .data, flow.finishFrame())
    message.method = Self.name(of: operation).map { Array("\($0)".utf8) }
    conversation.emit(message, from: flow)
  }

  private static func name(of operation: UInt8) -> StaticString? {
    switch operation {
    case 1: "text"
    case 2: "binary"
    case 8: "close"
    case 9: "ping"
    case 10: "pong"
    default: nil
    }
  }
}
