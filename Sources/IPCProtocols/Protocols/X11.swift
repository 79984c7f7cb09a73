import IPCModel

/// The X Window System (X Window System Protocol, version 11): a client's requests, and replies, errors and events of the
/// server.
extension ProtocolDefinition {
  static let x11 = ProtocolDefinition(
    name: "x11", words: ["x11"],
    recognise: { bytes, hints in X11Setup.recognise(bytes, hints) }, makeDecoder: { _ in X11Decoder() })
}

/// What a client says first (section 8).
private enum X11Setup {
  static func recognise(_ bytes: UnsafeRawBufferPointer, _ hints: ChannelHints) -> Recognition {
    if hints.isNext { return isFollowed(bytes) ? .certain : .no }
    guard bytes[0] == UInt8(ascii: "l") || bytes[0] == UInt8(ascii: "B") else { return .no }
    guard bytes.count >= 2 else { return .undecided }
    guard bytes[1] == 0 else { return .no }
    guard bytes.count >= 12 else { return .undecided }
    let order: ByteOrder = bytes[0] == UInt8(ascii: "l") ? .little : .big
    let isSetup =
      bytes.uint16(at: 2, order) == 11 && bytes.uint16(at: 4, order) == 0 && bytes.uint16(at: 6, order) <= 256
      && bytes.uint16(at: 8, order) <= 4096
    return isSetup ? .certain : .no
  }

  /// Whether these are requests that follow each other to the end of what has come.
  private static func isFollowed(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var (offset, count) = (0, 0)
    while offset + 4 <= bytes.count {
      let length = Int(bytes.uint16(at: offset + 2, .host)) * 4
      guard X11Names.requests[bytes[offset]] != nil || bytes[offset] >= 128, length > 0 else { return false }
      (offset, count) = (offset + length, count + 1)
    }
    return offset == bytes.count && count >= 2
  }
}

private final class X11Decoder: MessageDecoder {
  private var client: Side?
  private var order = ByteOrder.host
  /// Whether each side has said what it says first.
  private var hasBegun = [false, false]
  private var drafts: [Message?] = [nil, nil]
  /// Number of the last request.
  private var sequence: UInt16 = 0
  /// Names of requests that are answered, by their numbers.
  private var asked: [UInt16: [UInt8]] = [:]
  /// Extensions that were asked for, by the numbers of the requests; then by the numbers of their own requests.
  private var queried: [UInt16: [UInt8]] = [:]
  private var extensions: [UInt8: [UInt8]] = [:]

  /// Requests that are remembered.
  private static let askedLimit = 4096
  private static let shown = 256

  func reset(_ side: Side) { drafts[side.rawValue] = nil }

  func decode(_ flow: ByteFlow, in conversation: Conversation) {
    let side = flow.side
    if client == nil {
      let first = flow.unread[0]
      client = first == UInt8(ascii: "l") || first == UInt8(ascii: "B") ? side : side.other
    }
    if !hasBegun[side.rawValue] {
      side == client ? takeSetup(flow, in: conversation) : takeSetupAnswer(flow, in: conversation)
    } else {
      side == client ? takeRequest(flow, in: conversation) : takeAnswer(flow, in: conversation)
    }
  }

  func complete(_ flow: ByteFlow, in conversation: Conversation) {
    guard var message = drafts[flow.side.rawValue] else {
      return conversation.emitMalformed(flow, "no X11 message")
    }
    drafts[flow.side.rawValue] = nil
    message.frame = flow.finishFrame()
    conversation.emit(message, from: flow)
  }

  private func take(
    _ message: Message, _ shown: Int, of count: Int, _ flow: ByteFlow, in conversation: Conversation
  ) {
    drafts[flow.side.rawValue] = message
    flow.take(shown)
    flow.pass(UInt64(count - shown))
    if flow.isPassed { complete(flow, in: conversation) }
  }

  // MARK: - The beginning

  private func takeSetup(_ flow: ByteFlow, in conversation: Conversation) {
    let bytes = flow.unread
    hasBegun[flow.side.rawValue] = true
    guard X11Setup.recognise(bytes, ChannelHints(kind: flow.channel.kind)) != .no else {
      // Met in the middle.
      return takeRequest(flow, in: conversation)
    }
    guard bytes.count >= 12 else {
      hasBegun[flow.side.rawValue] = false
      return flow.wait(for: 12)
    }
    order = bytes[0] == UInt8(ascii: "l") ? .little : .big
    let lengths = [6, 8].map { (Int(bytes.uint16(at: $0, order)) + 3) & ~3 }
    var message = Message("x11", .data, .pending)
    message.method = Array("Setup".utf8)
    take(message, 12, of: 12 + lengths[0] + lengths[1], flow, in: conversation)
  }

