import IPCModel

/// Decodes RESP: which side is the client, and which of the values that a server sends answer a command.
final class RedisDecoder: MessageDecoder {
  /// A command that is not answered yet.
  private struct Asked {
    var name: [UInt8]
    /// Confirmations that are missing, of what subscribes.
    var confirmations = 1
  }

  private var client: Side?
  private var isCertain = false
  private var readers = [RedisReader(), RedisReader()]
  private var asked: [Asked] = []
  /// Channels, patterns and shards that are subscribed to, as far as confirmations have told.
  private var subscribed: [String: Int] = [:]
  private var total: [String: Int64] = [:]
  private var isSilent = false
  private var skips = 0
  private var isMonitoring = false
  private let replication = RedisReplication()

  private static let pipelineLimit = 65_536

  func reset(_ side: Side) {
    readers[side.rawValue] = RedisReader()
    if side != client { replication.reset() }
  }

  func decode(_ flow: ByteFlow, in conversation: Conversation) {
    let side = flow.side
    if replication.isPayloadDue, side != client {
      return replication.takePayload(flow, in: conversation)
    }
    let isFirst = flow.frameCount == 0
    if isFirst { findSides(flow) }
    let isCommand = side == client
    if isFirst, isCommand, Self.isReply(flow.unread[0]) { return conversation.reject(flow, "no RESP") }
    let limit = isCommand || client == nil ? RedisCommand.wordLimit : 3
    switch readers[side.rawValue].read(flow, isCommand: isCommand, limit: limit) {
    case .needsMore: break
    case .malformed: conversation.reject(flow, "no RESP")
    case .complete:
      let value = readers[side.rawValue]
      readers[side.rawValue] = RedisReader()
      if client == nil {
        let isCommand = value.isOfStrings && value.words.first?.first?.isLetter ?? false
        client = isCommand ? side : side.other
      }
      side == client ? takeCommand(value, flow, in: conversation) : takeReply(value, flow, in: conversation)
    }
  }

  /// Only servers send anything but arrays and words. An array may be either side's, until the other one has answered.
  private func findSides(_ flow: ByteFlow) {
    let first = flow.unread[0]
    if first == UInt8(ascii: "*") { return }
    if !Self.isReply(first) {
      client = client ?? flow.side
    } else if !isCertain {
      (client, isCertain) = (flow.side.other, true)
    }
  }

  private static func isReply(_ first: UInt8) -> Bool {
    ("+-:$_#,(!=%~>|" as StaticString).withUTF8Buffer { $0.contains(first) }
  }

  // MARK: - Commands

  private func takeCommand(_ value: RedisReader, _ flow: ByteFlow, in conversation: Conversation) {
    let frame = flow.finishFrame()
    // Empty lines are ignored, and so are empty arrays.
    guard let first = value.words.first, !first.isEmpty else { return }
    let name = RedisCommand.name(value.words)
    let isAnswered = isAnswered(name, value.words)
    var message = Message("redis", isAnswered ? .request : .notification, frame)
    message.method = name
    message.target = RedisCommand.target(name, value.words)
    if isAnswered { ask(name, value) }
    conversation.emit(message, from: flow)
  }

  private func isAnswered(_ name: [UInt8], _ words: [[UInt8]]) -> Bool {
    if replication.isStreaming { return false }
    if name.elementsEqual("CLIENT REPLY".utf8), words.count > 2 {
      switch String(decoding: words[2].map(\.uppercased), as: UTF8.self) {
      case "ON":
        (isSilent, skips) = (false, 0)
        return true
      case "OFF": isSilent = true
      case "SKIP": skips = 2
      default: return !isSilent
      }
    }
    if skips > 0 {
      skips -= 1
      return false
    }
    return !isSilent
  }

  private func ask(_ name: [UInt8], _ value: RedisReader) {
    guard asked.count < Self.pipelineLimit else { return }
    var call = Asked(name: name)
    if let kind = Self.subscription(name) {
      let arguments = Int(clamping: value.count) - 1
      call.confirmations = arguments > 0 ? arguments : max(1, subscribed[kind] ?? 1)
    }
    asked.append(call)
  }

