import IPCModel

/// D-Bus: a message's header has byte order, type, flags and the version of the protocol, which is 1 (D-Bus specification,
/// "Message Format").
extension ProtocolRow {
  static let dbus = ProtocolRow(
    beginning: ProtocolBeginning("lB") { content in
      content.count >= 16 && (1...4).contains(content[1]) && content[2] < 8 && content[3] == 1
    })
}

/// D-Bus (dbus.freedesktop.org/doc/dbus-specification.html): a handshake in lines (SASL, "Authentication Protocol"), then
/// binary messages ("Message Protocol").
extension ProtocolDefinition {
  static let dbus = ProtocolDefinition(
    name: "dbus", words: ["dbus", "d-bus"],
    recognise: { bytes, _ in
      if bytes[0] == 0 || bytes[0] == UInt8(ascii: "A") {
        let line = bytes[0] == 0 ? bytes.from(1) : bytes
        if bytes[0] == 0, line.isEmpty { return .undecided }
        for word: StaticString in ["AUTH EXTERNAL", "AUTH ANONYMOUS", "AUTH DBUS_COOKIE_SHA1", "AUTH\r\n"]
        where line.agrees(with: word) { return line.recognition(of: word) }
        return .no
      }
      return DBusHeader.recognise(bytes)
    },
    makeDecoder: { _ in DBusDecoder() })
}

private final class DBusDecoder: MessageDecoder {
  /// The side that connected to a bus, as its handshake has shown.
  private var client: Side?
  /// Messages whose bodies are passed over, by side.
  private var draft: [Message?] = [nil, nil]

  /// Longest line of a handshake.
  private static let lineLimit = 16_384
  /// Most bytes of an error's text that are shown.
  private static let textLimit = 1024

  func reset(_ side: Side) { draft[side.rawValue] = nil }

  func decode(_ flow: ByteFlow, in conversation: Conversation) {
    let bytes = flow.unread
    guard bytes[0] == UInt8(ascii: "l") || bytes[0] == UInt8(ascii: "B") else {
      return takeLine(flow, in: conversation)
    }
    guard bytes.count >= 4 else { return }
    if DBusHeader.hasFixedPart(bytes) {
      takeMessage(flow, in: conversation)
    } else {
      takeLine(flow, in: conversation)
    }
  }

  // MARK: - The handshake

  private static let clientWords: [StaticString] = ["AUTH", "CANCEL", "BEGIN", "NEGOTIATE_UNIX_FD"]
  private static let commonWords: [StaticString] = ["DATA", "ERROR"]
  private static let serverWords: [StaticString] = ["REJECTED", "OK", "AGREE_UNIX_FD"]

  private func takeLine(_ flow: ByteFlow, in conversation: Conversation) {
    let bytes = flow.unread
    guard let newline = bytes[min(flow.searched, bytes.count)...].firstIndex(of: 0x0A) else {
      flow.searched = bytes.count
      if bytes.count > Self.lineLimit || !Self.mayBeLine(bytes) {
        conversation.reject(flow, "no D-Bus message")
      }
      return
    }
    // The first byte of a client is zero: it carries its credentials.
    let start = bytes[0] == 0 ? 1 : 0
    let line = UnsafeRawBufferPointer(rebasing: bytes[start..<max(newline, start)])
    let end = line.firstIndex { $0 == 0x20 || $0 == 0x0D } ?? line.count
    let word = UnsafeRawBufferPointer(rebasing: line[..<end])
    let isClient = Self.clientWords.contains(where: word.isWord)
    let isServer = Self.serverWords.contains(where: word.isWord)
    guard isClient || isServer || Self.commonWords.contains(where: word.isWord) else {
      return conversation.reject(flow, "no D-Bus message")
    }
    if isClient { client = flow.side }
    if isServer { client = flow.side.other }
    let method = Array(word)
    flow.take(newline + 1)
    var message = Message("dbus", .data, flow.finishFrame())
    message.method = method
    conversation.emit(message, from: flow)
  }

  private static func mayBeLine(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let line = bytes[0] == 0 ? bytes.from(1) : bytes
    return (clientWords + commonWords + serverWords).contains { line.agrees(with: $0) }
  }

  // MARK: - Messages

  private func takeMessage(_ flow: ByteFlow, in conversation: Conversation) {
    let bytes = flow.unread
    guard bytes.count >= 16 else { return flow.wait(for: 16) }
    guard let length = DBusHeader.length(of: bytes) else {
      return conversation.reject(flow, "no D-Bus message")
    }
    let bodyLength = Int(bytes.uint32(at: 4, bytes[0] == UInt8(ascii: "l") ? .little : .big))
    // The text of an error is the first thing in its body.
    let shown = length + (bytes[1] == 3 ? min(bodyLength, Self.textLimit) : 0)
    guard bytes.count >= shown else { return flow.wait(for: shown) }
    guard let header = DBusHeader(bytes.first(length)) else {
      return conversation.reject(flow, "no D-Bus message")
    }
    var message = message(header, from: flow.side)
    if header.kind == .error {
      let text = header.firstString(of: UnsafeRawBufferPointer(rebasing: bytes[length..<shown]))
      message.error = words(header.errorName, text)
    }
    draft[flow.side.rawValue] = message
    flow.take(length)
    flow.pass(UInt64(bodyLength))
    if flow.isPassed { complete(flow, in: conversation) }
  }

  func complete(_ flow: ByteFlow, in conversation: Conversation) {
    guard var message = draft[flow.side.rawValue] else {
      return conversation.emitMalformed(flow, "no D-Bus message")
    }
    draft[flow.side.rawValue] = nil
    message.frame = flow.finishFrame()
    conversation.emit(message, from: flow)
  }

  private func message(_ header: DBusHeader, from side: Side) -> Message {
    var message: Message
    switch header.kind {
    case .call where header.expectsReply:
      message = Message("dbus", .request, .pending, link: .opens(requestKey(header, from: side)))
    case .call, .signal: message = Message("dbus", .notification, .pending)
    case .reply, .error:
      message = Message("dbus", .response, .pending, link: .completes(replyKey(header, from: side)))
      message.status = header.kind == .reply ? .ok : .error
    }
    if header.kind == .call || header.kind == .signal {
      message.method =
        header.interface.isEmpty ? header.member : header.interface + [UInt8(ascii: ".")] + header.member
      message.target =
        header.destination.isEmpty ? header.path : words(header.destination, header.path)
      if message.target?.isEmpty ?? false { message.target = nil }
      message.id = digits(header.serial)
    } else {
      message.id = digits(header.replySerial)
    }
    message.descriptors = header.descriptors
    return message
  }

  // A bus passes the serial numbers of its clients on, so that those which it sends to a service are told apart only with
  // their sender, which the bus adds; the answer has it as destination.

  private func requestKey(_ header: DBusHeader, from side: Side) -> CallKey {
    let isClients = client.map { $0 == side } ?? header.sender.isEmpty
    return Self.key(header.serial, isClients ? [] : header.sender)
  }

  private func replyKey(_ header: DBusHeader, from side: Side) -> CallKey {
    let isClients = client.map { $0 == side } ?? header.sender.isEmpty
    return Self.key(header.replySerial, isClients ? header.destination : [])
  }

  private static func key(_ serial: UInt32, _ sender: [UInt8]) -> CallKey {
    sender.isEmpty ? .number(UInt64(serial)) : .id(withUnsafeBytes(of: serial) { Array($0) } + sender)
  }
}