  private func takeSetupAnswer(_ flow: ByteFlow, in conversation: Conversation) {
    let bytes = flow.unread
    guard bytes.count >= 8 else { return flow.wait(for: 8) }
    hasBegun[flow.side.rawValue] = true
    guard bytes[0] <= 2, bytes[0] != 2 ? bytes.uint16(at: 2, order) == 11 : true else {
      return takeAnswer(flow, in: conversation)
    }
    var message = Message("x11", .data, .pending)
    message.method = Array(
      (bytes[0] == 1 ? "SetupSuccess" : bytes[0] == 0 ? "SetupFailed" : "SetupAuthenticate").utf8)
    // A client that must authenticate itself begins again behind it.
    take(message, 8, of: 8 + 4 * Int(bytes.uint16(at: 6, order)), flow, in: conversation)
  }

  // MARK: - Requests (section 1)

  private func takeRequest(_ flow: ByteFlow, in conversation: Conversation) {
    let bytes = flow.unread
    guard bytes.count >= 4 else { return flow.wait(for: 4) }
    var (length, head) = (4 * Int(bytes.uint16(at: 2, order)), 4)
    if length == 0 {
      // The extension BIG-REQUESTS has longer ones.
      guard bytes.count >= 8 else { return flow.wait(for: 8) }
      (length, head) = (4 * Int(bytes.uint32(at: 4, order)), 8)
    }
    guard length >= head, length <= 1 << 30, X11Names.requests[bytes[0]] != nil || bytes[0] >= 128 else {
      return conversation.reject(flow, "no X11 request")
    }
    let shown = min(length, Self.shown)
    guard bytes.count >= shown else { return flow.wait(for: shown) }
    sequence &+= 1
    take(describe(bytes.first(shown), head), shown, of: length, flow, in: conversation)
  }

  private func describe(_ bytes: UnsafeRawBufferPointer, _ head: Int) -> Message {
    var message = Message("x11", .notification, .pending)
    guard let request = X11Names.requests[bytes[0]] else {
      let name = extensions[bytes[0]] ?? digits(bytes[0])
      message.method = name + [UInt8(ascii: ".")] + digits(bytes[1])
      note(message.method)
      return message
    }
    message.method = request.name
    if request.hasTarget, bytes.count >= head + 4 {
      message.target = Self.identifier(bytes.uint32(at: head, order))
    }
    if request.isAnswered {
      message.role = .request
      note(request.name)
    }
    if bytes[0] == 98, bytes.count >= 8 {
      let count = Int(bytes.uint16(at: 4, order))
      let name = Array(bytes.from(8).first(min(count, 64)))
      message.target = name
      if queried.count >= Self.askedLimit { queried.removeAll() }
      queried[sequence] = name
    }
    message.link = .none
    return message
  }

  private func note(_ name: [UInt8]?) {
    if asked.count >= Self.askedLimit { asked.removeAll() }
    asked[sequence] = name
  }

  private static func identifier(_ number: UInt32) -> [UInt8] { Array("0x\(String(number, radix: 16))".utf8) }

  // MARK: - What the server sends

  private func takeAnswer(_ flow: ByteFlow, in conversation: Conversation) {
    let bytes = flow.unread
    guard bytes.count >= 32 else { return flow.wait(for: 32) }
    let kind = bytes[0] & 0x7F
    guard kind <= 127, bytes[0] != 0x80, bytes[0] != 0x81 else {
      return conversation.reject(flow, "no X11 message")
    }
    var length = 32
    if kind == 1 || kind == 35 { length += 4 * Int(bytes.uint32(at: 4, order)) }
    guard length <= 1 << 30 else { return conversation.reject(flow, "no X11 message") }
    let number = bytes.uint16(at: 2, order)
    var message: Message
    switch kind {
    case 0:
      message = Message("x11", .response, .pending, link: CallLink.none)
      message.method = asked[number] ?? X11Names.requests[bytes[10]]?.name
      message.status = .error
      message.error = words(digits(bytes[1]), X11Names.errors[bytes[1]] ?? [])
      message.target =
        (3...4).contains(bytes[1]) || bytes[1] == 9 ? Self.identifier(bytes.uint32(at: 4, order)) : nil
    case 1:
      message = Message("x11", .response, .pending, link: CallLink.none)
      message.method = asked[number]
      message.status = .ok
      if let name = queried.removeValue(forKey: number), bytes[8] == 1 { extensions[bytes[9]] = name }
    default:
      message = Message("x11", .notification, .pending)
      let event = X11Names.events[kind]
      message.method =
        event?.name ?? (kind == 35 ? Array("GenericEvent".utf8) : Array("Event.".utf8) + digits(kind))
      if let window = event?.window, window > 0 {
        message.target = Self.identifier(bytes.uint32(at: window, order))
      }
    }
    take(message, 32, of: length, flow, in: conversation)
  }
}
