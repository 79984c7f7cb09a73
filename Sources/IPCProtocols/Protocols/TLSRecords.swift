import IPCModel

/// TLS (RFC 8446, RFC 5246): the records, and what of the handshake is not encrypted. Of all others only the messages that
/// people ask for are told: the hellos, alerts, and that data went by.
extension ProtocolDefinition {
  static let tls = ProtocolDefinition(
    name: "tls", words: ["tls", "ssl"],
    recognise: { bytes, hints in TLSRecord.recognise(bytes, hints) }, makeDecoder: { _ in TLSDecoder() })
}

private struct TLSRecord {
  enum Kind: UInt8 {
    case changeCipherSpec = 20
    case alert, handshake, applicationData, heartbeat
  }

  static let headCount = 5
  /// Longest record: 2¹⁴ bytes and what encryption adds (RFC 5246, section 6.2.3).
  private static let lengthLimit = 16_384 + 2048

  let kind: Kind
  let length: Int

  init?(_ bytes: UnsafeRawBufferPointer) {
    guard let kind = Kind(rawValue: bytes[0]), bytes[1] == 3, bytes[2] <= 4 else { return nil }
    length = Int(bytes.uint16(at: 3, .big))
    guard length > 0, length <= Self.lengthLimit else { return nil }
    self.kind = kind
  }

  /// Says whether bytes begin with a hello, or are records that follow each other.
  static func recognise(_ bytes: UnsafeRawBufferPointer, _ hints: ChannelHints) -> Recognition {
    guard (20...24).contains(bytes[0]), bytes.count < 2 || bytes[1] == 3, bytes.count < 3 || bytes[2] <= 4
    else {
      return .no
    }
    guard bytes.count >= headCount else { return .undecided }
    guard let record = TLSRecord(bytes) else { return .no }
    if record.kind == .handshake, bytes.count >= 6, bytes[5] == 1 || bytes[5] == 2 { return .certain }
    guard bytes.count > headCount else { return .undecided }
    // In the middle: a record whose end is that of what has come, or has another behind it.
    let end = headCount + record.length
    if bytes.count == end { return .certain }
    guard bytes.count >= end + headCount else { return hints.isNext || bytes.count > end ? .no : .undecided }
    return TLSRecord(bytes.from(end)) == nil ? .no : .certain
  }
}

private final class TLSDecoder: MessageDecoder {
  private var drafts: [(message: Message, isTold: Bool)?] = [nil, nil]
  /// Whether what a side sends is encrypted from now on.
  private var isEncrypted = [false, false]
  /// Bytes of a message of the handshake that come in the next record.
  private var handshakeLeft = [0, 0]

  func reset(_ side: Side) { (drafts[side.rawValue], handshakeLeft[side.rawValue]) = (nil, 0) }

  func decode(_ flow: ByteFlow, in conversation: Conversation) {
    let side = flow.side.rawValue
    let bytes = flow.unread
    guard bytes.count >= TLSRecord.headCount else { return flow.wait(for: TLSRecord.headCount) }
    guard let record = TLSRecord(bytes) else { return conversation.reject(flow, "no TLS record") }
    let isLookedAt =
      record.kind == .alert || record.kind == .changeCipherSpec
      || (record.kind == .handshake && !isEncrypted[side])
    let shown = TLSRecord.headCount + (isLookedAt ? record.length : 0)
    guard bytes.count >= shown else { return flow.wait(for: shown) }
    let content = UnsafeRawBufferPointer(rebasing: bytes[TLSRecord.headCount..<shown])
    var message = Message("tls", .data, .pending)
    switch record.kind {
    case .handshake: walk(content, &message, side)
    case .alert: describeAlert(&message, content)
    case .applicationData: message.method = Array("ApplicationData".utf8)
    case .changeCipherSpec: isEncrypted[side] = true
    case .heartbeat: break
    }
    drafts[side] = (message, message.method != nil)
    flow.take(shown)
    flow.pass(UInt64(TLSRecord.headCount + record.length - shown))
    if flow.isPassed { complete(flow, in: conversation) }
  }