  /// What a command subscribes to or not; nil if it does neither.
  private static func subscription(_ name: [UInt8]) -> String? {
    switch String(decoding: name.map(\.uppercased), as: UTF8.self) {
    case "SUBSCRIBE", "UNSUBSCRIBE": "channel"
    case "PSUBSCRIBE", "PUNSUBSCRIBE": "pattern"
    case "SSUBSCRIBE", "SUNSUBSCRIBE": "shard"
    default: nil
    }
  }

  // MARK: - What a server sends

  private func takeReply(_ value: RedisReader, _ flow: ByteFlow, in conversation: Conversation) {
    let frame = flow.finishFrame()
    let isArray = value.type == UInt8(ascii: "*") || value.type == UInt8(ascii: ">")
    if replication.isStreaming, isArray {
      // The master's writes, which a replica does not answer.
      var message = Message("redis", .notification, frame)
      message.method = RedisCommand.name(value.words)
      message.target = RedisCommand.target(message.method ?? [], value.words)
      return conversation.emit(message, from: flow)
    }
    if isArray, let word = value.words.first, let message = pushed(word, value, frame) {
      return conversation.emit(message, from: flow)
    }
    if value.type == UInt8(ascii: "+"), isMonitoring, value.words.first?.first?.isDigit ?? false {
      return conversation.emit(Message("redis", .stream, frame, link: CallLink.none), from: flow)
    }
    var message = Message("redis", .response, frame)
    message.status = .ok
    if value.type == UInt8(ascii: "-") || value.type == UInt8(ascii: "!") {
      message.status = .error
      message.error = value.words.first
    }
    if !asked.isEmpty {
      let call = asked.removeFirst()
      if message.status == .ok { answer(call.name, value) }
    }
    conversation.emit(message, from: flow)
  }

  /// Learns what is different from now on.
  private func answer(_ name: [UInt8], _ value: RedisReader) {
    if name.elementsEqual("MONITOR".utf8) { isMonitoring = true }
    if name.elementsEqual("RESET".utf8) { (isMonitoring, subscribed, total) = (false, [:], [:]) }
    if name.elementsEqual("PSYNC".utf8), let text = value.words.first {
      replication.begin(sendsPayload: text.starts(with: "FULLRESYNC".utf8))
    }
  }

  /// The message that an array is which answers no command by itself; nil if it answers one.
  private func pushed(_ word: [UInt8], _ value: RedisReader, _ frame: Frame) -> Message? {
    let isPush = value.type == UInt8(ascii: ">")
    if let kind = Self.subscription(word), value.count == 3 {
      return confirmation(word, kind, value, frame)
    }
    let name = String(decoding: word.prefix(16), as: UTF8.self)
    let isPublished = ["message", "pmessage", "smessage"].contains(name) && (3...4).contains(value.count)
    guard isPush || (isPublished && (asked.isEmpty || subscribed.values.contains { $0 > 0 })) else {
      return nil
    }
    var message = Message("redis", .stream, frame, link: CallLink.none)
    message.method = word.prefix(64).map(\.uppercased)
    if isPublished { message.target = value.words.dropFirst().first }
    return message
  }

  private func confirmation(
    _ word: [UInt8], _ kind: String, _ value: RedisReader, _ frame: Frame
  ) -> Message {
    let left = value.words.count > 2 ? Int64(String(decoding: value.words[2], as: UTF8.self)) : nil
    // Channels and patterns are counted together.
    let counter = kind == "shard" ? kind : "channel"
    if let left {
      let before = total[counter] ?? 0
      if left != before {
        subscribed[kind, default: 0] = max(0, (subscribed[kind] ?? 0) + (left > before ? 1 : -1))
      }
      total[counter] = left
    }
    let answers = asked.first.map { $0.name.elementsEqual(word.map(\.uppercased)) } ?? false
    if answers { asked[0].confirmations -= 1 }
    let isLast = answers && asked[0].confirmations <= 0
    if isLast { asked.removeFirst() }
    var message =
      isLast
      ? Message("redis", .response, frame)
      : Message("redis", .stream, frame, link: answers ? .adds(.next) : CallLink.none)
    if isLast { message.status = .ok }
    message.method = word.map(\.uppercased)
    message.target = value.words.dropFirst().first
    return message
  }
}
