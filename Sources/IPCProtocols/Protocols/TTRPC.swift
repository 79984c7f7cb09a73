import IPCModel

/// ttrpc, as containerd and its shims speak it (github.com/containerd/ttrpc, PROTOCOL.md): ten bytes of head, then a message
/// of protocol buffers.
extension ProtocolDefinition {
  static let ttrpc = ProtocolDefinition(
    name: "ttrpc", words: ["ttrpc"],
    recognise: { bytes, hints in TTRPCFrame.recognise(bytes, hints) }, makeDecoder: { _ in TTRPCDecoder() })
}

private struct TTRPCFrame {
  enum Kind: UInt8 {
    case request = 1
    case response, data
  }

  static let headCount = 10
  /// Longest message ("Frame": the length is limited to 4 MiB).
  private static let lengthLimit: UInt32 = 4 << 20

  let length: Int
  let stream: UInt32
  let kind: Kind
  let flags: UInt8

  init?(_ bytes: UnsafeRawBufferPointer) {
    let (length, stream) = (bytes.uint32(at: 0, .big), bytes.uint32(at: 4, .big))
    guard length <= Self.lengthLimit, stream != 0, let kind = Kind(rawValue: bytes[8]), bytes[9] < 8 else {
      return nil
    }
    (self.length, self.stream, self.kind, flags) = (Int(length), stream, kind, bytes[9])
  }

  /// Says whether bytes begin a request, which names its service and its method, or, behind damage, any frame.
  static func recognise(_ bytes: UnsafeRawBufferPointer, _ hints: ChannelHints) -> Recognition {
    guard bytes[0] == 0 else { return .no }
    guard bytes.count >= headCount else { return bytes.count < 2 || bytes[1] <= 0x40 ? .undecided : .no }
    guard let frame = TTRPCFrame(bytes) else { return .no }
    if hints.isNext, frame.kind != .request {
      return bytes.count >= headCount + frame.length ? .certain : .no
    }
    guard frame.kind == .request, frame.stream & 1 == 1 else { return .no }
    let shown = min(headCount + frame.length, headCount + 256)
    guard bytes.count > headCount else { return .undecided }
    guard bytes[headCount] == 0x0A else { return .no }
    guard bytes.count >= shown else { return .undecided }
    let request = TTRPCRequest(bytes.first(shown).from(headCount))
    return request.service.contains(UInt8(ascii: ".")) && !request.method.isEmpty ? .certain : .no
  }
}

/// What a request says in its first fields.
private struct TTRPCRequest {
  private(set) var service: [UInt8] = []
  private(set) var method: [UInt8] = []

  init(_ bytes: UnsafeRawBufferPointer) {
    var reader = ProtobufReader(bytes)
    while let field = reader.next() {
      if field.number == 1, let value = field.bytes { service = Array(value) }
      if field.number == 2, let value = field.bytes { method = Array(value) }
      if field.number > 2 { break }
    }
  }

  var title: [UInt8] { [UInt8(ascii: "/")] + service + [UInt8(ascii: "/")] + method }
}

/// Reads the fields of a message of protocol buffers (protobuf.dev/programming-guides/encoding).
struct ProtobufReader {
  private var cursor: FrameCursor

  init(_ bytes: UnsafeRawBufferPointer) { cursor = FrameCursor(bytes, .little) }

  /// The next field; nil at the end, or where there is none. Of a string that is cut off there is as much as there is.
  mutating func next() -> (number: UInt64, value: UInt64, bytes: UnsafeRawBufferPointer?)? {
    guard let key = varint() else { return nil }
    switch key & 7 {
    case 0: return varint().map { (key >> 3, $0, nil) }
    case 1: return cursor.take(8).map { (key >> 3, 0, $0) }
    case 2:
      guard let length = varint() else { return nil }
      return cursor.take(Int(clamping: min(length, UInt64(cursor.left)))).map { (key >> 3, 0, $0) }
    case 5: return cursor.take(4).map { (key >> 3, 0, $0) }
    default: return nil
    }
  }

  private mutating func varint() -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while shift < 64, let byte = cursor.uint8() {
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
      shift += 7
    }
    return nil
  }
}

private final class TTRPCDecoder: MessageDecoder {
  private var drafts: [Message?] = [nil, nil]

  /// Bytes of a frame that are looked at.
  private static let shown = 4096

  func reset(_ side: Side) { drafts[side.rawValue] = nil }

  func decode(_ flow: ByteFlow, in conversation: Conversation) {
    let bytes = flow.unread
    guard bytes.count >= TTRPCFrame.headCount else { return flow.wait(for: TTRPCFrame.headCount) }
    guard let frame = TTRPCFrame(bytes) else { return conversation.reject(flow, "no ttrpc frame") }
    let shown = TTRPCFrame.headCount + min(frame.length, Self.shown)
    guard bytes.count >= shown else { return flow.wait(for: shown) }
    drafts[flow.side.rawValue] = message(frame, bytes.first(shown).from(TTRPCFrame.headCount))
    flow.take(shown)
    flow.pass(UInt64(TTRPCFrame.headCount + frame.length - shown))
    if flow.isPassed { complete(flow, in: conversation) }
  }

  func complete(_ flow: ByteFlow, in conversation: Conversation) {
    guard var message = drafts[flow.side.rawValue] else {
      return conversation.emitMalformed(flow, "no ttrpc frame")
    }
    drafts[flow.side.rawValue] = nil
    message.frame = flow.finishFrame()
    conversation.emit(message, from: flow)
  }

  private func message(_ frame: TTRPCFrame, _ payload: UnsafeRawBufferPointer) -> Message {
    let key = CallKey.number(UInt64(frame.stream))
    var message: Message
    switch frame.kind {
    case .request:
      message = Message("ttrpc", .request, .pending, link: .opens(key))
      message.method = TTRPCRequest(payload).title
    case .response:
      message = Message("ttrpc", .response, .pending, link: .completes(key))
      message.error = Self.error(payload)
      message.status = message.error == nil ? .ok : .error
    case .data:
      // A server's is part of the answer that its response ends; a client's, which opens nothing, of nothing.
      message = Message("ttrpc", .stream, .pending, link: .adds(key))
    }
    message.id = digits(frame.stream)
    return message
  }

  /// Code and text of a `google.rpc.Status`, if it is no success.
  private static func error(_ response: UnsafeRawBufferPointer) -> [UInt8]? {
    var reader = ProtobufReader(response)
    guard let status = reader.next(), status.number == 1, let bytes = status.bytes else { return nil }
    var (code, text) = (UInt64(0), [UInt8]())
    var fields = ProtobufReader(bytes)
    while let field = fields.next() {
      if field.number == 1 { code = field.value }
      if field.number == 2, let value = field.bytes { text = Array(value.prefix(1024)) }
    }
    return code == 0 ? nil : words(digits(code), text)
  }
}