  func complete(_ flow: ByteFlow, in conversation: Conversation) {
    guard let (draft, isTold) = drafts[flow.side.rawValue] else {
      return conversation.emitMalformed(flow, "no TLS record")
    }
    drafts[flow.side.rawValue] = nil
    var message = draft
    message.frame = flow.finishFrame()
    if isTold { conversation.emit(message, from: flow) }
  }

  // MARK: - The handshake (RFC 8446, section 4.1)

  /// Goes through the messages of a record: there may be many of them, and one may need many records.
  private func walk(_ content: UnsafeRawBufferPointer, _ message: inout Message, _ side: Int) {
    var offset = handshakeLeft[side]
    while offset + 4 <= content.count {
      if message.method == nil { describe(&message, content.from(offset)) }
      offset += 4 + Int(content.uint24(at: offset + 1, .big))
    }
    handshakeLeft[side] = max(0, offset - content.count)
  }

  private func describe(_ message: inout Message, _ content: UnsafeRawBufferPointer) {
    var cursor = FrameCursor(content)
    guard let type = cursor.uint8(), cursor.take(3) != nil else { return }
    switch type {
    case 1:
      message.method = Array("ClientHello".utf8)
      guard cursor.take(34) != nil, skip8(&cursor), skip16(&cursor), skip8(&cursor) else { return }
      message.target = Self.extensions(&cursor, isClients: true)
    case 2:
      message.method = Array("ServerHello".utf8)
      guard cursor.take(34) != nil, skip8(&cursor), cursor.take(3) != nil else { return }
      message.target = Self.extensions(&cursor, isClients: false)
    default: break
    }
  }

  private func skip8(_ cursor: inout FrameCursor) -> Bool {
    cursor.uint8().flatMap { cursor.take(Int($0)) } != nil
  }

  private func skip16(_ cursor: inout FrameCursor) -> Bool {
    cursor.uint16().flatMap { cursor.take(Int($0)) } != nil
  }

  /// The name that a client asks for, or else what it will speak (ALPN); the one that a server has chosen.
  private static func extensions(_ cursor: inout FrameCursor, isClients: Bool) -> [UInt8]? {
    guard cursor.uint16() != nil else { return nil }
    while let type = cursor.uint16(), let length = cursor.uint16(),
      let value = cursor.take(min(Int(length), cursor.left))
    {
      var cursor = FrameCursor(value)
      if type == 0, isClients {
        // A list, in which each name has a type, of which there is one (RFC 6066, section 3).
        guard cursor.uint16() != nil, cursor.uint8() == 0, let length = cursor.uint16() else { return nil }
        return cursor.take(min(Int(length), cursor.left)).map { Array($0) }
      }
      if type == 16, !isClients {
        guard cursor.uint16() != nil, let length = cursor.uint8() else { return nil }
        return cursor.take(min(Int(length), cursor.left)).map { Array($0) }
      }
    }
    return nil
  }

  // MARK: - Alerts (RFC 8446, section 6)

  private func describeAlert(_ message: inout Message, _ content: UnsafeRawBufferPointer) {
    message.method = Array("Alert".utf8)
    guard content.count == 2 else { return }
    let name: StaticString? =
      switch content[1] {
      case 0: "close_notify"
      case 10: "unexpected_message"
      case 20: "bad_record_mac"
      case 22: "record_overflow"
      case 40: "handshake_failure"
      case 42: "bad_certificate"
      case 43: "unsupported_certificate"
      case 44: "certificate_revoked"
      case 45: "certificate_expired"
      case 46: "certificate_unknown"
      case 47: "illegal_parameter"
      case 48: "unknown_ca"
      case 49: "access_denied"
      case 50: "decode_error"
      case 51: "decrypt_error"
      case 70: "protocol_version"
      case 71: "insufficient_security"
      case 80: "internal_error"
      case 86: "inappropriate_fallback"
      case 90: "user_canceled"
      case 109: "missing_extension"
      case 110: "unsupported_extension"
      case 112: "unrecognized_name"
      case 116: "certificate_required"
      case 120: "no_application_protocol"
      default: nil
      }
    let text = words(digits(content[1]), name.map { Array("\($0)".utf8) } ?? [])
    // That a connection is closed is no error.
    if content[1] == 0 { message.target = text } else { message.error = text }
  }
}
