import IPCModel

/// Messages behind a length of 32 bits: Chrome's and Firefox' native messaging (developer.chrome.com/docs/extensions,
/// "Native messaging protocol": JSON, its length in the machine's order), and what is like it in the network's order. JSON-RPC
/// in it is told as such.
extension ProtocolDefinition {
  static let nativeMessaging = ProtocolDefinition(
    name: LengthPrefixed.name, words: ["native-messaging", "length32le"],
    recognise: { bytes, _ in LengthPrefixed.recognise(bytes, .little) },
    makeDecoder: { _ in LengthPrefixedDecoder(.little) })

  static let length32 = ProtocolDefinition(
    name: LengthPrefixed.name, words: ["length32", "length32be"],
    recognise: { bytes, _ in LengthPrefixed.recognise(bytes, .big) },
    makeDecoder: { _ in LengthPrefixedDecoder(.big) })
}

private enum LengthPrefixed {
  static let name: StaticString = "native-messaging"

  /// Longest message: 64 MiB to a browser's extension's program, 1 MiB from it.
  static let lengthLimit: UInt32 = 64 << 20
  /// Bytes of a long text that prove that it is one.
  private static let proof = 4096

  /// Says whether bytes are a length and as long a text of JSON.
  static func recognise(_ bytes: UnsafeRawBufferPointer, _ order: ByteOrder) -> Recognition {
    // Lengths of less than 16 MiB have a zero, which no text begins with.
    guard bytes.count >= 4 else {
      return order == .big ? bytes[0] <= 4 ? .undecided : .no : bytes.count < 4 ? .undecided : .no
    }
    let length = bytes.uint32(at: 0, order)
    guard (2...lengthLimit).contains(length) else { return .no }
    guard bytes.count > 4 else { return .undecided }
    guard bytes[4] == UInt8(ascii: "{") || bytes[4] == UInt8(ascii: "[") else { return .no }
    let text = bytes.from(4).first(Int(length))
    var scanner = JSONScanner()
    var offset = 0
    while true {
      switch scanner.scan(text, from: &offset) {
      case .malformed: return .no
      case .element: scanner.forgetElement()
      case .needsMore:
        if text.count == Int(length) { return .no }
        return text.count >= proof ? .certain : .undecided
      case .complete:
        return text[offset...].allSatisfy { $0 <= 0x20 } && text.count == Int(length) ? .certain : .no
      }
    }
  }
}

private final class LengthPrefixedDecoder: MessageDecoder {
  private struct Direction {
    /// Bytes of the message that have not come; nil before its length.
    var left: Int?
    var scanner = JSONScanner()
    var isText = true
    var isComplete = false
    var drafts: [Message] = []

    /// Begins another message in the memory of the one before.
    mutating func restart() {
      left = nil
      (isText, isComplete) = (true, false)
      scanner.reset()
      drafts.removeAll(keepingCapacity: true)
    }
  }

  private let order: ByteOrder
  private var directions = [Direction(), Direction()]

  /// Messages of a batch that are told.
  private static let batchLimit = 4096

  init(_ order: ByteOrder) { self.order = order }

  func reset(_ side: Side) { directions[side.rawValue].restart() }

  func decode(_ flow: ByteFlow, in conversation: Conversation) {
    let side = flow.side.rawValue
    guard let left = directions[side].left else {
      guard flow.unread.count >= 4 else { return flow.wait(for: 4) }
      let length = flow.unread.uint32(at: 0, order)
      guard length <= LengthPrefixed.lengthLimit else { return conversation.reject(flow, "no length") }
      directions[side].left = Int(length)
      flow.take(4)
      if length == 0 { emit(flow, in: conversation) }
      return
    }
    let count = min(left, flow.unread.count)
    scan(flow.unread.first(count), side)
    flow.take(count)
    directions[side].left = left - count
    if left == count { emit(flow, in: conversation) }
  }

  func skipGap(_ count: Int, _ flow: ByteFlow, in conversation: Conversation) -> Bool {
    let side = flow.side.rawValue
    guard let left = directions[side].left, count <= left else { return false }
    flow.takeLost()
    if directions[side].isText, !directions[side].isComplete,
      let message = JSONRPC.message(of: directions[side].scanner.values)
    {
      directions[side].drafts.append(message)
    }
    (directions[side].isText, directions[side].left) = (false, left - count)
    if left == count { emit(flow, in: conversation) }
    return true
  }

  private func scan(_ bytes: UnsafeRawBufferPointer, _ side: Int) {
    var offset = 0
    while offset < bytes.count, directions[side].isText, !directions[side].isComplete {
      switch directions[side].scanner.scan(bytes, from: &offset) {
      case .needsMore: break
      case .malformed: directions[side].isText = false
      case .element:
        note(side)
        directions[side].scanner.forgetElement()
      case .complete:
        if !directions[side].scanner.isBatch { note(side) }
        directions[side].isComplete = true
      }
    }
  }

  private func note(_ side: Int) {
    guard directions[side].drafts.count < Self.batchLimit else { return }
    let values = directions[side].scanner.values
    guard JSONRPC.proves(values), let message = JSONRPC.message(of: values) else { return }
    directions[side].drafts.append(message)
  }

  private func emit(_ flow: ByteFlow, in conversation: Conversation) {
    let drafts = directions[flow.side.rawValue].drafts
    directions[flow.side.rawValue].restart()
    let frame = flow.finishFrame()
    guard !drafts.isEmpty else {
      return conversation.emit(Message(LengthPrefixed.name, .data, frame), from: flow)
    }
    for (index, draft) in drafts.enumerated() {
      var message = draft
      message.frame = frame
      // The messages of a batch share one frame, whose bytes are the first one's.
      if index > 0 { message.frame.count = 0 }
      conversation.emit(message, from: flow)
    }
  }
}
